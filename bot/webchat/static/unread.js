// Counts what came in while nobody looked. Looking at it makes it read, for good and in every tab.

import { keep, recall } from './memory.js';

export class Unread {
  /**
   * `looking()` says whether the customer can see the conversation now; `tell(count)` shows the count, and
   * `seen(number)` is told of the newest words of an agent that were looked at.
   */
  constructor(looking, tell, seen) {
    Object.assign(this, { looking, tell, seen });
    this.reset();
    document.addEventListener('visibilitychange', () => this.look());
  }

  reset() {
    this.numbers = new Set();
    this.newest = 0;
    this.newestOfAgents = 0;
    this.reported = 0;
  }

  take({ number, speaker, deleted }) {
    this.newest = Math.max(this.newest, number);
    if (speaker === 'agent') this.newestOfAgents = Math.max(this.newestOfAgents, number);
    if (deleted) this.numbers.delete(number);
    else if (['bot', 'agent'].includes(speaker) && number > recall('seen', 0)) this.numbers.add(number);
    this.look();
  }

  look() {
    if (this.looking()) {
      if (this.newestOfAgents > this.reported) this.report();
      keep('seen', this.newest);
      this.numbers.clear();
    }
    this.tell(this.numbers.size);
  }

  report() {
    this.reported = this.newestOfAgents;
    this.seen(this.reported);
  }
}
