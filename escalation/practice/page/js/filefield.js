// A window's file field. Each file is uploaded when it is chosen; what is entered is the list of their ids.
import { keep } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const kept = new Map(); // by id: what was uploaded, so that a window that is drawn anew can name it

export const keptFiles = (ids) => ids.map((id) => kept.get(id)).filter(Boolean);

export function fileField({ block, one, context, state }, attributes) {
  let files = [...(state?.files || [])];
  const list = h("ul", { class: "chosen-files" });
  const input = h("input", { type: "file", class: "field choose-files", multiple: (one.max_files ?? 10) > 1, accept: one.filetypes?.map((ending) => `.${ending}`).join(","), ...attributes });
  const show = () => {
    context.enter(block, one, files.map((file) => file.id));
    list.replaceChildren(...files.map((file) => h("li", {}, icon("clip"), ` ${file.name} `, remover(file))));
  };
  const remover = (file) =>
    h("button", { type: "button", class: "button small quiet", "aria-label": `Leave ${file.name} out`, onclick: () => { files = files.filter((other) => other !== file); show(); } }, icon("close"));
  input.addEventListener("change", async () => {
    for (const file of input.files) {
      const answer = await keep(file);
      if (!answer) continue;
      kept.set(answer.file.id, answer.file);
      files.push(answer.file);
    }
    input.value = "";
    show();
  });
  for (const file of files) kept.set(file.id, file);
  if (files.length) show();
  return h("div", {}, input, list);
}
