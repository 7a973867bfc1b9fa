// The talk between the chat and the page that embeds it (handraise.js). Only the window that holds this frame, at
// the origin it named when it made the frame, is listened to; and nothing that was said in the chat is told.

const options = new URLSearchParams(location.search);
const site = options.get('site');

export class Embedding {
  /** `opened()` and `closed()` are called when the page shows or hides the chat, `draft(text)` when it suggests words. */
  constructor({ opened, closed, draft }) {
    this.isEmbedded = window.parent !== window && site !== null;
    this.isOpen = !this.isEmbedded;
    this.page = this.isEmbedded ? '' : location.origin + location.pathname;
    this.language = ''; // The page's own, where it says one: that is what the customer reads.
    this.title = '';
    this.customer = '';
    this.told = { opened, closed, draft };
    if (this.isEmbedded) addEventListener('message', (event) => this.hear(event));
  }

  hear({ source, origin, data }) {
    if (source !== window.parent || origin !== site || !data?.handraise) return;
    for (const about of ['page', 'title', 'customer', 'language']) {
      if (typeof data[about] === 'string') this[about] = data[about];
    }
    if (data.handraise === 'opened') {
      this.isOpen = true;
      this.told.opened();
    } else if (data.handraise === 'closed') {
      this.isOpen = false;
      this.told.closed();
    } else if (data.handraise === 'draft' && typeof data.text === 'string') {
      this.told.draft(data.text);
    }
  }

  tell(word, more = {}) {
    // A page without an origin of its own (a file, a sandbox) cannot be addressed more closely.
    if (this.isEmbedded) window.parent.postMessage({ handraise: word, ...more }, site === 'null' ? '*' : site);
  }

  tellReady() {
    this.tell('ready');
  }

  tellUnread(count) {
    this.tell('unread', { count });
  }

  askToClose() {
    this.tell('close');
  }
}
