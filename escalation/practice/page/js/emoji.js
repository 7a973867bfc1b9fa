// Emoji by name, from the same table as the server's. Where the system has no colour font, plain signs or the name.
let table = {};
let drawn = true;

const SIGNS = { white_check_mark: "✔", heavy_check_mark: "✔", x: "✖", warning: "⚠", heart: "❤", hourglass: "◷", hourglass_flowing_sand: "◷", envelope: "✉", email: "✉", star: "★", information_source: "ℹ", pencil2: "✎" };

export async function loadEmoji() {
  table = await (await fetch("/page/emoji.json")).json();
  drawn = inColour("👋");
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

export function emoji(name) {
  const known = table[name.replace(/::skin-tone-\d$/, "")];
  return drawn || !known ? known : SIGNS[name] || `:${name}:`;
}

export const QUICK = ["+1", "eyes", "white_check_mark", "raised_hands", "pray", "heart", "tada", "thinking_face", "lock", "x"];
