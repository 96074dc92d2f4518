/** Ends the wait for a server of which nothing is heard: one that accepts and never answers must not hold a run's place. */

/** Git's own progress, never the server's (which has `remote: ` before it): everything is there, what follows is our own work. */
const allThere = /(?:^|[\r\n])(?:Receiving|Unpacking|Writing) objects: 100%/;
/** For what is quiet after that: looking through the history that has come, a server's hooks. */
const workMs = 180_000;

export class SilenceWatch {
  readonly #silenceMs: number;
  readonly #onSilence: () => void;
  #tail = "";
  #isAllThere = false;
  #timer: NodeJS.Timeout;

  constructor(silenceMs: number, onSilence: () => void) {
    this.#silenceMs = silenceMs;
    this.#onSilence = onSilence;
    this.#timer = setTimeout(onSilence, silenceMs);
  }

  /** Something was said; `text` is what went to standard error. */
  heard(text: string): void {
    this.#tail = (this.#tail + text).slice(-4096);
    this.#isAllThere ||= allThere.test(this.#tail);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onSilence, this.#isAllThere ? Math.max(workMs, this.#silenceMs) : this.#silenceMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
