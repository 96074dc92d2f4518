/** How many event streams may be open at once, over a process and of one tenant: each costs memory and a socket for as long as it lasts. */
import { Fault } from "@djinnbot/contracts";
import type { ApiConfig } from "./config.ts";

const retryAfterSec = 10;

export class StreamPlaces {
  readonly #limits: ApiConfig["maxStreams"];
  readonly #taken = new Map<string, number>();
  #all = 0;

  constructor(limits: ApiConfig["maxStreams"]) {
    this.#limits = limits;
  }

  /** Takes a place; the answered function gives it back. Throws LIMIT. */
  take(tenantId: string): () => void {
    const own = this.#taken.get(tenantId) ?? 0;
    const { perTenant, perProcess } = this.#limits;
    if (own >= perTenant) {
      throw new Fault("LIMIT", `Your team has ${own} event streams open, which is all it may. Close some.`, {
        retryAfterSec,
      });
    }
    if (this.#all >= perProcess) {
      throw new Fault("LIMIT", "This server has as many event streams open as it may. Connect again soon.", {
        retryAfterSec,
      });
    }
    this.#change(tenantId, 1);
    return () => this.#change(tenantId, -1);
  }

  #change(tenantId: string, by: 1 | -1): void {
    const own = (this.#taken.get(tenantId) ?? 0) + by;
    this.#all += by;
    if (own > 0) {
      this.#taken.set(tenantId, own);
    } else {
      this.#taken.delete(tenantId);
    }
  }
}
