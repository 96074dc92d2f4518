/** Whether a held run waits for a git server. Whoever has it do so does it here, so that the wait ends with the work. */
import { isRemote } from "../store/repository.ts";

export class ServerWait {
  readonly #remote: boolean;
  readonly #onAnswer: () => void;
  #waits: boolean;

  /** `soon`: it is about to, from now on. */
  constructor(options: { repository: string | null; soon: boolean; onAnswer: () => void }) {
    this.#remote = isRemote(options.repository);
    this.#waits = this.#remote && options.soon;
    this.#onAnswer = options.onAnswer;
  }

  /** The run holds a place without working: nobody here knows for how long. */
  get waits(): boolean {
    return this.#waits;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#waits = this.#remote;
    try {
      return await work();
    } finally {
      this.#waits = false;
      if (this.#remote) {
        this.#onAnswer();
      }
    }
  }
}
