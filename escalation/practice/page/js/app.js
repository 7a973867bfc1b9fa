// The page: who you are, the channels, the messages, the thread beside them.
import { look, me, play } from "./api.js";
import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { inView } from "./context.js";
import { h } from "./dom.js";
import { loadEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { MessageList } from "./list.js";
import { followModals } from "./modal.js";
import { markSeen, seen } from "./seen.js";
import { store } from "./store.js";

const HOME = "home";
const address = new URLSearchParams(location.search);
const place = { channel: address.get("channel") || "", thread: address.get("thread") || "" };
const at = (id) => document.getElementById(id);
const desk = at("desk"), nav = at("channels"), main = at("channel"), aside = at("thread");

const channelList = new MessageList("Messages of the channel", { onThread: (message) => openThread(message.thread_ts || message.ts), unread: unreadThread });
const threadList = new MessageList("Messages of the thread", { inThread: true });
let homeMark = "";

function unreadThread(message) {
  return Boolean(message.latest_reply) && message.latest_reply > seen(me.id, `${message.channel}:${message.ts}`) && !lastReplyIsMine(message);
}

function lastReplyIsMine(message) {
  return store.message(message.channel, message.latest_reply)?.user === me.id;
}

// The frame of the main column

function buildChannel() {
  main.replaceChildren(
    h("header", { class: "column-head" }, h("h2", { id: "channel-name" }), h("p", { id: "channel-topic", class: "soft" })),
    channelList.element,
    composer({ id: "reply", label: "Write to the channel", channel: () => place.channel }),
  );
  aside.replaceChildren(
    h("header", { class: "column-head" }, h("button", { class: "button small quiet", onclick: closeThread, "aria-label": "Close the thread" }, icon("close")), h("h2", { id: "thread-name" }, "Thread")),
    threadList.element,
    composer({ id: "thread-reply", label: "Reply in the thread", channel: () => place.channel, threadTs: () => place.thread, canBroadcast: true }),
  );
}

aside.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !event.target.closest("dialog, .message-body")) closeThread();
});

async function openThread(ts) {
  place.thread = ts;
  threadList.clear();
  remember();
  await store.loadThread(place.channel, ts).catch(() => closeThread());
  render();
  at("thread-reply")?.focus();
}

function closeThread() {
  const ts = place.thread;
  place.thread = "";
  remember();
  render();
  main.querySelector(`[data-ts="${CSS.escape(ts)}"]`)?.focus();
}

function openChannel(id) {
  place.channel = id;
  place.thread = "";
  homeMark = "";
  channelList.clear();
  remember();
  if (id === HOME) play("home");
  render();
}

function remember() {
  const query = new URLSearchParams({ as: store.people.get(me.id)?.key || me.id });
  if (place.channel) query.set("channel", place.channel);
  if (place.thread) query.set("thread", place.thread);
  history.replaceState(null, "", `?${query}`);
}

// A link to a message opens it here, as Slack's own client does.
document.addEventListener("click", (event) => {
  const address = event.target.closest("a")?.href || "";
  const [, channel, seconds, rest] = address.match(new RegExp(`^${location.origin}/archives/(\\w+)/p(\\d{10})(\\d{6})`)) || [];
  if (!channel || !store.channels.some((one) => one.id === channel)) return;
  event.preventDefault();
  openChannel(channel);
  openThread(new URL(address).searchParams.get("thread_ts") || `${seconds}.${rest}`);
});

// Drawing

function render() {
  const channel = store.channels.find((one) => one.id === place.channel);
  if (!channel && place.channel !== HOME && store.channels.length) return openChannel(store.channels[0].id);
  drawNav();
  drawState();
  const home = place.channel === HOME;
  main.classList.toggle("is-home", home);
  if (home) return drawHome();
  at("channel-name").textContent = channel.direct ? "Handraise (direct)" : `# ${channel.name}`;
  at("channel-topic").textContent = channel.archived ? "archived" : channel.topic;
  drawThread();
  const roots = store.roots(channel.id);
  channelList.show(roots, "Nothing here yet. When the bot is unsure, a card appears.");
  if (roots.length && document.visibilityState === "visible") markSeen(me.id, channel.id, channel.latest);
  drawTitle();
}

