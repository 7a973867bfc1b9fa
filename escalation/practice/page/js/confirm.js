// The question some buttons ask before they act.
import { h } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";

export function confirmed(question) {
  return new Promise((done) => {
    const yes = h("button", { class: question.style === "danger" ? "button danger" : "button", value: "yes" }, plain(question.confirm?.text || "Yes"));
    const no = h("button", { class: "button quiet", value: "no" }, plain(question.deny?.text || "No"));
    const form = h("form", { method: "dialog", class: "dialog-buttons" }, no, yes);
    const dialog = h("dialog", { class: "dialog", "aria-label": question.title?.text || "Are you sure?" });
    dialog.append(h("h2", {}, plain(question.title?.text || "Are you sure?")), h("p", {}, textObject(question.text)), form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
