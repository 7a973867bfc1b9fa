// What the customer wrote and the server has not yet confirmed. It is kept before it is sent and sent until it
// is confirmed, always under the same id, so a reload or a restart neither loses nor doubles it.

import { keep, recall } from './memory.js';
import { Patience } from './patience.js';
import { phrase } from './phrases.js';

const LONGEST_PAUSE = 15_000;
const SLOWEST_ANSWER = 20_000;
const TRY_AGAIN = new Set([408, 425, 429]);

/** crypto.randomUUID exists on secure pages only; a shop under test may not be one. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class Outbox {
  /**
   * `language()` is the customer's; it goes with every message, because they may change it on the way.
   * `openConversation()` resolves to the id of the current conversation, begun if need be.
   * `sent(entry, number)`, `refused(entry)` and `gone(conversation)` are told what became of the entries.
   */
  constructor(base, { language, openConversation, sent, refused, gone }) {
    Object.assign(this, { base, language, openConversation, sent, refused, gone });
    this.patience = new Patience(LONGEST_PAUSE);
    this.working = false;
  }

  /** All unconfirmed entries. Read afresh each time, because another tab may have changed them. */
  get entries() {
    return recall('outbox', []);
  }

  add(entry) {
    keep('outbox', [...this.entries, entry]);
    this.work();
  }

  remove(id) {
    keep('outbox', this.entries.filter((entry) => entry.id !== id));
  }

  change(id, changes) {
    keep('outbox', this.entries.map((entry) => (entry.id === id ? { ...entry, ...changes } : entry)));
  }

  /** The conversation is no more: what was meant for it goes to the next one. */
  rehome(conversation) {
    for (const entry of this.entries) {
      if (entry.conversation === conversation) this.change(entry.id, { conversation: null });
    }
  }

  async work() {
    if (this.working) return this.patience.hurry();
    this.working = true;
    for (let entry = this.next(); entry; entry = this.next()) {
      const pause = await this.attempt(entry);
      if (pause !== null) await this.patience.pause(pause);
    }
    this.working = false;
  }

  next() {
    return this.entries.find((entry) => !entry.error);
  }

  /** Null when the entry is dealt with; else the shortest pause, in milliseconds, before the next attempt. */
  async attempt(entry) {
    let answer;
    try {
      const conversation = entry.conversation ?? (await this.openConversation());
      if (!entry.conversation) this.change(entry.id, { conversation });
      answer = await this.post(conversation, entry);
      return await this.settle({ ...entry, conversation }, answer);
    } catch {
      return 0;
    }
  }

  post(conversation, entry) {
    const said = entry.choice ? { choice: entry.choice } : { text: entry.text };
    return fetch(new URL(`conversations/${conversation}/messages`, this.base), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...said, id: entry.id, language: this.language() }),
      signal: AbortSignal.timeout(SLOWEST_ANSWER),
    });
  }

  async settle(entry, answer) {
    if (answer.ok) {
      const { number } = await answer.json();
      this.patience.reset();
      this.remove(entry.id);
      this.sent(entry, number);
      return null;
    }
    if (answer.status === 404) {
      this.rehome(entry.conversation);
      this.gone(entry.conversation);
      return 0;
    }
    if (answer.status >= 500 || TRY_AGAIN.has(answer.status)) {
      return 1000 * Number(answer.headers.get('Retry-After') || 0) || 0;
    }
    const { error } = await answer.json().catch(() => ({}));
    this.change(entry.id, { error: error || phrase('cannot_be_sent') });
    this.refused(this.entries.find(({ id }) => id === entry.id));
    return null;
  }
}