function drawThread() {
  const open = Boolean(place.thread);
  aside.hidden = !open;
  desk.classList.toggle("with-thread", open);
  if (!open) return;
  const messages = store.thread(place.channel, place.thread);
  threadList.show(messages, "This thread is gone.");
  if (messages.length) markSeen(me.id, `${place.channel}:${place.thread}`, messages.at(-1).ts);
}

function unreadChannel(channel) {
  return channel.id !== place.channel && channel.latest > seen(me.id, channel.id);
}

function drawNav() {
  const tabs = store.channels.map((channel) => tab(channel.id, channel.direct ? "Handraise" : `# ${channel.name}`, unreadChannel(channel)));
  nav.replaceChildren(...tabs, ...(store.app.home ? [tab(HOME, "App home", false), ...globalShortcuts()] : globalShortcuts()));
}

function tab(id, name, unread) {
  const current = id === place.channel;
  return h("button", { class: "channel-tab", "aria-current": current ? "page" : null, onclick: () => openChannel(id) }, name, unread ? h("span", { class: "badge" }, "new") : null);
}

function globalShortcuts() {
  return (store.app.shortcuts || []).filter((one) => one.type === "global").map((one) => h("button", { class: "channel-tab", onclick: () => play("shortcut", { callback_id: one.callback_id }) }, `${one.name}`));
}

function drawState() {
  const state = at("app-state");
  const words = store.app.connected ? "Desk connected" : "Desk not connected";
  if (state.textContent !== words) state.textContent = words;
  state.dataset.tone = store.app.connected ? "pine" : "ochre";
}

function drawTitle() {
  const count = store.channels.filter(unreadChannel).length + store.roots(place.channel).filter(unreadThread).length;
  document.title = count ? `(${count}) Practice workspace` : "Practice workspace";
}

function drawHome() {
  aside.hidden = true;
  desk.classList.remove("with-thread");
  at("channel-name").textContent = "App home";
  at("channel-topic").textContent = "What Handraise shows you alone";
  const mark = store.home ? `${store.home.id}:${store.home.hash}` : "none";
  if (mark === homeMark) return;
  homeMark = mark;
  const drawn = store.home ? blocks(store.home.blocks, inView(store.home, {}, {})) : h("p", { class: "empty" }, "The desk has not published a home for you yet.");
  channelList.clear();
  channelList.box.replaceChildren(h("div", { class: "home" }, drawn));
}

// Who you are

function choose(person) {
  me.id = person.id;
  place.channel ||= "";
  channelList.clear();
  threadList.clear();
  homeMark = "";
  drawWho();
  remember();
  store.follow().then(() => {});
  if (place.channel === HOME) play("home");
}

function drawWho() {
  const agents = [...store.people.values()].filter((person) => !person.is_bot);
  at("who").replaceChildren(...agents.map((person) => h("option", { value: person.id, selected: person.id === me.id }, person.name)));
}

function ask(agents) {
  const dialog = h("dialog", { class: "dialog welcome", "aria-labelledby": "welcome-name" });
  const pick = (person) => {
    dialog.close();
    dialog.remove();
    choose(person);
  };
  dialog.append(
    h("h2", { id: "welcome-name" }, "Who are you today?"),
    h("p", { class: "soft" }, "Three people answer customers here. Be one of them."),
    h("div", { class: "stack" }, agents.map((person) => h("button", { class: "card person", onclick: () => pick(person) }, h("img", { class: "face", src: person.picture, alt: "" }), h("span", {}, h("strong", {}, person.name), h("span", { class: "soft" }, person.title))))),
  );
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
}

async function start() {
  await loadEmoji();
  buildChannel();
  followModals();
  const first = await look("state", { as: "mina" });
  store.people = new Map(first.people.map((person) => [person.id, person]));
  const agents = first.people.filter((person) => !person.is_bot);
  store.onChange(async (change) => {
    if (change.offline) {
      at("app-state").textContent = "Connection lost, trying again …";
      at("app-state").dataset.tone = "brick";
      return;
    }
    if (change.first && place.thread) await store.loadThread(place.channel, place.thread).catch(() => {});
    render();
  });
  at("who").addEventListener("change", (event) => choose(store.people.get(event.target.value)));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && me.id && render());
  const wanted = agents.find((person) => [person.key, person.id].includes(address.get("as")));
  wanted ? choose(wanted) : ask(agents);
}

start();
