/** What a step needs from other nouns: its agent, colleagues, settings and model providers. Remembered for a moment per tenant. */
import { createHash } from "node:crypto";
import type { Provider } from "@djinnbot/contracts";
import {
  type AgentProfile,
  type Deps,
  findAgentProfile,
  findContextWindow,
  readStepSettings,
  type StepSettings,
} from "@djinnbot/core";
import { now } from "../lib/clock.ts";

/** Names a profile by its content. */
export function profileHash(profile: AgentProfile): string {
  return createHash("sha256").update(JSON.stringify(profile)).digest("hex");
}

interface Kept {
  until: number;
  value: Promise<unknown>;
}
const maxKept = 2000;
/** Windows of models hardly ever change, and every step asks. */
const windowTtlMs = 60_000;

/** A change reaches the next step at most `ttlMs` late, as if it had been made that much later. */
export class Lookup {
  readonly #db: Deps["db"];
  readonly #ttlMs: number;
  readonly #kept = new Map<string, Kept>();

  constructor({ db }: Pick<Deps, "db">, ttlMs: number) {
    this.#db = db;
    this.#ttlMs = ttlMs;
  }

  /** By slug; null when the tenant has no such agent, or has disabled it. */
  agent(tenantId: string, slug: string): Promise<AgentProfile | null> {
    return this.#remember(`agent ${tenantId} ${slug}`, () => findAgentProfile(this.#db, tenantId, slug));
  }

  settings(tenantId: string): Promise<StepSettings> {
    return this.#remember(`settings ${tenantId}`, () => readStepSettings(this.#db, tenantId));
  }

  /** Tokens a model takes; null when nobody knows. */
  async contextWindow(
    tenantId: string,
    { provider, modelId }: { provider: Provider; modelId: string },
  ): Promise<number | null> {
    const listed = provider.models.find((model) => model.id === modelId)?.contextWindow;
    const model = `${provider.providerId}/${modelId}`;
    const read = () => findContextWindow(this.#db, tenantId, model);
    return listed ?? this.#remember(`window ${tenantId} ${model}`, read, windowTtlMs);
  }

  /** What comes next is read anew. */
  forget(tenantId: string): void {
    for (const key of this.#kept.keys()) {
      if (key.split(" ")[1] === tenantId) {
        this.#kept.delete(key);
      }
    }
  }

  #remember<T>(key: string, read: () => Promise<T>, ttlMs = this.#ttlMs): Promise<T> {
    const kept = this.#kept.get(key);
    if (kept && kept.until > now()) {
      return kept.value as Promise<T>;
    }
    const value = read();
    this.#kept.set(key, { until: now() + ttlMs, value });
    value.catch(() => this.#kept.delete(key));
    if (this.#kept.size > maxKept) {
      const oldest = this.#kept.keys().next().value;
      if (oldest !== undefined) {
        this.#kept.delete(oldest);
      }
    }
    return value;
  }
}
