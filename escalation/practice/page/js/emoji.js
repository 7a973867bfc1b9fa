// Emoji by name, from the same table as the server's.
let table = {};

export async function loadEmoji() {
  table = await (await fetch("/page/emoji.json")).json();
}

export const emoji = (name) => table[name.replace(/::skin-tone-\d$/, "")];
export const QUICK = ["+1", "eyes", "white_check_mark", "raised_hands", "pray", "heart", "tada", "thinking_face", "lock", "x"];
