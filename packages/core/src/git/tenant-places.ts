/** How many of a tenant's calls may wait for others at once, in this process: whoever has slow ones keeps nobody else waiting. */
export class TenantPlaces {
  readonly #most: number;
  readonly #taken = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Answers what to call afterwards; null when the tenant has no place left. */
  take(tenantId: string): (() => void) | null {
    const taken = this.#taken.get(tenantId) ?? 0;
    if (taken >= this.#most) {
      return null;
    }
    this.#taken.set(tenantId, taken + 1);
    return () => {
      const left = (this.#taken.get(tenantId) ?? 1) - 1;
      if (left === 0) {
        this.#taken.delete(tenantId);
      } else {
        this.#taken.set(tenantId, left);
      }
    };
  }
}
