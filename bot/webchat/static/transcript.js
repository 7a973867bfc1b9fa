// The conversation on the page: one list item per message, in the order of their numbers, unconfirmed ones last.

import { personAvatar } from './avatar.js';
import { language, phrase } from './phrases.js';
import { clockTime, dayName, nodesOf, nodesOfRuns, sizeOf } from './words.js';

const SAME_BREATH = 5 * 60_000;
const NEAR_THE_END = 80;
const UNSURE = 4000; // Milliseconds in which a second press deletes.

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  node.className = className;
  node.append(...children);
  return node;
}

function handAvatar() {
  const avatar = make('span', 'avatar bot');
  avatar.append(document.getElementById('hand').content.cloneNode(true));
  return avatar;
}

function showable(image) {
  try {
    return ['http:', 'https:'].includes(new URL(image, location.href).protocol);
  } catch {
    return false;
  }
}

export class Transcript {
  /**
   * `assistant` is what the bot is called. `choose(number, index, title)` is called for a quick reply,
   * `takeBack(entry)` when the customer wants to change a message that the server refused, `change(number, text)`
   * and `remove(number)` for one that it has. `address(path)` is where a file of the server's is.
   */
  constructor(list, { assistant, choose, takeBack, change, remove, address }) {
    Object.assign(this, { list, assistant, choose, takeBack, change, remove, address });
    this.numbered = new Map();
    this.pending = new Map();
    this.keepToTheEnd();
  }

  get empty() {
    return this.list.childElementCount === 0;
  }

  get scroller() {
    return this.list.closest('[role=log]');
  }

  clear() {
    this.list.replaceChildren();
    this.numbered.clear();
    this.pending.clear();
  }

  /** Shows a message of the server's, new or changed. */
  show(row) {
    const known = this.numbered.get(row.number) ?? this.pending.get(row.client_id);
    if (known && known.row === JSON.stringify(row)) return;
    this.tidySoon();
    const item = known ?? make('li', 'message');
    item.row = JSON.stringify(row);
    this.pending.delete(row.client_id);
    this.numbered.set(row.number, item);
    this.fill(item, row);
    item.number = row.number;
    this.place(item);
  }

  /** Shows what the customer wrote, before the server has it. */
  showPending(entry) {
    const item = this.pending.get(entry.id) ?? make('li', 'message');
    this.pending.set(entry.id, item);
    item.number = Infinity;
    const payload = entry.file ? { files: [entry.file] } : {};
    this.fill(item, { speaker: 'customer', author: '', text: entry.text, at: entry.at, payload });
    item.dataset.sending = entry.error ? 'failed' : 'pending';
    if (entry.error) item.append(this.refusal(entry));
    if (!item.isConnected) this.list.append(item);
    this.stuck = true;
    this.tidySoon();
  }

  /** The server has the message now, under this number. */
  settle(id, number) {
    const item = this.pending.get(id);
    this.pending.delete(id);
    if (!item) return;
    if (this.numbered.has(number)) {
      item.remove();
    } else {
      this.numbered.set(number, item);
      item.number = number;
      delete item.dataset.sending;
      this.place(item);
    }
    this.tidySoon();
  }

  drop(id) {
    this.pending.get(id)?.remove();
    this.pending.delete(id);
    this.tidySoon();
  }

  place(item) {
    const later = [...this.list.children].find((other) => other !== item && other.number > item.number);
    const settled = item.isConnected && item.nextElementSibling === (later ?? null);
    if (!settled) this.list.insertBefore(item, later ?? null);
  }

  fill(item, row) {
    item.dataset.speaker = row.speaker;
    item.at = Date.parse(row.at);
    item.voice = `${row.speaker}:${row.author}`;
    delete item.dataset.sending;
    const bubble = make('div', 'bubble', ...this.content(row));
    bubble.dataset.speaker = row.speaker;
    bubble.addEventListener('click', () => item.classList.toggle('picked')); // Where nothing hovers.
    const parts = [make('div', 'day'), this.byline(row), bubble];
    if (row.payload.buttons?.length && !row.deleted) parts.push(this.quickReplies(row));
    item.replaceChildren(...parts, this.footnote(row));
    if (row.speaker === 'customer' && row.number && !row.deleted) item.append(this.secondThoughts(row));
  }

  content(row) {
    if (row.deleted) return [make('em', '', phrase('deleted'))];
    const words = make('div', 'words', row.payload.runs ? nodesOfRuns(row.payload.runs) : nodesOf(row.text));
    words.dir = 'auto';
    const parts = row.text ? [words] : [];
    if (row.payload.image && showable(row.payload.image)) {
      const image = make('img', '');
      image.src = row.payload.image;
      image.alt = phrase('picture');
      image.referrerPolicy = 'no-referrer';
      parts.push(image);
    }
    for (const file of row.payload.files ?? []) parts.push(this.file(file));
    if (typeof row.payload.attachment === 'string') parts.push(make('div', 'words', nodesOf(row.payload.attachment)));
    return parts;
  }

