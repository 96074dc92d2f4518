/** What one tenant may hold of an engine while servers outside, which it may run itself, let git wait. */
import { isRemote } from "../store/repository.ts";

/** A run that has a place, and whether it waits for a git server or is about to. */
export interface Holder {
  tenantId: string;
  atRemote: boolean;
}

/** Counts a tenant's runs that wait for a git server, and those that are about to. */
export class RemoteShare {
  readonly #most: number;
  readonly #held = new Map<string, number>();

  /** A quarter of the places, and at least one. */
  constructor(places: number, held: readonly Holder[]) {
    this.#most = Math.max(1, Math.floor(places / 4));
    for (const { tenantId, atRemote } of held) {
      this.#add(tenantId, atRemote);
    }
  }

  isFull(tenantId: string): boolean {
    return (this.#held.get(tenantId) ?? 0) >= this.#most;
  }

  /** Tenants of which no run that needs a server is begun until one has answered. */
  get full(): string[] {
    return [...this.#held.keys()].filter((tenantId) => this.isFull(tenantId));
  }

  /** False when the run has to wait. */
  take({ tenantId, repository }: { tenantId: string; repository: string | null }): boolean {
    const atRemote = isRemote(repository);
    if (atRemote && this.isFull(tenantId)) {
      return false;
    }
    this.#add(tenantId, atRemote);
    return true;
  }

  #add(tenantId: string, atRemote: boolean): void {
    if (atRemote) {
      this.#held.set(tenantId, (this.#held.get(tenantId) ?? 0) + 1);
    }
  }
}
