// Waiting between attempts: longer each time, never in step with other browsers, and cut short by good news.

export class Patience {
  constructor(longest) {
    this.longest = longest;
    this.attempts = 0;
    this.wake = () => {};
    addEventListener('online', () => this.hurry());
    document.addEventListener('visibilitychange', () => document.hidden || this.hurry());
  }

  /** Resolves after the next pause, or at once when `hurry` is called. `atLeast` is in milliseconds. */
  pause(atLeast = 0) {
    const pause = Math.min(this.longest, 500 * 2 ** this.attempts) * (0.75 + Math.random() / 2);
    this.attempts += 1;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(atLeast, pause));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  hurry() {
    this.wake();
  }

  reset() {
    this.attempts = 0;
  }
}
