// What this person has read, kept for the browser's session; for the page alone where storage is forbidden.
const memory = new Map();

function storage() {
  try {
    return window.sessionStorage;
  } catch {
    return { getItem: (key) => memory.get(key), setItem: (key, value) => memory.set(key, value) };
  }
}

const kept = storage();
const key = (who, place) => `practice-seen:${who}:${place}`;

export function seen(who, place) {
  return kept.getItem(key(who, place)) || "";
}

export function markSeen(who, place, ts) {
  if (ts > seen(who, place)) kept.setItem(key(who, place), ts);
}
