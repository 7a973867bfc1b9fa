// What people wrote, made safe to show: text stays text, and web addresses become links.

import { language, number, phrase } from './phrases.js';

const ADDRESS = /https?:\/\/[^\s<>"'`]+/gi;
const TRAILING = /[.,;:!?…»”]+$/;

/** A sentence's full stop, or the bracket around an address, is not part of the address. */
function trim(address) {
  let kept = address.replace(TRAILING, '');
  while (kept.endsWith(')') && kept.split(')').length > kept.split('(').length) {
    kept = kept.slice(0, -1).replace(TRAILING, '');
  }
  return kept;
}

function link(address) {
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.textContent = address;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer nofollow';
  return anchor;
}

/** The text as nodes: never as HTML. */
export function nodesOf(text) {
  const nodes = document.createDocumentFragment();
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = trim(found);
    if (!URL.canParse(address)) continue;
    nodes.append(text.slice(end, index), link(address));
    end = index + address.length;
  }
  nodes.append(text.slice(end));
  return nodes;
}

const LOOKS = { bold: 'strong', italic: 'em', strike: 's', code: 'code' };
const SAFE = ['http:', 'https:', 'mailto:', 'tel:'];

/** Formatted pieces as nodes. */
export function nodesOfRuns(runs) {
  const nodes = document.createDocumentFragment();
  for (const run of runs) nodes.append(nodeOfRun(run));
  return nodes;
}

function nodeOfRun(run) {
  let node = run.href ? labelled(run.href, run.text) : run.code ? document.createTextNode(run.text) : nodesOf(run.text);
  for (const [look, tag] of Object.entries(LOOKS)) {
    if (!run[look]) continue;
    const dressed = document.createElement(tag);
    dressed.append(node);
    node = dressed;
  }
  return node;
}

function labelled(address, text) {
  if (!URL.canParse(address) || !SAFE.includes(new URL(address).protocol)) return document.createTextNode(text);
  const anchor = link(address);
  anchor.textContent = text;
  return anchor;
}

export function sizeOf(bytes) {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${number(Math.round(bytes / 100_000) / 10)} MB`;
}

export function initials(name) {
  const words = name.trim().split(/\s+/);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => [...word][0] ?? '').join('').toUpperCase();
}

/** The same name has the same colour everywhere: one of the stylesheet's six. */
export function hue(name) {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 9973, 7) % 6;
}

export function clockTime(at) {
  return new Date(at).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' });
}

/** "Today", "Yesterday", or the date. */
export function dayName(at) {
  const midnight = (moment) => new Date(moment).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(Date.now()) - midnight(at)) / 86_400_000);
  if (days === 0) return phrase('today');
  if (days === 1) return phrase('yesterday');
  return new Date(at).toLocaleDateString(language, { weekday: 'long', day: 'numeric', month: 'long' });
}
