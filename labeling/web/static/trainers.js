// Makes the trainers' page quicker; without it every button is a form that works.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

// ---- talking with the service

async function ask(path, body) {
  const answer = await fetch(path, body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error || "That did not work.");
  return said;
}

let toastEnds;
function toast(words, tone, undo) {
  const box = document.createElement("div");
  box.className = "toast row";
  box.dataset.tone = tone;
  box.append(words);
  if (undo) {
    const button = document.createElement("button");
    button.className = "button quiet small";
    button.textContent = "Undo";
    button.addEventListener("click", undo);
    box.append(button);
  }
  $("#toasts").replaceChildren(box);
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => box.remove(), 8000);
}

// ---- decisions

const undone = []; // turns decided on this page, newest last
const WORDS = { accept: "Accepted", change: "Changed", reject: "Rejected", undo: "Undone" };

async function decide(turn, decision, more = {}) {
  const card = $(`#turn-${turn}`);
  const next = card && (card.nextElementSibling || card.previousElementSibling);
  try {
    const now = await ask(`/api/turns/${turn}/review`, { decision, ...more });
    if (decision === "undo") undone.splice(undone.lastIndexOf(turn), undone.includes(turn) ? 1 : 0);
    else undone.push(turn);
    const given = [now.label, now.second_label].filter(Boolean).map(titleOf).join(" and ");
    const label = given && `: ${given}`;
    const words = decision === "undo" ? "Undone; what was before counts again." : `${WORDS[decision]}${label}.`;
    if (card && $(".change", card)) $(".change", card).open = false;
    if (location.pathname === "/" && decision !== "undo" && card) { card.remove(); (next || $("#main")).focus(); }
    else if (card) card.focus();
    toast(words, decision === "reject" ? "brick" : "pine", decision === "undo" ? null : () => decide(turn, "undo"));
    last = ""; // what stands here is older than the decision, until it is redrawn
    await refresh();
  } catch (error) {
    toast(error.message, "brick");
    last = "";
    await refresh();
  }
}

// A second press confirms: browsers show no confirm() to a page in another origin's frame, such as the demo's.
function isMeant(form) {
  const button = $("button", form);
  if (button.dataset.words) return true;
  button.dataset.words = button.textContent;
  button.textContent = form.dataset.ask;
  setTimeout(() => { button.textContent = button.dataset.words; delete button.dataset.words; }, 4000);
  return false;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.ask && !isMeant(form)) return event.preventDefault();
  const move = /^\/turns\/(\d+)\/(accept|change|reject|undo)$/.exec(new URL(form.action).pathname);
  if (!move) return undefined;
  event.preventDefault();
  const said = new FormData(form);
  const wishes = { intent: said.has("nothing") ? null : said.get("intent"), second: said.get("second") };
  const more = move[2] === "change" ? { ...wishes, new: said.has("new") } : said.has("seen") ? wishes : {};
  return decide(Number(move[1]), move[2], more);
});

// ---- keys

// Keys act where the focus is. Elsewhere a letter was meant for nothing here, such as one that was dictated.
const isInMain = () => Boolean($("#main")) && $("#main").contains(document.activeElement);

function chosen() {
  const here = document.activeElement;
  return here === $("#main") ? $(".turn") : here.closest(".turn");
}

function step(by) {
  const cards = $$(".turn");
  const at = cards.indexOf(document.activeElement && document.activeElement.closest(".turn"));
  const card = cards[Math.min(cards.length - 1, Math.max(0, at + by))];
  if (card) { card.focus(); card.scrollIntoView({ block: "nearest" }); }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (!isInMain() || !act(event.key, chosen())) return;
  event.preventDefault();
});

// True if the key meant something.
function act(key, card) {
  if (key === "u" && undone.length && !(card && $("[data-key=u]", card))) decide(undone[undone.length - 1], "undo");
  else if (key === "c" && card) open(card);
  else if (key === "Escape" && card && $(".change", card)) { $(".change", card).open = false; card.focus(); }
  else {
    const button = card && $(`[data-key="${CSS.escape(key)}"]`, card);
    if (!button || (button.closest(".change-body") && !$(".change", card).open)) return false;
    button.click();
  }
  return true;
}

// Not in another page's frame: there it would take the keyboard from whoever writes beside it. What has autofocus is
// given it here, or the browser, which comes to it later, finds the card in its place.
function standOnTheFirst() {
  const first = $("[autofocus]") || $(".turn");
  if (first && window.parent === window && document.activeElement === document.body) first.focus({ preventScroll: true });
}

function open(card) {
  const change = $(".change", card);
  change.open = !change.open;
  if (change.open) $("input[name=intent][list], input[role=combobox]", change).focus();
}

// ---- a searchable list of intents

let known;
const intents = () => (known ||= $$("#intents option").map((option) => ({ intent: option.value, title: option.textContent, meaning: option.dataset.meaning || "" })));

function titleOf(intent) {
  const one = intents().find((known) => known.intent === intent);
  return one ? one.title : intent.replaceAll("_", " ");
}

