// Where the customer writes. The draft outlives a reload.

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
    Object.assign(this, { field, counter, send, editing, say, changed: null });
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
    const changed = this.changed;
    this.leaveEditing();
    this.write('');
    if (changed) changed(words);
    else this.say(words);
  }

  /** The next words go to `changed(words)`, in place of those that are offered here. */
  edit(words, changed) {
    this.changed = changed;
    this.editing.hidden = false;
    this.offer(words);
  }

  leaveEditing() {
    if (!this.changed) return;
    this.changed = null;
    this.editing.hidden = true;
    this.write('');
    this.focus();
  }

  /** Offers words for the customer to send or change. */
  offer(words) {
    this.write(words);
    this.focus();
    this.field.setSelectionRange(words.length, words.length);
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
