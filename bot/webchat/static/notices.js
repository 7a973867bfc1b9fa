// The two lines that stand apart from the conversation: who has been called, and whether the server is there.

import { personAvatar } from './avatar.js';
import { phrase } from './phrases.js';

const BEFORE_ALARM = 2000; // A restart of the server takes a moment and alarms nobody.
const GOOD_NEWS = 3000;

function avatarOf(person, hand, address) {
  const here = person.state === 'here';
  const picture = here && person.picture ? address(person.picture) : '';
  const avatar = here ? personAvatar(person.name || phrase('colleague'), picture) : document.createElement('span');
  avatar.setAttribute('aria-hidden', 'true');
  if (!here) {
    avatar.className = 'avatar waiting';
    avatar.append(hand.content.cloneNode(true));
  }
  return avatar;
}

function sentenceOn(person) {
  const lead = document.createElement('strong');
  const sentence = document.createElement('span');
  lead.textContent = phrase(person.state, { name: person.name || phrase('colleague') });
  sentence.append(lead, ` ${phrase(`${person.state}_more`)}`);
  return sentence;
}

export class PersonNotice {
  /** `address(path)` is where a file of the server's is. */
  constructor(line, hand, address) {
    Object.assign(this, { line, hand, address, shown: 'null' });
  }

  /** `person` as in the stream's state; null when the bot answers. */
  show(person) {
    if (this.shown === JSON.stringify(person)) return;
    this.shown = JSON.stringify(person);
    this.line.replaceChildren(...(person ? [avatarOf(person, this.hand, this.address), sentenceOn(person)] : []));
  }
}

export class ConnectionNotice {
  constructor(line) {
    this.line = line;
    this.alarm = null;
  }

  lost() {
    this.alarm ??= setTimeout(() => {
      this.show('ochre', phrase('connection_lost'));
    }, BEFORE_ALARM);
  }

  connected() {
    clearTimeout(this.alarm);
    this.alarm = null;
    if (this.line.dataset.tone !== 'ochre') return;
    this.show('pine', phrase('connected_again'));
    setTimeout(() => this.line.dataset.tone === 'pine' && this.show('', ''), GOOD_NEWS);
  }

  show(tone, words) {
    this.line.dataset.tone = tone;
    this.line.className = words && 'notice';
    this.line.textContent = words;
  }
}
