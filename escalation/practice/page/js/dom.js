// Builds elements. Children are nodes or texts, never markup: what customers wrote stays text.
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "selected") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let numbers = 0;
export const freshId = (word) => `${word}-${(numbers += 1)}`;

const SAFE_ADDRESS = /^(https?:|mailto:|tel:)/i;
export function link(address, ...children) {
  if (!SAFE_ADDRESS.test(address)) return h("span", {}, ...children);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

export function toast(text, tone = "brick") {
  const line = h("p", { class: "toast", role: "alert", "data-tone": tone }, text);
  // Behind an open dialog nobody would see or hear it.
  (document.querySelector("dialog:modal") || document.getElementById("toasts")).append(line);
  setTimeout(() => line.remove(), 7000);
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" });
export function timeOf(ts) {
  const date = new Date(Number(ts.split(".")[0]) * 1000);
  const today = date.toDateString() === new Date().toDateString();
  return h("time", { datetime: date.toISOString(), class: "soft" }, (today ? clock : dayAndClock).format(date));
}
