// Asked once a person has helped and the case is closed: one to five stars, and a comment if one likes.

import { keep, recall } from './memory.js';
import { phrase, words } from './phrases.js';

const BEST = 5;

export class RatingAsked {
  /** `send({stars, comment})` returns the server's answer. `left()` is called when whoever was in the box is done. */
  constructor(box, send, left) {
    Object.assign(this, { box, send, left, asked: null });
  }

  /** `asked` is {case, stars} as in the stream's state; null when there is nothing to rate. */
  show(asked) {
    const done = asked === null || asked.stars !== null || recall('rated') === asked.case;
    if (this.asked?.case === asked?.case && done === this.done) return;
    this.asked = asked;
    this.done = done;
    this.box.hidden = done && !this.thanking;
    if (!done) this.ask();
  }

  ask() {
    this.thanking = false;
    const question = document.createElement('p');
    question.textContent = phrase('how_was_it');
    const row = document.createElement('div');
    row.className = 'stars';
    for (let stars = 1; stars <= BEST; stars += 1) row.append(this.star(stars));
    this.box.replaceChildren(question, row, this.later());
    this.box.hidden = false;
  }

  star(stars) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'star';
    button.textContent = '★';
    button.setAttribute('aria-label', phrase('star', { stars, best: BEST, word: words('star_words')[stars - 1] }));
    button.addEventListener('click', () => this.give(stars));
    return button;
  }

  later() {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'icon';
    button.textContent = '✕';
    button.setAttribute('aria-label', phrase('do_not_rate'));
    button.addEventListener('click', () => this.end());
    return button;
  }

  async give(stars, comment = '') {
    this.thanking = true; // The stream may tell of the rating before the answer to it is here.
    const told = await this.send({ stars, comment }).catch(() => null);
    if (!told?.ok) return this.fail();
    keep('rated', this.asked.case);
    if (comment) return this.thank();
    return this.askForWords(stars);
  }

  fail() {
    this.thanking = false;
    this.say(phrase('rating_lost'));
  }

  askForWords(stars) {
    const form = document.createElement('form');
    const label = document.createElement('label');
    label.textContent = `${'★'.repeat(stars)} ${phrase('what_could_be_better')}`;
    label.htmlFor = 'rating-comment';
    const field = document.createElement('input');
    Object.assign(field, { id: 'rating-comment', maxLength: 500, autocomplete: 'off', className: 'field' });
    const send = document.createElement('button');
    send.className = 'button small';
    send.textContent = phrase('send');
    form.append(label, field, send, this.later());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (field.value.trim()) this.give(stars, field.value.trim());
      else this.end();
    });
    this.box.replaceChildren(form);
    field.focus();
  }

  thank() {
    this.leave();
    this.say(phrase('thanks'));
    setTimeout(() => this.end(), 4000);
  }

  say(words) {
    let line = this.box.querySelector('[role=status]');
    if (!line) {
      line = document.createElement('p');
      line.setAttribute('role', 'status');
      if (this.thanking) this.box.replaceChildren(line);
      else this.box.append(line);
    }
    if (this.thanking) this.box.replaceChildren(line);
    line.textContent = words;
  }

  leave() {
    if (this.box.contains(document.activeElement)) this.left();
  }

  /** Not asked again about this case on this browser. */
  end() {
    this.leave();
    if (this.asked) keep('rated', this.asked.case);
    this.thanking = false;
    this.done = true;
    this.box.hidden = true;
  }
}
