/** What a step needs from other nouns: its agent, colleagues, settings and model providers. Remembered for a moment per tenant. */
import { createHash } from "node:crypto";
import { type AgentConfig, type AgentDetail, Fault, type Provider, type Settings } from "@djinnbot/contracts";
import type { Services } from "@djinnbot/core";
import { now } from "../lib/clock.ts";

export interface AgentProfile {
  agent: AgentDetail;
  config: AgentConfig;
  colleagues: { name: string; role: string | null; slug: string }[];
}

/** Names a profile by its content. */
export function profileHash(profile: AgentProfile): string {
  return createHash("sha256").update(JSON.stringify(profile)).digest("hex");
}

interface Kept {
  until: number;
  value: Promise<unknown>;
}
type ServicesOf = (tenantId: string, requestId: string) => Services;

const maxKept = 2000;
/** Windows of models hardly ever change, and every step asks. */
const windowTtlMs = 60_000;

/** A change reaches the next step at most `ttlMs` late, as if it had been made that much later. */
export class Lookup {
  readonly #services: ServicesOf;
  readonly #ttlMs: number;
  readonly #kept = new Map<string, Kept>();

  constructor(services: ServicesOf, ttlMs: number) {
    this.#services = services;
    this.#ttlMs = ttlMs;
  }

  /** By slug; null when the tenant has no such agent, or has disabled it. */
  agent(tenantId: string, slug: string): Promise<AgentProfile | null> {
    return this.#remember(`agent ${tenantId} ${slug}`, () => this.#readAgent(tenantId, slug));
  }

  settings(tenantId: string): Promise<Settings> {
    return this.#remember(`settings ${tenantId}`, () => this.#of(tenantId).settings.get({}));
  }

  providers(tenantId: string): Promise<Provider[]> {
    return this.#remember(`providers ${tenantId}`, () => this.#of(tenantId).settings.providers({}));
  }

  /** Tokens a model takes; null when nobody knows. Read by `read` where the provider's own list does not say. */
  async contextWindow(
    tenantId: string,
    { provider, modelId }: { provider: Provider; modelId: string },
    read: (model: string) => Promise<number | null>,
  ): Promise<number | null> {
    const listed = provider.models.find((model) => model.id === modelId)?.contextWindow;
    const model = `${provider.providerId}/${modelId}`;
    return listed ?? this.#remember(`window ${tenantId} ${model}`, () => read(model), windowTtlMs);
  }

  async #readAgent(tenantId: string, slug: string): Promise<AgentProfile | null> {
    try {
      const services = this.#of(tenantId);
      const [agent, config, all] = await Promise.all([
        services.agents.get({ agentId: slug }),
        services.agents.getConfig({ agentId: slug }),
        this.#remember(`agents ${tenantId}`, () => services.agents.list({})),
      ]);
      if (agent.slug !== slug || agent.status !== "active") {
        return null;
      }
      const others = all.items.filter((other) => other.id !== agent.id && other.status === "active");
      return { agent, config, colleagues: others.map(({ name, role, slug }) => ({ name, role, slug })) };
    } catch (error) {
      if (error instanceof Fault && error.code === "NOT_FOUND") {
        return null;
      }
      throw error;
    }
  }

  /** What comes next is read anew. */
  forget(tenantId: string): void {
    for (const key of this.#kept.keys()) {
      if (key.split(" ")[1] === tenantId) {
        this.#kept.delete(key);
      }
    }
  }

  #of(tenantId: string): Services {
    return this.#services(tenantId, "engine");
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
