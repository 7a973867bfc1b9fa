// A list that is searched by typing: an editable combobox with a listbox, by the ARIA pattern.
import { h, freshId } from "./dom.js";

const PAUSE_MS = 200;

export function combobox({ one, state, send, attributes, find, least = 0 }) {
  const listId = freshId("list");
  const list = h("ul", { id: listId, role: "listbox", class: "menu", popover: "manual" });
  const input = h("input", {
    ...attributes,
    class: "field",
    type: "text",
    role: "combobox",
    autocomplete: "off",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-autocomplete": "list",
    placeholder: one.placeholder?.text || "Type to search …",
  });
  let chosen = state?.selected_option || one.initial_option || null;
  let timer, active = -1, asked = 0;
  input.value = chosen?.text.text || "";

  const items = () => [...list.querySelectorAll("[role=option]")];
  const close = () => {
    if (list.matches(":popover-open")) list.hidePopover();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  };
  const open = () => {
    if (!list.matches(":popover-open")) list.showPopover();
    const edge = input.getBoundingClientRect();
    const below = innerHeight - edge.bottom - 12;
    list.style.minWidth = `${edge.width}px`;
    list.style.left = `${Math.max(8, Math.min(edge.left, innerWidth - list.offsetWidth - 8))}px`;
    const upwards = below < 160 && edge.top > below;
    list.style.maxHeight = `${Math.min(320, (upwards ? edge.top : below) - 4)}px`;
    list.style.top = upwards ? `${edge.top - list.offsetHeight - 4}px` : `${edge.bottom + 4}px`;
    input.setAttribute("aria-expanded", "true");
  };
  const note = (text) => {
    list.replaceChildren(h("li", { class: "soft", role: "presentation" }, text));
    open();
  };
  const choose = async (option) => {
    close();
    const before = chosen;
    chosen = option;
    input.value = option.text.text;
    if (!(await send(option.value))) {
      chosen = before;
      input.value = before?.text.text || "";
    }
  };
  const mark = (index) => {
    const all = items();
    all.forEach((item) => item.setAttribute("aria-selected", "false"));
    if (!all.length) return;
    active = (index + all.length) % all.length;
    all[active].setAttribute("aria-selected", "true");
    all[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[active].id);
  };
  const search = async () => {
    const query = input.value === chosen?.text.text ? "" : input.value.trim();
    if (query.length < least) return note(`Type ${least === 1 ? "a letter" : `${least} letters`} to search.`);
    const turn = (asked += 1);
    const options = await find(query);
    if (turn !== asked || document.activeElement !== input) return;
    if (!options?.length) return note("Nothing found.");
    list.replaceChildren(
      ...options.map((option) =>
        h(
          "li",
          { role: "option", id: freshId("option"), "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); choose(option); } },
          option.text.text,
          option.description ? h("span", { class: "soft" }, ` ${option.description.text}`) : null,
        ),
      ),
    );
    list.options = options;
    open();
    mark(0);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE_MS);
  };
  input.addEventListener("input", soon);
  input.addEventListener("click", soon);
  input.addEventListener("blur", () => {
    close();
    input.value = chosen?.text.text || "";
  });
  input.addEventListener("keydown", (event) => {
    const opened = list.matches(":popover-open");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      opened ? mark(active + (event.key === "ArrowDown" ? 1 : -1)) : soon();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (opened && active >= 0) choose(list.options[active]);
    } else if (event.key === "Escape" && opened) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  return h("span", { class: "combobox" }, input, list);
}
