// Where the customer writes. The draft outlives a reload, and so does what had to make room for other words.

import { keep, recall } from './memory.js';
import { number, phrase } from './phrases.js';

const LONGEST_MESSAGE = 5000;
const COUNTED_FROM = 4500;

/** In code points, as the server counts. */
function length(words) {
  return [...words].length;
}

export class Composer {
  /** `say(words)` is called with what the customer sends. */
  constructor({ form, field, counter, send, editing, stop }, say) {
    Object.assign(this, { field, counter, send, editing, say, changed: null, suggested: null });
    stop.addEventListener('click', () => this.leaveEditing());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    field.addEventListener('input', () => this.drafted());
    field.addEventListener('keydown', (event) => this.onKey(event));
    this.write(recall('draft', ''));
  }

  onKey(event) {
    const composing = event.isComposing || event.keyCode === 229; // Enter also ends a word in an input method.
    if (event.key !== 'Enter' || event.shiftKey || composing) return;
    event.preventDefault();
    this.submit();
  }

  submit() {
    const words = this.field.value.trim();
    if (!words || length(words) > LONGEST_MESSAGE) return;
    const { changed } = this;
    this.endEditing();
    this.takeUp();
    if (changed) changed(words);
    else this.say(words);
  }

  /** The next words go to `changed(words)`, in place of those that are offered here; `before` is what they change. */
  edit(words, changed, before) {
    this.offer(words);
    this.suggested = before;
    this.changed = changed;
    this.editing.hidden = false;
  }

  leaveEditing() {
    this.endEditing();
    this.takeUp();
    this.focus();
  }

  /** What stands in the field is a new message from now on. */
  endEditing() {
    this.changed = null;
    this.editing.hidden = true;
  }

  /** Offers words for the customer to send or change. What they had begun comes back afterwards. */
  offer(words) {
    this.putAside();
    this.endEditing();
    this.suggested = null;
    this.write(words);
    this.focus();
    this.field.setSelectionRange(words.length, words.length);
  }

  /** The same for words that are not the customer's own: left as they are, they need not come back. */
  suggest(words) {
    this.offer(words);
    this.suggested = words;
  }

  putAside() {
    const words = this.field.value;
    if (words.trim() && words !== this.suggested) keep('aside', [...recall('aside', []), words]);
  }

  takeUp() {
    const aside = recall('aside', []);
    this.write(aside.pop() ?? '');
    keep('aside', aside);
  }

  focus() {
    this.field.focus();
  }

  write(words) {
    this.field.value = words;
    this.drafted();
  }

  drafted() {
    const { field, counter, send } = this;
    keep('draft', field.value);
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + 2}px`;
    const used = length(field.value.trim());
    const counted = phrase('characters', { used: number(used), most: number(LONGEST_MESSAGE) });
    counter.textContent = used < COUNTED_FROM ? '' : counted;
    field.setAttribute('aria-invalid', used > LONGEST_MESSAGE);
    send.setAttribute('aria-disabled', used === 0 || used > LONGEST_MESSAGE);
  }
}
