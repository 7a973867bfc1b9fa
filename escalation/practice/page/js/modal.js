// The modal on top. The app's updates redraw it; what was typed stays.
import { play } from "./api.js";
import { blocks } from "./blocks.js";
import { inView } from "./context.js";
import { h } from "./dom.js";
import { keptFiles } from "./filefield.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { store } from "./store.js";

const dialog = h("dialog", { class: "dialog modal", "aria-labelledby": "modal-title" });
let shown = null;
let entered = {};
let opener = null;

export function followModals() {
  document.body.append(dialog);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (shown) play("close", { view_id: shown.id });
  });
  dialog.addEventListener("input", (event) => forgive(event.target.closest(".block")));
  store.onChange(() => show(store.modals.at(-1) || null));
}

function show(view) {
  if (!view) return hide();
  if (shown && shown.id === view.id && shown.hash === view.hash) return;
  if (shown?.id !== view.id) entered = {};
  shown = view;
  draw(withEntered(view), {});
  if (!dialog.open) {
    opener = document.activeElement;
    dialog.showModal();
    dialog.querySelector("[autofocus], .modal-blocks input, .modal-blocks textarea, .modal-blocks select, button[type=submit]")?.focus();
  }
}

// An entry that is being corrected is no longer called wrong.
function forgive(block) {
  block?.querySelectorAll(".error").forEach((error) => error.remove());
  block?.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
}

function hide() {
  shown = null;
  entered = {};
  if (!dialog.open) return;
  dialog.close();
  opener?.focus?.();
}

// Values typed here since the server last heard of them, in the shape of the view's own.
function withEntered(view) {
  const values = structuredClone(view.values);
  for (const [blockId, actions] of Object.entries(entered)) {
    for (const [actionId, value] of Object.entries(actions)) {
      const state = values[blockId]?.[actionId];
      if (state && "value" in state) state.value = value;
      if (state && "files" in state) state.files = keptFiles(value);
    }
  }
  return { ...view, values };
}

function draw(view, errors) {
  const form = h("form", { class: "modal-form", novalidate: true, onsubmit: submit });
  const close = () => play("close", { view_id: view.id });
  form.append(
    h("header", {}, h("h2", { id: "modal-title" }, plain(view.title.text)), h("button", { type: "button", class: "button small quiet", "aria-label": "Close", onclick: close }, icon("close"))),
    h("div", { class: "modal-blocks stack" }, blocks(view.blocks, inView(view, entered, errors))),
    h(
      "footer",
      { class: "dialog-buttons" },
      h("button", { type: "button", class: "button quiet", onclick: close }, plain(view.close?.text || (view.previous_view_id ? "Back" : "Cancel"))),
      view.submit ? h("button", { type: "submit", class: "button" }, plain(view.submit.text)) : null,
    ),
  );
  dialog.replaceChildren(form);
}

async function submit(event) {
  event.preventDefault();
  const view = shown;
  const button = dialog.querySelector("button[type=submit]");
  if (button) button.disabled = true;
  const answer = await play("submit", { view_id: view.id, values: entered });
  if (button) button.disabled = false;
  if (!answer || !Object.keys(answer.errors).length || shown !== view) return;
  draw({ ...view, values: answer.values }, answer.errors);
  dialog.querySelector("[aria-invalid]")?.focus();
}
