// Block Kit, drawn. `act` tells the app; in a modal, inputs wait for the submit button.
import { h, freshId, link } from "./dom.js";
import { element } from "./elements.js";
import { icon } from "./icons.js";
import { mrkdwn, plain, richText, textObject } from "./mrkdwn.js";

export function blocks(list, context) {
  return list.map((block) => h("div", { class: `block block-${block.type}`, "data-block": block.block_id }, draw(block, context)));
}

function draw(block, context) {
  switch (block.type) {
    case "header":
      return h("h3", {}, textObject(block.text));
    case "section":
      return section(block, context);
    case "context":
      return block.elements.map((one) => (one.type === "image" ? image(one) : h("span", {}, textObject(one))));
    case "actions":
      return block.elements.map((one) => element(block, one, context));
    case "divider":
      return h("hr");
    case "image":
      return h("figure", {}, image(block), block.title ? h("figcaption", { class: "soft" }, textObject(block.title)) : null);
    case "input":
      return input(block, context);
    case "rich_text":
      return richText(block);
    case "markdown":
      return mrkdwn(block.text);
    default:
      return h("p", { class: "soft" }, `(a ${block.type} block)`);
  }
}

function section(block, context) {
  const text = block.text ? h("div", { class: "block-text" }, textObject(block.text)) : null;
  const fields = block.fields ? h("div", { class: "block-fields" }, block.fields.map((field) => h("div", {}, textObject(field)))) : null;
  const accessory = block.accessory && (block.accessory.type === "image" ? image(block.accessory) : element(block, block.accessory, context));
  return [h("div", { class: "block-main" }, text, fields), accessory ? h("div", { class: "block-accessory" }, accessory) : null];
}

function image(one) {
  return h("img", { src: one.image_url, alt: one.alt_text || "", loading: "lazy", referrerpolicy: "no-referrer" });
}

function input(block, context) {
  const id = freshId("input");
  const notes = [];
  if (block.hint) notes.push(h("p", { class: "hint", id: `${id}-hint` }, textObject(block.hint)));
  const error = context.errors?.[block.block_id];
  if (error) notes.push(h("p", { class: "error", id: `${id}-error` }, error));
  const described = notes.map((note) => note.id).join(" ");
  const label = [plain(block.label.text), block.optional ? h("span", { class: "soft" }, " (optional)") : null];
  const made = element(block, block.element, { ...context, inputId: id, described, invalid: Boolean(error) });
  const grouped = ["radio_buttons", "checkboxes"].includes(block.element.type);
  if (grouped) return h("fieldset", { class: "field" }, h("legend", {}, label), made, notes);
  return h("div", { class: "field" }, h("label", { for: id }, label), made, notes);
}

export function files(list) {
  return list.map((file) => {
    const address = `/play/file/${file.id}`;
    if (/^image\/(png|jpe?g|gif|webp)$/.test(file.mimetype)) {
      return h("a", { class: "file-image", href: address, target: "_blank" }, h("img", { src: address, alt: file.title || file.name }));
    }
    return h("a", { class: "file", href: address, download: file.name }, icon("clip"), ` ${file.title || file.name}`, h("span", { class: "soft" }, ` ${size(file.size)}`));
  });
}

function size(bytes) {
  return bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function attachments(list) {
  return list.map((one) => h("div", { class: "attachment" }, one.title ? h("strong", {}, one.title_link ? link(one.title_link, one.title) : one.title) : null, mrkdwn(one.text || one.fallback || "")));
}
