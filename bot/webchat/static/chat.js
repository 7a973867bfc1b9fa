// The chat page: puts together what the customer writes (outbox), what the server says (stream) and what is seen
// (transcript). It runs alone at /chat/frame, or in the iframe that handraise.js lays over a site.

import { Composer } from './composer.js';
import { Embedding } from './embedding.js';
import { forget, keep, recall, watch } from './memory.js';
import { confirmed, Menu } from './menu.js';
import { ConnectionNotice, PersonNotice } from './notices.js';
import { newId, Outbox } from './outbox.js';
import { phrase } from './phrases.js';
import { RatingAsked } from './rating.js';
import { Stream } from './stream.js';
import { Transcript } from './transcript.js';
import { Unread } from './unread.js';
import { Uploads } from './uploads.js';

const SLOWEST_ANSWER = 20_000;
const TOO_LATE = new Set([404, 409]); // There is no such message any more, or it has been answered.

const base = new URL('.', import.meta.url);
const options = new URLSearchParams(location.search);
const part = (id) => document.getElementById(id);
const title = options.get('name') || phrase('title');

const address = (path) => new URL(path, base).href;
let stream = null;

const embedding = new Embedding({ opened, closed: () => unread.look(), draft: (words) => composer.suggest(words) });
const transcript = new Transcript(part('transcript'), {
  assistant: options.get('assistant') || phrase('assistant'),
  choose: (number, index, words) => say(words, { number, index }),
  takeBack,
  change,
  remove,
  address,
});
const spoken = () => embedding.language || navigator.language;
const outbox = new Outbox(base, { language: spoken, openConversation, sent, refused: (entry) => transcript.showPending(entry), gone });
const unread = new Unread(() => embedding.isOpen && !document.hidden, tellUnread, tellSeen);
const person = new PersonNotice(part('person'), part('hand'), address);
const connection = new ConnectionNotice(part('connection'));
const rating = new RatingAsked(part('rating'), (given) => rate(given), () => composer.focus());
const composer = new Composer(
  {
    form: part('composer'),
    field: part('text'),
    counter: part('counter'),
    send: part('send'),
    editing: part('editing'),
    stop: part('stop-editing'),
  },
  (words) => say(words),
);
const uploads = new Uploads(
  base,
  { button: part('attach'), input: part('file'), field: part('text'), drop: document.body },
  { openConversation, newId, began, sent, refused },
);
const menu = new Menu(part('menu-button'), part('menu'), { restart, save });

function say(words, choice = null) {
  tellTrouble('');
  const entry = { id: newId(), conversation: recall('conversation'), text: words, choice, at: new Date().toISOString() };
  transcript.showPending(entry);
  outbox.add(entry);
  showWelcome();
  composer.focus();
}

function takeBack(entry) {
  outbox.remove(entry.id);
  transcript.drop(entry.id);
  composer.offer(entry.text);
}

/** A message that the server has: what comes of it is seen in the stream. */
function change(number, before, words = before) {
  composer.edit(words, (text) => reword(number, 'PUT', { text }, before), before);
}

function remove(number) {
  reword(number, 'DELETE');
  composer.focus();
}

/** The words of a change that failed come back: as that change, where it can still be made. */
async function reword(number, method, body, before) {
  const conversation = recall('conversation');
  const message = new URL(`conversations/${conversation}/messages/${number}`, base);
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(message, { method, headers, body: body && JSON.stringify(body) }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  tellTrouble(answer?.ok ? '' : (said?.error ?? phrase('change_lost')));
  if (answer?.ok || !body) return;
  const tooLate = TOO_LATE.has(answer?.status) || recall('conversation') !== conversation;
  if (tooLate) composer.offer(body.text);
  else change(number, before, body.text);
}

function tellTrouble(sentence) {
  part('trouble').className = sentence && 'notice';
  part('trouble').dataset.tone = 'brick';
  part('trouble').textContent = sentence;
}

function tellSeen(number) {
  const conversation = recall('conversation');
  if (!conversation) return;
  const seen = new URL(`conversations/${conversation}/seen`, base);
  fetch(seen, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ number }),
    keepalive: true,
  }).catch(() => {}); // What an agent says next tells it anew.
}