  /** Pictures are shown; everything else is offered for saving. One that is still on its way has no address. */
  file({ address, name, size, picture }) {
    const label = make('span', 'file-name', name);
    if (!address) return make('div', 'file', label, make('span', 'soft', sizeOf(size)));
    const link = make('a', picture ? 'picture' : 'file');
    link.href = this.address(address);
    link.target = '_blank';
    link.rel = 'noopener';
    if (picture) {
      const image = make('img', '');
      image.src = link.href;
      image.alt = name;
      link.append(image);
    } else {
      link.download = name;
      link.append(label, make('span', 'soft', sizeOf(size)));
    }
    return link;
  }

  /** Small, because they are seldom needed; in reach of a finger and of the keyboard. */
  secondThoughts({ number, text, editable }) {
    const tools = make('div', 'second-thoughts');
    const add = (label, act) => {
      const button = make('button', 'link', label);
      button.type = 'button';
      button.addEventListener('click', act);
      tools.append(button);
    };
    if (editable) add(phrase('edit'), () => this.change(number, text));
    const sure = phrase('delete_sure');
    add(phrase('delete'), ({ currentTarget: button }) => {
      if (button.textContent === sure) this.remove(number);
      button.textContent = sure;
      setTimeout(() => (button.textContent = phrase('delete')), UNSURE);
    });
    return tools;
  }

  byline({ speaker, author, picture }) {
    if (speaker === 'customer') return make('div', 'byline', make('span', 'visually-hidden', phrase('you_said')));
    if (speaker === 'system') return make('div', 'byline');
    const name = make('span', 'name', speaker === 'bot' ? this.assistant : author || phrase('colleague'));
    const role = make('span', 'soft', phrase(speaker === 'bot' ? 'bot' : 'person'));
    const avatar = speaker === 'bot' ? handAvatar() : personAvatar(name.textContent, picture && this.address(picture));
    avatar.setAttribute('aria-hidden', 'true');
    return make('div', 'byline', avatar, name, role);
  }

  footnote({ at, edited, deleted }) {
    const time = make('time', '', clockTime(at));
    time.dateTime = at;
    const changed = edited && !deleted;
    return make('div', changed ? 'footnote edited' : 'footnote', changed ? `${phrase('edited')} · ` : '', time);
  }

  quickReplies({ number, payload }) {
    const group = make('div', payload.question ? 'quick-replies question' : 'quick-replies');
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', phrase('suggestions'));
    payload.buttons.forEach(({ title }, index) => {
      const button = make('button', 'button quiet', title);
      button.type = 'button';
      button.addEventListener('click', () => this.choose(number, index, title));
      group.append(button);
    });
    return group;
  }

  refusal(entry) {
    const again = make('button', 'button quiet small', phrase('change_it'));
    again.type = 'button';
    again.addEventListener('click', () => this.takeBack(entry));
    const reason = make('p', 'refusal', `${phrase('not_sent', { reason: entry.error })} `, again);
    reason.setAttribute('role', 'alert');
    return reason;
  }

  /** Who has read to the end stays there, whatever grows or shrinks; who has scrolled up is left in peace. */
  keepToTheEnd() {
    this.stuck = true;
    this.scroller.addEventListener('scroll', () => this.scrolled());
    const follow = new ResizeObserver(() => this.stuck && this.scrollToEnd());
    follow.observe(this.scroller);
    for (const child of this.scroller.children) follow.observe(child);
  }

  /** The browser tells of it a frame later, when more may have come: where we put it ourselves, nobody moved. */
  scrolled() {
    if (this.atTheEnd) this.stuck = true;
    else if (this.scroller.scrollTop !== this.put) this.stuck = false;
  }

  /** Puts the list in order once, however many changes come together. */
  tidySoon() {
    if (this.untidy) return;
    this.untidy = true;
    queueMicrotask(() => {
      this.untidy = false;
      this.tidy();
    });
  }

  /** Names, days and times stand only where they change; suggestions only where they can still be taken. */
  tidy() {
    let previous = null;
    let answered = null;
    for (const item of this.list.children) {
      const day = dayName(item.at);
      const newDay = !previous || dayName(previous.at) !== day;
      const goesOn = !newDay && previous.voice === item.voice && item.at - previous.at < SAME_BREATH;
      item.querySelector('.day').textContent = newDay ? day : '';
      item.classList.toggle('goes-on', goesOn);
      previous?.classList.toggle('has-more', goesOn);
      if (item.dataset.speaker === 'customer') answered = item;
      previous = item;
    }
    previous?.classList.remove('has-more');
    if (answered) this.retireReplies(answered);
  }

  retireReplies(answer) {
    for (const group of this.list.querySelectorAll('.quick-replies')) {
      if (group.compareDocumentPosition(answer) & Node.DOCUMENT_POSITION_FOLLOWING) group.remove();
    }
  }

  get atTheEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
  }

  scrollToEnd() {
    this.stuck = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.put = this.scroller.scrollTop;
  }

  /** The whole conversation as plain text. */
  asText() {
    const lines = [...this.list.children].map((item) => {
      const who = item.querySelector('.name')?.textContent ?? (item.dataset.speaker === 'customer' ? phrase('you') : '–');
      return `${new Date(item.at).toLocaleString(language)}  ${who}: ${item.querySelector('.bubble').textContent}`;
    });
    return lines.join('\n') + '\n';
  }
}
