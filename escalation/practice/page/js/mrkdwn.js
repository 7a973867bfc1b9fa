// Slack's mrkdwn and rich text, as nodes.
import { slackDate } from "./date.js";
import { h, link } from "./dom.js";
import { emoji, visible } from "./emoji.js";
import { store } from "./store.js";

const TOKEN =
  /```([\s\S]+?)```|`([^`\n]+)`|<([^<>]+)>|(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]*?\S)_(?![\w_])|(?<![\w~])~(?=\S)([^~\n]*?\S)~(?![\w~])|:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/g;

export const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function mrkdwn(text) {
  const nodes = [];
  let quoted = [];
  const flush = () => {
    if (quoted.length) nodes.push(h("blockquote", {}, inline(quoted.join("\n"))));
    quoted = [];
  };
  for (const line of splitLines(text)) {
    if (/^(&gt;|>)/.test(line)) quoted.push(line.replace(/^(&gt;|>) ?/, ""));
    else {
      flush();
      if (nodes.length && nodes.at(-1).nodeName !== "BLOCKQUOTE") nodes.push(document.createTextNode("\n"));
      nodes.push(h("span", {}, inline(line)));
    }
  }
  flush();
  return nodes;
}

// A code block keeps its line breaks: it counts as one line.
function splitLines(text) {
  const lines = [];
  let open = false;
  for (const line of text.split("\n")) {
    if (open) lines[lines.length - 1] += `\n${line}`;
    else lines.push(line);
    if ((line.split("```").length - 1) % 2) open = !open;
  }
  return lines;
}

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    nodes.push(...visible(unescape(text.slice(end, match.index))), node(match));
    end = match.index + match[0].length;
  }
  return [...nodes, ...visible(unescape(text.slice(end)))];
}

function node([whole, block, code, angled, bold, italic, struck, name]) {
  if (block) return h("pre", {}, h("code", {}, unescape(block.replace(/^\n|\n$/g, ""))));
  if (code) return h("code", {}, unescape(code));
  if (angled) return special(angled);
  if (bold) return h("strong", {}, inline(bold));
  if (italic) return h("em", {}, inline(italic));
  if (struck) return h("s", {}, inline(struck));
  return emojiNode(name, whole);
}

function emojiNode(name, otherwise) {
  const character = emoji(name);
  return character ? h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " ") }, character) : otherwise;
}

function special(inside) {
  const [target, label] = inside.split("|");
  if (target.startsWith("@")) return mention(`@${store.nameOf(target.slice(1))}`);
  if (target.startsWith("#")) return mention(`#${label || store.channelName(target.slice(1))}`);
  if (target.startsWith("!date^")) return slackDate(target, unescape(label || ""));
  if (target.startsWith("!")) return mention(`@${label || groupName(target.slice(1))}`);
  return link(unescape(target), unescape(label || target));
}

const groupName = (target) => store.groups[target.replace(/^subteam\^/, "")] || target;
const mention = (text) => h("span", { class: "mention" }, text);

// A text object: plain_text knows emoji, mrkdwn everything.
export function textObject(text) {
  if (!text) return [];
  return text.type === "mrkdwn" ? mrkdwn(text.text) : plain(text.text);
}

export function plain(text) {
  return text.split(/(:[a-z0-9_+'-]+:)/).map((part) => (/^:.+:$/.test(part) ? emojiNode(part.slice(1, -1), part) : visible(part)));
}

export function richText(block) {
  return block.elements.map(richPart);
}

function richPart(part) {
  if (part.type === "rich_text_list") {
    return h(part.style === "ordered" ? "ol" : "ul", {}, part.elements.map((item) => h("li", {}, item.elements.map(richLeaf))));
  }
  const name = { rich_text_preformatted: "pre", rich_text_quote: "blockquote" }[part.type] || "div";
  return h(name, {}, part.elements.map(richLeaf));
}

function richLeaf(leaf) {
  if (leaf.type === "link") return link(leaf.url, leaf.text || leaf.url);
  if (leaf.type === "user") return mention(`@${store.nameOf(leaf.user_id)}`);
  if (leaf.type === "channel") return mention(`#${store.channelName(leaf.channel_id)}`);
  if (leaf.type === "broadcast") return mention(`@${leaf.range}`);
  if (leaf.type === "emoji") return emojiNode(leaf.name, `:${leaf.name}:`);
  const style = leaf.style || {};
  let made = visible(leaf.text || "");
  if (style.code) made = h("code", {}, made);
  if (style.bold) made = h("strong", {}, made);
  if (style.italic) made = h("em", {}, made);
  if (style.strike) made = h("s", {}, made);
  return made;
}
