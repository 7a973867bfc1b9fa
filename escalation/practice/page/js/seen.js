// What this person has read, kept for the browser's session.
const key = (who, place) => `practice-seen:${who}:${place}`;

export function seen(who, place) {
  return sessionStorage.getItem(key(who, place)) || "";
}

export function markSeen(who, place, ts) {
  if (ts > seen(who, place)) sessionStorage.setItem(key(who, place), ts);
}
