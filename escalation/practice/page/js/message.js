// One message: who, when, what, and what can be done with it.
import { me, play } from "./api.js";
import { attachments, blocks, files } from "./blocks.js";
import { confirmed } from "./confirm.js";
import { inMessage } from "./context.js";
import { h, timeOf } from "./dom.js";
import { showMenu } from "./elements.js";
import { emoji, QUICK } from "./emoji.js";
import { icon } from "./icons.js";
import { mrkdwn, unescape } from "./mrkdwn.js";
import { store } from "./store.js";

export function drawMessage(message, { inThread, onThread, unread }) {
  if (message.subtype === "tombstone") return tombstone(message, inThread, onThread);
  const author = authorOf(message);
  const parts = [
    message.ephemeral ? h("p", { class: "only-you" }, "Only you can see this") : null,
    message.subtype === "thread_broadcast" && !inThread ? h("p", { class: "only-you" }, "replied to a thread") : null,
    h("div", { class: "message-head" }, h("strong", {}, author.name), author.app ? h("span", { class: "tag" }, "App") : null, timeOf(message.ts), message.edited && !author.app ? h("span", { class: "soft" }, "(edited)") : null),
    h("div", { class: "message-body" }, body(message)),
    message.reactions ? reactions(message) : null,
    message.reply_count && !inThread ? threadLine(message, onThread, unread) : null,
  ];
  const article = h("article", { class: message.ephemeral ? "message ephemeral" : "message", "data-ts": message.ts, tabindex: "-1", "aria-label": `${author.name}` });
  article.append(h("img", { class: "face", src: author.picture, alt: "" }), h("div", { class: "message-main" }, parts));
  if (!message.ephemeral) article.append(tools(message, article, { inThread, onThread }));
  return article;
}

function authorOf(message) {
  const person = store.people.get(message.user);
  const own = message.icons?.image_48;
  if (message.bot_id) {
    const picture = own && /^(https?:|\/)/.test(own) ? own : "/play/avatar/handraise.svg";
    return { name: message.username || "Handraise", picture, app: true };
  }
  return { name: person?.name || "Somebody", picture: person?.picture || "", app: false };
}

function body(message) {
  const drawn = message.blocks?.length ? blocks(message.blocks, inMessage(message)) : h("p", { class: "mrkdwn" }, mrkdwn(message.text));
  return [drawn, message.attachments ? attachments(message.attachments) : null, message.files ? files(message.files) : null];
}

function tombstone(message, inThread, onThread) {
  const line = message.reply_count && !inThread ? threadLine(message, onThread, false) : null;
  return h("article", { class: "message", "data-ts": message.ts, tabindex: "-1" }, h("span", { class: "face" }), h("div", { class: "message-main" }, h("p", { class: "soft" }, "This message was deleted."), line));
}

function reactions(message) {
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map(({ name, users }) => {
      const mine = users.includes(me.id);
      const who = users.map((user) => store.nameOf(user)).join(", ");
      const toggle = () => play("react", { channel: message.channel, ts: message.ts, name, remove: mine });
      return h("button", { class: "reaction", "aria-pressed": String(mine), title: who, "aria-label": `${name.replaceAll("_", " ")}: ${who}`, onclick: toggle }, emoji(name) || name, ` ${users.length}`);
    }),
  );
}

function threadLine(message, onThread, unread) {
  const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  return h("button", { class: unread ? "thread-line new" : "thread-line", onclick: () => onThread(message) }, h("span", {}, count), unread ? h("span", { class: "badge" }, "new") : null, h("span", { class: "soft" }, "last ", timeOf(message.latest_reply)));
}

function tools(message, article, { inThread, onThread }) {
  const mine = message.user === me.id;
  const items = [
    tool("React", "smile", (opener) => open(reactMenu(message), opener)),
    inThread ? null : tool("Reply in thread", "thread", () => onThread(message)),
    shortcuts(message),
    mine ? tool("Edit", "pen", () => edit(message, article)) : null,
    mine ? tool("Delete", "bin", () => remove(message)) : null,
  ];
  return h("div", { class: "tools", role: "toolbar", "aria-label": "What to do with this message" }, items);
}

// The app's own message shortcuts, behind one button.
function shortcuts(message) {
  const offered = (store.app.shortcuts || []).filter((one) => one.type === "message");
  if (!offered.length) return null;
  return tool("More", "more", (opener) => {
    const menu = h("div", { class: "menu", popover: "auto", role: "menu", "aria-label": "More" });
    for (const one of offered) {
      const choose = () => {
        menu.hidePopover();
        play("shortcut", { callback_id: one.callback_id, channel: message.channel, ts: message.ts });
      };
      menu.append(h("button", { type: "button", role: "menuitem", onclick: choose }, one.name));
    }
    open(menu, opener);
  });
}

function open(menu, opener) {
  menu.addEventListener("toggle", (event) => event.newState === "closed" && (menu.remove(), opener.focus()));
  opener.after(menu);
  showMenu(menu, opener);
}

function tool(name, sign, act) {
  const button = h("button", { type: "button", title: name, "aria-label": name }, icon(sign));
  button.addEventListener("click", () => act(button));
  return button;
}

function reactMenu(message) {
  const menu = h("div", { class: "menu emoji-menu", popover: "auto", role: "menu", "aria-label": "React with" });
  for (const name of QUICK) {
    const choose = () => {
      menu.hidePopover();
      play("react", { channel: message.channel, ts: message.ts, name });
    };
    menu.append(h("button", { type: "button", role: "menuitem", "aria-label": name.replaceAll("_", " "), onclick: choose }, emoji(name)));
  }
  return menu;
}

function edit(message, article) {
  const box = h("textarea", { class: "field", rows: 3, "aria-label": "Edit your message" });
  box.value = typed(message);
  const bodyElement = article.querySelector(".message-body");
  const before = [...bodyElement.childNodes];
  const stop = () => bodyElement.replaceChildren(...before);
  const save = async () => (await play("edit", { channel: message.channel, ts: message.ts, text: box.value })) && stop();
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stop();
    if (event.key === "Enter" && !event.shiftKey) (event.preventDefault(), save());
  });
  const buttons = h("div", { class: "row" }, h("button", { class: "button small", onclick: save }, "Save"), h("button", { class: "button small quiet", onclick: stop }, "Cancel"));
  bodyElement.replaceChildren(box, buttons);
  box.focus();
}

// The text as it was typed: mentions by name, links bare, escapes undone.
function typed(message) {
  const bare = message.text.replace(/<@(\w+)>/g, (_, id) => `@${store.nameOf(id)}`).replace(/<(https?:[^|>]+)(\|[^>]*)?>/g, "$1");
  return unescape(bare);
}

// Not window.confirm: browsers ignore it in a frame of another origin, such as the demo's page.
const DELETE = { title: { text: "Delete this message?" }, text: { type: "plain_text", text: "It goes for everybody." }, confirm: { text: "Delete" }, deny: { text: "Keep" }, style: "danger" };

async function remove(message) {
  if (await confirmed(DELETE)) play("delete", { channel: message.channel, ts: message.ts });
}
