// The small menu in the head of the chat, and the question before a conversation is put away.

export class Menu {
  /** `actions` maps the id of a menu button to what it does. */
  constructor(button, list, actions) {
    Object.assign(this, { button, list });
    button.addEventListener('click', () => this.toggle(list.hidden));
    addEventListener('click', ({ target }) => button.parentElement.contains(target) || this.toggle(false));
    for (const [id, act] of Object.entries(actions)) {
      document.getElementById(id).addEventListener('click', () => {
        this.toggle(false);
        act();
      });
    }
  }

  toggle(open) {
    this.list.hidden = !open;
    this.button.setAttribute('aria-expanded', open);
    if (open) this.list.querySelector('button').focus();
  }

  /** True if the menu was open and is closed now. */
  escape() {
    if (this.list.hidden) return false;
    this.toggle(false);
    this.button.focus();
    return true;
  }
}

/** Asks in the page itself: a browser's own question box is not shown for a frame of another site. */
export async function confirmed(dialog) {
  dialog.returnValue = 'no';
  dialog.showModal();
  await new Promise((closed) => dialog.addEventListener('close', closed, { once: true }));
  return dialog.returnValue === 'yes';
}