function matches(typed) {
  const words = typed.toLowerCase().replaceAll("_", " ").split(/\s+/).filter(Boolean);
  return intents().filter((one) => {
    const text = `${one.intent.replaceAll("_", " ")} ${one.title} ${one.meaning}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function combobox(input) {
  const list = document.createElement("ul");
  list.className = "options";
  list.id = `${input.id}-options`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  input.removeAttribute("list");
  for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": list.id, "aria-expanded": "false", "aria-autocomplete": "list" })) input.setAttribute(name, value);
  input.after(list);
  const isNew = $("input[name=new]", input.form);
  isNew.closest("label").hidden = true;
  let at = -1;

  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const pick = (option) => { input.value = option.dataset.intent; isNew.checked = option.dataset.new === "true"; close(); input.form.requestSubmit(); };

  const draw = () => {
    const typed = input.value.trim();
    const found = matches(typed);
    const options = found.map((one) => row(one.title, one.intent, false, one.meaning));
    if (typed && !intents().some((one) => one.intent === typed)) options.push(row(`New intent: ${typed}`, typed, true));
    options.forEach((option, i) => { option.id = `${list.id}-${i}`; });
    list.replaceChildren(...options);
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark(typed && options.length ? 0 : -1);
  };

  const row = (title, intent, fresh, meaning = "") => {
    const option = document.createElement("li");
    option.setAttribute("role", "option");
    option.dataset.intent = intent;
    option.dataset.new = String(fresh);
    option.append(title);
    if (!fresh) {
      const name = document.createElement("span");
      name.className = "soft";
      name.textContent = meaning || intent;
      option.append(name);
    }
    option.addEventListener("mousedown", (event) => { event.preventDefault(); pick(option); });
    return option;
  };

  const mark = (index) => {
    at = index;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    const option = list.children[at];
    if (option) { option.scrollIntoView({ block: "nearest" }); input.setAttribute("aria-activedescendant", option.id); }
    else input.removeAttribute("aria-activedescendant");
  };

  input.addEventListener("input", () => { isNew.checked = false; draw(); });
  input.addEventListener("focus", draw);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (list.hidden) { input.closest(".change").open = false; input.closest(".turn").focus(); } else close();
      event.preventDefault();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) draw();
      const count = list.children.length;
      mark((at + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
      event.preventDefault();
    } else if (event.key === "Enter" && !list.hidden && list.children[at]) {
      event.preventDefault();
      pick(list.children[at]);
    }
  });
}

function dress(within = document) { $$("input[name=intent][list]", within).forEach(combobox); }

// ---- what changes while the page is open

let last = null;

// The page was drawn before the first pulse; what has happened in between shows in its counts.
function shows(pulse) {
  return ["to_review", "to_audit"].every((name) => $(`[data-count=${name}]`).textContent === String(pulse[name]));
}

function isBusy() {
  const here = document.activeElement;
  return Boolean($(".change[open]")) || Boolean(here && here.matches("input, select, textarea"));
}

// By which something is found again in a page that was drawn anew.
function nameOf(place) {
  const card = place.closest(".turn"), form = place.form;
  const itself = place.id || place.getAttribute("href") || `${form ? form.getAttribute("action") : ""} ${place.textContent}`;
  return `${card ? card.id : ""} ${itself}`;
}

function standAgain(name, card) {
  const places = $$("a, button, summary, .turn");
  const again = places.find((place) => nameOf(place) === name) || (card && $(`#${card.id}`));
  if (again) again.focus({ preventScroll: true });
}

// Never under a trainer's hands: false says that it has to be tried again.
async function refresh() {
  if (!$("#run")) return true;
  if (isBusy()) return false;
  const answer = await fetch(location.href);
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (isBusy()) return false;
  const here = document.activeElement, name = nameOf(here), card = here.closest(".turn");
  const scrolled = window.scrollY;
  $("#main").replaceChildren(...$("#main", page).childNodes);
  $(".page-header").replaceWith($(".page-header", page));
  known = null;
  $("#intents").replaceWith($("#intents", page));
  dress();
  if (!here.isConnected) standAgain(name, card);
  window.scrollTo(0, scrolled);
  return true;
}

function drawRun(run) {
  const box = $("#run");
  if (!box || run.state === "idle") return;
  box.hidden = false;
  let meter = $(".notice[data-tone=slate] .meter > span", box);
  if (!meter) {
    box.innerHTML = '<div class="notice" data-tone="slate"><strong>Retraining.</strong> <span></span><div class="meter" data-tone="slate"><span></span></div></div>';
    meter = $(".meter > span", box);
  }
  $(".notice > span", box).textContent = run.what;
  meter.style.setProperty("--share", run.share);
}

async function watch() {
  let pause = 2000;
  try {
    const pulse = await ask("/api/pulse");
    drawRun(pulse.run);
    if (pulse.run.state !== "idle") pause = 400;
    const seen = JSON.stringify([pulse.to_review, pulse.to_audit, pulse.live, pulse.run.number]);
    if ((last === null && shows(pulse)) || seen === last || await refresh()) last = seen;
    else pause = 1000;
  } catch { /* the service restarts; the next look finds it */ } finally {
    setTimeout(watch, document.hidden ? 10000 : pause);
  }
}

dress();
standOnTheFirst();
if ($("#run")) watch();
