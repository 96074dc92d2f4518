/** What one session's workload may put into Redis: so much in a second, and so much of it is kept. */
import { setTimeout as sleep } from "node:timers/promises";

const bytesPerSecond = 2_000_000;
const burstBytes = 8_000_000;
/** Each message costs its readers at least as much as this many bytes. */
const messageBytes = 1000;
const keptBytes = 32_000_000;
/** What others append to the same stream is not known here. */
const othersEntries = 1000;

/** Lets messages through at a rate that nobody else feels; an honest agent never waits. */
export class SendRate {
  #left = burstBytes;
  #at = performance.now();

  async spend(bytes: number): Promise<void> {
    const now = performance.now();
    this.#left = Math.min(burstBytes, this.#left + ((now - this.#at) / 1000) * bytesPerSecond) - bytes - messageBytes;
    this.#at = now;
    if (this.#left < 0) {
      await sleep((-this.#left / bytesPerSecond) * 1000);
    }
  }
}

/** How long a stream may get, so that the session's own part of it stays bounded in bytes. */
export class StreamWindow {
  readonly #sizes: number[] = [];
  #bytes = 0;
  #isCut = false;

  /** The length to trim to with an entry of this size. */
  lengthWith(bytes: number, maxLength: number): number {
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    while (this.#bytes > keptBytes || this.#sizes.length > maxLength) {
      this.#isCut ||= this.#bytes > keptBytes;
      this.#bytes -= this.#sizes.shift() ?? 0;
    }
    return this.#isCut ? Math.min(maxLength, this.#sizes.length + othersEntries) : maxLength;
  }
}
