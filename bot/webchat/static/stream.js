// The conversation's stream of server-sent events. Read with fetch rather than EventSource, because that sees the
// heartbeat (and so notices a dead connection) and survives every kind of refusal.

import { Patience } from './patience.js';

const LONGEST_PAUSE = 10_000;
const LONGEST_SILENCE = 40_000; // The server's heart beats every 15 s.

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
  }

  stop() {
    this.stopped = true;
    this.connection?.abort();
    this.patience.hurry();
  }

  async run() {
    while (!this.stopped) {
      try {
        await this.catchUp();
        await this.follow();
      } catch {
        // Every kind of break is mended in the same way: by connecting again.
      }
      if (this.stopped) return;
      this.told.lost();
      await this.patience.pause();
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

  /** Everything from the start: an edit made while nobody listened has no place in the stream's numbering. */
  async catchUp() {
    for (let after = 0, more = true; more; ) {
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
