// The demo's one page: the three people of the loop side by side, and a guide through it. What is shown where comes
// from config.json; which steps have happened comes from progress.json, where the server has one.

const ROLES = [
  { key: 'customer', name: 'Customer', role: 'asks in the shop', hue: 1 },
  { key: 'agent', name: 'Agent', role: 'answers from (practice) Slack', hue: 3 },
  { key: 'trainer', name: 'Trainer', role: 'decides what is learned', hue: 2 },
];
const POLL = 2000;

const part = (id) => document.getElementById(id);

let steps = [];
let current = 0;
let done = new Set();

function showPanes(addresses) {
  for (const { key, name, role, hue } of ROLES) {
    const pane = part('pane').content.cloneNode(true).firstElementChild;
    pane.id = key;
    pane.setAttribute('aria-labelledby', `tab-${key}`);
    pane.querySelector('.avatar').textContent = name[0];
    pane.querySelector('.avatar').dataset.hue = hue;
    pane.querySelector('h2').textContent = name;
    pane.querySelector('.role').textContent = role;
    pane.querySelector('a').href = addresses[key];
    pane.querySelector('iframe').title = `${name}: ${role}`;
    pane.querySelector('iframe').src = addresses[key];
    part('panes').append(pane);
    part('tabs').append(makeTab(key, name));
  }
  turnTo('customer');
}

function makeTab(key, name) {
  const tab = document.createElement('button');
  tab.type = 'button';
  tab.id = `tab-${key}`;
  tab.setAttribute('role', 'tab');
  tab.setAttribute('aria-controls', key);
  tab.textContent = name;
  tab.addEventListener('click', () => turnTo(key));
  tab.addEventListener('keydown', onTabKey);
  return tab;
}

function onTabKey(event) {
  const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!turn) return;
  const tabs = [...part('tabs').children];
  const tab = tabs[(tabs.indexOf(event.target) + turn + tabs.length) % tabs.length];
  tab.focus();
  tab.click();
}

/** On a wide screen all three are seen, and the one whose turn it is is marked. */
function turnTo(key) {
  for (const tab of part('tabs').children) {
    const chosen = tab.id === `tab-${key}`;
    tab.setAttribute('aria-selected', chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  for (const pane of part('panes').children) pane.classList.toggle('chosen', pane.id === key);
}

function showSteps() {
  part('steps').replaceChildren(...steps.map(makeStep));
}

function makeStep({ title }, index) {
  const number = document.createElement('span');
  number.className = 'number';
  number.textContent = done.has(index + 1) ? '✓' : index + 1;
  const words = document.createElement('span');
  words.className = 'words';
  words.textContent = title;
  const button = document.createElement('button');
  button.type = 'button';
  button.append(number, words);
  if (done.has(index + 1)) button.append(hidden(', done'));
  if (index === current) button.setAttribute('aria-current', 'step');
  button.addEventListener('click', () => goTo(index));
  const item = document.createElement('li');
  item.classList.toggle('done', done.has(index + 1));
  item.append(button);
  return item;
}

function hidden(words) {
  const span = document.createElement('span');
  span.className = 'visually-hidden';
  span.textContent = words;
  return span;
}

function goTo(index) {
  const kept = part('steps').contains(document.activeElement);
  current = Math.min(Math.max(index, 0), steps.length - 1);
  const { title, text, chips = [], pane } = steps[current];
  showSteps();
  part('step-title').textContent = `${current + 1}. ${title}.`;
  part('step-text').textContent = text;
  part('chips').replaceChildren(...chips.map((words) => makeChip(words, pane)));
  part('back').disabled = current === 0;
  part('next').disabled = current === steps.length - 1;
  if (kept) part('steps').children[current].firstElementChild.focus();
  if (pane) turnTo(pane);
}

function makeChip(words, pane) {
  const chip = document.createElement('button');
  chip.type = 'button';
  chip.className = 'chip';
  chip.title = pane === 'customer' ? 'Put these words into the chat' : 'Copy these words';
  chip.append(`“${words}”`);
  chip.addEventListener('click', () => (pane === 'customer' && intoChat(words)) || copy(words));
  return chip;
}

/** True if the shop in the customer's pane took the words into its chat. */
function intoChat(words) {
  try {
    const shop = document.querySelector('#customer iframe').contentWindow;
    shop.handraise.open(words);
    turnTo('customer');
    tell('The words are in the chat. Press Enter there to send them.');
    return true;
  } catch {
    return false; // The customer's page is elsewhere, and none of our business.
  }
}

async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    tell('Copied. Paste it where you write.');
  } catch {
    tell('Your browser does not let this page copy. Please select the words and copy them.');
  }
}

function tell(words) {
  part('news').className = words && 'toast';
  part('news').textContent = words;
  clearTimeout(tell.timer);
  if (words) tell.timer = setTimeout(tell, 4000, '');
}

async function fetchJson(address) {
  const response = await fetch(address, { cache: 'no-store' });
  if (!response.ok) throw Object.assign(new Error('refused'), { status: response.status });
  return response.json();
}

/** Ticks what has happened and goes on to the first step that has not. Without progress.json there are no ticks. */
async function poll() {
  try {
    if (!document.hidden) progressed(new Set((await fetchJson('progress.json')).done));
  } catch (failed) {
    if (failed.status === 404) return; // else the bot is away for a moment
  }
  setTimeout(poll, POLL);
}

function progressed(now) {
  if ([...now].every((step) => done.has(step))) return;
  done = now;
  const next = steps.findIndex((_, index) => !done.has(index + 1));
  goTo(next < 0 ? steps.length - 1 : next);
}

async function begin() {
  let config;
  try {
    config = await fetchJson('config.json');
  } catch {
    part('step-text').textContent = 'The demo did not say what to show. Start it with “handraise demo” and open the address it prints.';
    return;
  }
  steps = config.steps;
  showPanes(config);
  goTo(0);
  part('back').addEventListener('click', () => goTo(current - 1));
  part('next').addEventListener('click', () => goTo(current + 1));
  poll();
}

begin();