/** A file is on its way. */
function began(entry) {
  transcript.showPending(entry);
  showWelcome();
}

function refused(entry, sentence) {
  transcript.drop(entry.id);
  showWelcome();
  tellTrouble(sentence);
}

async function restart() {
  if (!(await confirmed(part('confirm')))) return;
  forget('conversation');
  leave();
  composer.focus();
}

function save() {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([transcript.asText()], { type: 'text/plain' }));
  link.download = 'conversation.txt';
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Who only looks begins no conversation; the first words do. */
async function openConversation() {
  if (recall('conversation')) return recall('conversation');
  const response = await fetch(new URL('conversations', base), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      page: embedding.page,
      page_title: embedding.title,
      name: embedding.customer,
      language: spoken(),
    }),
    signal: AbortSignal.timeout(SLOWEST_ANSWER),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const { conversation } = await response.json();
  if (!recall('conversation')) keep('conversation', conversation); // Another tab may have been quicker.
  follow();
  return recall('conversation');
}

function follow() {
  stream?.stop();
  const conversation = recall('conversation');
  if (!conversation) return;
  const told = { message, state, open: connected, lost: () => connection.lost(), gone: () => gone(conversation) };
  stream = new Stream(base, conversation, told);
  stream.run();
}

function connected() {
  part('log').setAttribute('aria-live', 'polite'); // From here on it is news, not history.
  connection.connected();
  outbox.work();
}

function message(row) {
  transcript.show(row);
  if (row.client_id) outbox.remove(row.client_id);
  unread.take(row);
  showWelcome();
}

function state({ typing, person: called, rating: asked }) {
  rating.show(asked ?? null);
  part('typing').hidden = !typing;
  part('typist').textContent = called?.state === 'here' ? phrase('name_is_typing', called) : phrase('typing');
  part('talk').hidden = called !== null;
  person.show(called);
}

function rate(given) {
  return fetch(new URL(`conversations/${recall('conversation')}/rating`, base), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(given),
    signal: AbortSignal.timeout(SLOWEST_ANSWER),
  });
}

function sent(entry, number) {
  transcript.settle(entry.id, number);
}

/** The server forgot the conversation: a new one begins with the next words, and unsent ones go there. */
function gone(conversation) {
  if (recall('conversation') !== conversation) return;
  outbox.rehome(conversation);
  forget('conversation');
  leave();
  showUnsent();
  outbox.work();
}

function leave() {
  stream?.stop();
  stream = null;
  keep('seen', 0);
  composer.endEditing();
  transcript.clear();
  unread.reset();
  unread.look();
  state({ typing: false, person: null });
  connected();
  showWelcome();
}

function showWelcome() {
  part('welcome').hidden = !transcript.empty;
}

function showUnsent() {
  const here = [recall('conversation'), null];
  for (const entry of outbox.entries) if (here.includes(entry.conversation)) transcript.showPending(entry);
  showWelcome();
}

function tellUnread(count) {
  embedding.tellUnread(count);
  document.title = (count ? `(${count}) ` : '') + title;
}

function opened() {
  composer.focus();
  unread.look();
  transcript.scrollToEnd();
}

function onEscape(event) {
  if (event.key !== 'Escape' || event.isComposing || part('confirm').open) return;
  if (!menu.escape()) embedding.askToClose();
}

function moveTo() {
  leave();
  follow();
  showUnsent();
}

function begin() {
  part('title').textContent = title;
  part('close').hidden = !embedding.isEmbedded;
  part('close').addEventListener('click', () => embedding.askToClose());
  part('talk').append(part('hand').content.cloneNode(true), phrase('talk_to_person'));
  part('talk').addEventListener('click', () => say(phrase('wish_for_person')));
  part('newer').addEventListener('click', () => transcript.scrollToEnd());
  part('log').addEventListener('scroll', () => (part('newer').hidden = transcript.atTheEnd));
  addEventListener('keydown', onEscape);
  watch('conversation', moveTo);
  showUnsent();
  follow();
  outbox.work();
  uploads.learn();
  unread.look();
  embedding.tellReady();
  if (!embedding.isEmbedded) composer.focus();
}

begin();
