// A list of messages that redraws only what changed and stays where the reader is.
import { h } from "./dom.js";
import { drawMessage } from "./message.js";

const NEAR = 80;
const GAP = 8;

export class MessageList {
  constructor(label, options) {
    this.options = options;
    this.drawn = new Map();
    this.box = h("div", { class: "messages", role: "log", "aria-label": label, tabindex: "0" });
    this.jump = h("button", { class: "button small jump", hidden: true, onclick: () => this.toEnd() }, "New messages ↓");
    this.element = h("div", { class: "messages-frame" }, this.box, this.jump);
    this.following = true;
    this.landed = 0;
    this.box.addEventListener("scroll", () => this.scrolled());
  }

  atEnd() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR;
  }

  scrolled() {
    this.following = this.atEnd() || Math.abs(this.box.scrollTop - this.landed) < 2;
    if (this.atEnd()) this.jump.hidden = true;
  }

  // To the newest message; to its beginning where it is taller than the window.
  toEnd() {
    const last = this.box.lastElementChild;
    const tall = last && last.offsetHeight > this.box.clientHeight;
    this.box.scrollTop = tall ? last.offsetTop - GAP : this.box.scrollHeight;
    this.landed = this.box.scrollTop;
    this.following = true;
    this.jump.hidden = true;
  }

  clear() {
    this.following = true;
    this.drawn.clear();
    this.box.replaceChildren();
  }

  show(messages, empty) {
    const stay = this.drawn.size && !this.following;
    const newest = messages.at(-1)?.ts;
    const fresh = this.drawn.size && newest && !this.drawn.has(newest);
    const wanted = new Set(messages.map((message) => message.ts));
    for (const [ts, { element }] of this.drawn) if (!wanted.has(ts)) (element.remove(), this.drawn.delete(ts));
    this.box.querySelector(".empty")?.remove();
    let before = null;
    for (const message of messages) before = this.place(message, before);
    if (!messages.length) this.box.append(h("p", { class: "empty" }, empty));
    if (!stay) this.toEnd();
    else if (fresh) this.jump.hidden = false;
  }

  place(message, before) {
    const unread = this.options.unread?.(message) || false;
    const mark = `${message.changed}:${unread}`;
    const known = this.drawn.get(message.ts);
    let element = known?.element;
    if (!known || (known.mark !== mark && !element.querySelector("textarea:focus"))) {
      element = drawMessage(message, { ...this.options, unread });
      const held = known && known.element.contains(document.activeElement) ? document.activeElement.dataset.action : null;
      known ? known.element.replaceWith(element) : (before ? before.after(element) : this.box.prepend(element));
      if (held) (element.querySelector(`[data-action="${CSS.escape(held)}"]`) || element).focus();
      this.drawn.set(message.ts, { element, mark });
    }
    return element;
  }
}
