// What this person sees, kept up to date by a long poll. Listeners are told what changed.
import { look } from "./api.js";

const RETRY_MS = 1500;

class Store {
  constructor() {
    this.version = 0;
    this.people = new Map();
    this.groups = {};
    this.channels = [];
    this.messages = new Map();
    this.modals = [];
    this.home = null;
    this.app = { connected: false };
    this.listeners = [];
    this.running = 0;
    this.ready = new Promise((done) => (this.begin = done));
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  key(channel, ts) {
    return `${channel}:${ts}`;
  }

  message(channel, ts) {
    return this.messages.get(this.key(channel, ts));
  }

  nameOf(id) {
    return this.people.get(id)?.name || id;
  }

  channelName(id) {
    return this.channels.find((channel) => channel.id === id)?.name || id;
  }

  roots(channel) {
    return this.inOrder((m) => m.channel === channel && (!m.thread_ts || m.thread_ts === m.ts || m.subtype === "thread_broadcast"));
  }

  thread(channel, ts) {
    return this.inOrder((m) => m.channel === channel && (m.ts === ts || m.thread_ts === ts));
  }

  inOrder(wanted) {
    return [...this.messages.values()].filter(wanted).sort((a, b) => (a.ts < b.ts ? -1 : 1));
  }

  async loadThread(channel, ts) {
    const found = await look("thread", { channel, ts });
    for (const message of found.messages) this.keep(message);
  }

  keep(message) {
    const key = this.key(message.channel, message.ts);
    if (message.deleted && message.ephemeral) this.messages.delete(key);
    else this.messages.set(key, message);
  }

  async follow() {
    const run = (this.running += 1);
    this.version = 0;
    this.messages.clear();
    while (run === this.running) {
      try {
        const state = await look("state", { since: this.version, wait: 20 });
        if (run === this.running) this.take(state);
      } catch {
        this.tell({ offline: true, messages: [] });
        this.version = 0;
        await new Promise((done) => setTimeout(done, RETRY_MS));
      }
    }
  }

  take(state) {
    const first = this.version === 0;
    if (first) this.messages.clear();
    Object.assign(this, { version: state.version, groups: state.groups, channels: state.channels, modals: state.modals, home: state.home, app: state.app });
    this.people = new Map(state.people.map((person) => [person.id, person]));
    for (const message of state.messages) this.keep(message);
    for (const { channel, ts } of state.gone) this.messages.delete(this.key(channel, ts));
    this.tell({ first, messages: state.messages, gone: state.gone });
    this.begin();
  }

  tell(change) {
    for (const listener of this.listeners) listener(change);
  }
}

export const store = new Store();
