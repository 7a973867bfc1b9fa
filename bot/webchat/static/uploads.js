// Files that the customer sends: chosen, pasted or dropped. What cannot pass is said before it is sent.

import { number, phrase } from './phrases.js';

const SLOWEST_ANSWER = 120_000;
const ENDINGS = { jpg: '.jpg,.jpeg', txt: 'text/plain' };

export class Uploads {
  /**
   * `openConversation()` as for the outbox. Told: `began(entry)`, `sent(entry, number)` and `refused(entry, sentence)`.
   */
  constructor(base, { button, input, field, drop }, { openConversation, newId, began, sent, refused }) {
    Object.assign(this, { base, button, input, openConversation, newId, began, sent, refused });
    button.addEventListener('click', () => input.click());
    input.addEventListener('change', () => this.take([...input.files]));
    field.addEventListener('paste', (event) => this.takeFrom(event, event.clipboardData));
    for (const kind of ['dragover', 'drop']) drop.addEventListener(kind, (event) => this.stay(event, field));
    drop.addEventListener('drop', (event) => this.takeFrom(event, event.dataTransfer));
  }

  /** What may pass; where nothing may, there is no button. */
  async learn() {
    const response = await fetch(new URL('files', this.base)).catch(() => null);
    this.limits = response?.ok ? await response.json() : { largest: 0, kinds: [] };
    this.button.hidden = this.limits.kinds.length === 0;
    this.input.accept = this.limits.kinds.map((kind) => ENDINGS[kind] ?? `.${kind}`).join(',');
  }

  /** Nothing that is dropped leads away from the page. Words may be dropped where words are written. */
  stay(event, field) {
    if (event.target !== field || event.dataTransfer.types.includes('Files')) event.preventDefault();
  }

  takeFrom(event, transfer) {
    if (!transfer?.files.length || this.button.hidden) return;
    event.preventDefault();
    this.take([...transfer.files]);
  }

  take(files) {
    this.input.value = '';
    for (const file of files) this.send(file);
  }

  async send(file) {
    const shown = { name: file.name, size: file.size };
    const entry = { id: this.newId(), text: '', file: shown, at: new Date().toISOString() };
    this.began(entry);
    if (file.size > this.limits.largest) {
      const most = number(this.limits.largest / 1_000_000);
      return this.refused(entry, phrase('file_too_large', { name: file.name, most }));
    }
    try {
      await this.post(entry, file);
    } catch {
      this.refused(entry, phrase('file_lost', { name: file.name }));
    }
  }

  async post(entry, file) {
    const conversation = await this.openConversation();
    const address = new URL(`conversations/${conversation}/files`, this.base);
    address.search = new URLSearchParams({ name: file.name, id: entry.id });
    const answer = await fetch(address, { method: 'POST', body: file, signal: AbortSignal.timeout(SLOWEST_ANSWER) });
    const said = await answer.json();
    if (answer.ok) this.sent(entry, said.number);
    else this.refused(entry, said.error);
  }
}
