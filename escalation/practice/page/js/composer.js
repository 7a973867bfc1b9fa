// The box in which a person writes. Enter sends, Shift+Enter starts a line.
import { play, upload } from "./api.js";
import { h, toast } from "./dom.js";
import { icon } from "./icons.js";
import { store } from "./store.js";

const TALLEST = 180;

export function composer({ id, label, channel, threadTs, canBroadcast }) {
  const box = h("textarea", { id, class: "field", rows: 1, placeholder: label, "aria-label": label, enterkeyhint: "send" });
  const broadcast = h("input", { type: "checkbox" });
  const file = h("input", { type: "file", class: "visually-hidden", tabindex: "-1", "aria-hidden": "true" });
  const attach = h("button", { type: "button", class: "button small quiet", "aria-label": "Attach a file", title: "Attach a file", onclick: () => file.click() }, icon("clip"));
  const send = h("button", { type: "submit", class: "button small" }, "Send");
  const grow = () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 2, TALLEST)}px`;
  };
  const submit = async (event) => {
    event?.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    grow();
    await store.ready;
    const sent = await (text.startsWith("/") ? command(text, channel(), threadTs?.()) : play("post", { channel: channel(), text, thread_ts: threadTs?.(), broadcast: broadcast.checked }));
    if (!sent && !box.value) box.value = text;
    broadcast.checked = false;
  };
  box.addEventListener("input", grow);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  file.addEventListener("change", async () => {
    if (file.files[0] && (await upload(file.files[0], { channel: channel(), text: box.value.trim(), thread_ts: threadTs?.() }))) box.value = "";
    file.value = "";
  });
  const extra = canBroadcast ? h("label", { class: "soft broadcast" }, broadcast, " Also send to the channel") : null;
  return h("form", { class: "composer", onsubmit: submit }, h("div", { class: "composer-row" }, attach, file, box, send), extra);
}

async function command(text, channel, threadTs) {
  if (threadTs) {
    toast("Commands do not work inside threads. Type it in the channel.", "ochre");
    return null;
  }
  const [name, ...rest] = text.split(/\s+/);
  return play("command", { channel, command: name, text: rest.join(" ") });
}
