// Emoji by name, from the same table as the server's. Where the system has no colour font, plain signs or the name.
import { icon } from "./icons.js";

let table = {};
let drawn = true;
let names = new Map();

const EMOJI = /(\p{Extended_Pictographic}\uFE0F?)/u;

// Our own pictures for a system without an emoji font.
const PICTURES = {
  white_check_mark: "check", heavy_check_mark: "check", x: "cross", lock: "lock", closed_lock_with_key: "lock",
  hourglass: "glass", hourglass_flowing_sand: "glass", raised_hand: "hand", hand: "hand", wave: "hand", raising_hand: "hand",
  speech_balloon: "balloon", warning: "warning", eyes: "eyes", bust_in_silhouette: "person", bell: "bell", alarm_clock: "glass", heart: "heart",
  envelope: "envelope", email: "envelope", pencil2: "pen", wastebasket: "bin", paperclip: "clip", slightly_smiling_face: "smile",
};

export async function loadEmoji() {
  table = await (await fetch("/page/emoji.json")).json();
  drawn = inColour("👋");
  for (const [name, sign] of Object.entries(table)) {
    for (const form of [sign, sign.replace("\uFE0F", "")]) if (!names.has(form)) names.set(form, name);
  }
}

// A font that lacks the sign draws the same box for every sign, in the text's own colour.
function inColour(sign) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 20, height: 20 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = "16px sans-serif";
  pen.fillText(sign, 0, 16);
  const pixels = pen.getImageData(0, 0, 20, 20).data;
  return pixels.some((value, index) => index % 4 !== 3 && value > 0);
}

// A node or a text; nothing for a name that nobody knows.
export function emoji(name) {
  const plainName = name.replace(/::skin-tone-\d$/, "");
  const known = table[plainName];
  if (drawn || !known) return known;
  return PICTURES[plainName] ? icon(PICTURES[plainName]) : `:${plainName}:`;
}

// Text whose emoji characters can be seen: without a font they become pictures or names.
export function visible(text) {
  if (drawn) return [text];
  return text.split(EMOJI).map((part) => (names.has(part) ? emoji(names.get(part)) : part));
}

export const QUICK = ["+1", "eyes", "white_check_mark", "raised_hands", "pray", "heart", "tada", "thinking_face", "lock", "x"];
