// Buttons, menus and inputs. `context` is {act, suggest, enter, values, view?, inputId?, described?, invalid?}.
import { combobox } from "./combobox.js";
import { confirmed } from "./confirm.js";
import { h, freshId } from "./dom.js";
import { fileField } from "./filefield.js";
import { icon } from "./icons.js";
import { plain, textObject } from "./mrkdwn.js";

export function element(block, one, context) {
  const waits = block.type === "input" && !block.dispatch_action;
  const send = async (value) => {
    context.enter?.(block, one, value);
    if (waits) return true;
    if (one.confirm && !(await confirmed(one.confirm))) return false;
    await context.act(block, one, value);
    return true;
  };
  const state = context.values?.[block.block_id]?.[one.action_id];
  return (DRAWERS[one.type] || unknown)({ block, one, context, send, state });
}

const DRAWERS = {
  button: ({ one, send }) => button(one, send),
  static_select: (given) => staticSelect(given),
  external_select: (given) => externalSelect(given),
  multi_static_select: (given) => choices(given, "checkbox"),
  overflow: (given) => overflow(given),
  radio_buttons: (given) => choices(given, "radio"),
  checkboxes: (given) => choices(given, "checkbox"),
  plain_text_input: (given) => textInput(given, "text"),
  email_text_input: (given) => textInput(given, "email"),
  url_text_input: (given) => textInput(given, "url"),
  number_input: (given) => textInput(given, "number"),
  datepicker: (given) => textInput(given, "date"),
  timepicker: (given) => textInput(given, "time"),
  users_select: (given) => peopleSelect(given),
  file_input: (given) => fileField(given, labelled(given)),
};

const unknown = ({ one }) => h("span", { class: "soft" }, `(a ${one.type})`);

function button(one, send) {
  const style = { primary: "button small", danger: "button small danger" }[one.style] || "button small quiet";
  const made = h("button", { type: "button", class: style, "aria-label": one.accessibility_label, "data-action": one.action_id }, plain(one.text.text));
  made.addEventListener("click", async () => {
    made.disabled = true;
    if (one.url) window.open(one.url, "_blank", "noopener");
    await send(null);
    made.disabled = false;
  });
  return made;
}

const labelled = ({ context, one }) => ({
  id: context.inputId,
  "aria-label": context.inputId ? null : one.placeholder?.text || "Choose",
  "aria-describedby": context.described || null,
  "aria-invalid": context.invalid ? "true" : null,
  "data-action": one.action_id,
});

function staticSelect(given) {
  const { one, send, state } = given;
  const groups = one.option_groups || [{ options: one.options }];
  const all = groups.flatMap((group) => group.options);
  if (all.length > 12) return combobox({ ...given, attributes: labelled(given), find: async (query) => matching(all, query) });
  const chosen = state?.selected_option?.value || "";
  const select = h("select", { class: "field", ...labelled(given) });
  select.append(h("option", { value: "" }, one.placeholder?.text || "Choose …"));
  for (const group of groups) {
    const options = group.options.map((option) => h("option", { value: option.value, selected: option.value === chosen }, option.text.text));
    select.append(...(group.label ? [h("optgroup", { label: group.label.text }, options)] : options));
  }
  select.addEventListener("change", async () => {
    if (!(await send(select.value || null))) select.value = chosen;
  });
  return select;
}

function matching(options, query) {
  const words = query.toLowerCase().split(/\s+/);
  return options.filter((option) => words.every((word) => option.text.text.toLowerCase().includes(word)));
}

function externalSelect(given) {
  const { block, one, context } = given;
  const least = one.min_query_length ?? 3;
  return combobox({ ...given, attributes: labelled(given), least, find: (query) => context.suggest(block, one, query) });
}

function overflow({ one, send }) {
  const menu = h("div", { class: "menu", popover: "auto", role: "menu" });
  for (const option of one.options) {
    const choose = () => {
      menu.hidePopover();
      send(option.value);
    };
    menu.append(h("button", { type: "button", role: "menuitem", onclick: choose }, plain(option.text.text)));
  }
  const opener = h("button", { type: "button", class: "button small quiet", "aria-haspopup": "menu", "aria-label": "More actions", "data-action": one.action_id }, icon("more"));
  opener.addEventListener("click", () => showMenu(menu, opener));
  return h("span", {}, opener, menu);
}

export function showMenu(menu, opener) {
  menu.showPopover();
  const edge = opener.getBoundingClientRect();
  menu.style.top = `${Math.max(4, Math.min(edge.bottom + 4, innerHeight - menu.offsetHeight - 8))}px`;
  menu.style.left = `${Math.max(8, Math.min(edge.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.querySelector("button")?.focus();
  menu.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const items = [...menu.querySelectorAll("button")];
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  };
}

function choices(given, type) {
  const { one, send, state } = given;
  const name = freshId("choice");
  const chosen = new Set((state?.selected_options || [state?.selected_option]).filter(Boolean).map((option) => option.value));
  const read = () => [...box.querySelectorAll("input:checked")].map((input) => input.value);
  const box = h("div", { class: "choices", "data-action": one.action_id, role: type === "radio" ? "radiogroup" : "group" });
  const options = one.options || one.option_groups.flatMap((group) => group.options);
  for (const option of options) {
    const change = () => send(type === "radio" ? read()[0] : read());
    const input = h("input", { type, name, value: option.value, checked: chosen.has(option.value), onchange: change });
    const description = option.description ? h("span", { class: "soft" }, textObject(option.description)) : null;
    box.append(h("label", {}, input, h("span", {}, textObject(option.text), description)));
  }
  return box;
}

function textInput(given, type) {
  const { one, context, block, send, state } = given;
  const held = state?.value ?? state?.selected_date ?? state?.selected_time ?? "";
  const attributes = { class: "field", placeholder: one.placeholder?.text, maxlength: one.max_length, ...labelled(given) };
  const made = one.multiline ? h("textarea", { ...attributes, rows: 4 }) : h("input", { ...attributes, type });
  made.value = held;
  made.addEventListener("input", () => context.enter?.(block, one, made.value));
  made.addEventListener("change", () => (block.dispatch_action || type === "date" || type === "time" ? send(made.value) : null));
  if (one.focus_on_load) made.setAttribute("autofocus", "");
  return made;
}

function peopleSelect(given) {
  const { send, state, context } = given;
  const select = h("select", { class: "field", ...labelled(given), onchange: () => send(select.value || null) });
  select.append(h("option", { value: "" }, given.one.placeholder?.text || "Choose somebody …"));
  for (const person of context.people()) {
    select.append(h("option", { value: person.id, selected: state?.selected_user === person.id }, person.name));
  }
  return select;
}
