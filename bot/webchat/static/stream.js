// The conversation's stream of server-sent events. Read with fetch rather than EventSource, because that sees the
// heartbeat (and so notices a dead connection) and survives every kind of refusal.

import { Patience } from './patience.js';

const LONGEST_PAUSE = 10_000;
const LONGEST_SILENCE = 40_000; // The server's heart beats every 15 s.
const HIDDEN_BEFORE_REST = 30_000; // A browser allows six connections to a server, for all its tabs together.
const LOOK_WHILE_RESTING = 20_000;

function parse(block) {
  const event = { type: 'message', id: null, data: '' };
  for (const line of block.split('\n')) {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (field === 'event') event.type = value;
    else if (field === 'id') event.id = value;
    else if (field === 'data') event.data += (event.data && '\n') + value;
  }
  return event;
}

async function* events(response, heard) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    heard();
    const blocks = (rest + value).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop();
    for (const event of blocks.map(parse)) if (event.data) yield event;
  }
}

export class Stream {
  /**
   * Follows one conversation until `stop`. Told: `message(row)` for new and changed messages, `state(state)`,
   * `open()` on every connection, `lost()` when one breaks, `gone()` when the server knows no such conversation.
   */
  constructor(base, conversation, told) {
    this.address = new URL(`conversations/${conversation}/`, base);
    this.told = told;
    this.last = 0;
    this.patience = new Patience(LONGEST_PAUSE);
    this.stopped = false;
    this.resting = false;
    this.onVisibility = () => this.turnedTo(!document.hidden);
    document.addEventListener('visibilitychange', this.onVisibility);
  }

  stop() {
    this.stopped = true;
    document.removeEventListener('visibilitychange', this.onVisibility);
    clearTimeout(this.bedtime);
    this.connection?.abort();
    this.patience.hurry();
  }

  /** A tab that nobody has looked at for a while gives its connection back and only looks in now and then. */
  turnedTo(visible) {
    clearTimeout(this.bedtime);
    this.resting = false;
    if (!visible) this.bedtime = setTimeout(() => this.rest(), HIDDEN_BEFORE_REST);
  }

  rest() {
    this.resting = true;
    this.connection?.abort();
  }

  async run() {
    let from = 0;
    while (!this.stopped) {
      try {
        await this.catchUp(from);
        if (!this.resting) await this.follow();
      } catch {
        // Every kind of break is mended in the same way: by connecting again.
      }
      if (this.stopped) return;
      if (!this.resting) this.told.lost();
      await this.patience.pause(this.resting ? LOOK_WHILE_RESTING : 0);
      from = this.resting ? this.last : 0;
    }
  }

  async ask(path, headers = {}) {
    this.connection = new AbortController();
    this.heard();
    const response = await fetch(new URL(path, this.address), { headers, signal: this.connection.signal });
    if (response.status === 404) {
      this.stop();
      this.told.gone();
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response;
  }

  heard() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.connection.abort(), LONGEST_SILENCE);
  }

  /** As a rule from the start: an edit made while nobody listened has no place in the stream's numbering. */
  async catchUp(from) {
    for (let after = from, more = true; more; ) {
      const response = await this.ask(`messages?after=${after}`);
      const { messages, state } = await response.json();
      messages.forEach((row) => this.take(row));
      this.told.state(state);
      more = messages.length > 0;
      if (more) after = messages.at(-1).number;
    }
  }

  async follow() {
    const response = await this.ask('stream', { 'Last-Event-ID': String(this.last), Accept: 'text/event-stream' });
    this.patience.reset();
    this.told.open();
    for await (const event of events(response, () => this.heard())) {
      if (this.stopped) return;
      const data = JSON.parse(event.data);
      if (event.type === 'state') this.told.state(data);
      else this.take(data);
    }
  }

  take(row) {
    if (this.stopped) return;
    this.last = Math.max(this.last, row.number);
    this.told.message(row);
  }
}
