// What this browser remembers for this origin. Where storage is forbidden or full, the page's own memory
// serves instead, until it is reloaded.

const PREFIX = 'handraise.';
const spare = new Map();

export function recall(key, otherwise = null) {
  if (spare.has(key)) return spare.get(key);
  try {
    const kept = localStorage.getItem(PREFIX + key);
    return kept === null ? otherwise : JSON.parse(kept);
  } catch {
    return otherwise;
  }
}

export function keep(key, value) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
    spare.delete(key);
  } catch {
    spare.set(key, value);
  }
}

export function forget(key) {
  spare.delete(key);
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // Nothing was kept there, so nothing is left.
  }
}

/** Calls `changed(value)` when another tab of this origin changes the key. */
export function watch(key, changed) {
  addEventListener('storage', (event) => {
    if (event.key === PREFIX + key) changed(event.newValue === null ? null : JSON.parse(event.newValue));
  });
}
