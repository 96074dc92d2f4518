/** What people see while the agent works: coalesced, bounded, and never in the agent's way. */
import type { RunEventBody } from "@djinnbot/contracts";
import { envelop } from "@djinnbot/events";

type WithoutRef<T> = T extends { stepId: string; attempt: number } ? Omit<T, "runId" | "stepId" | "attempt"> : never;
type Told =
  | "STEP_OUTPUT"
  | "STEP_THINKING"
  | "AGENT_STATE"
  | "TOOL_CALL_START"
  | "TOOL_CALL_END"
  | "FILE_CHANGED"
  | "MODEL_RETRY"
  | "CONTEXT_COMPACTED";
/** One narration without what every message of the step has in common. */
export type Narration = WithoutRef<Extract<RunEventBody, { type: Told }>>;

export interface Narrator {
  output(chunk: string): void;
  thinking(chunk: string): void;
  say(narration: Narration): void;
}

const flushMs = 40;
const flushChars = 2048;
/** Well below what the event's schema allows. */
const maxChunk = 50_000;
/** What an outage of Redis may cost in memory: about 10 MB at most. */
const maxWaiting = 2000;
const batch = 64;

/** The queue of a process: keeps order, waits for Redis, drops the oldest when too much waits. */
export class NarrationQueue {
  readonly #send: (messages: readonly object[]) => Promise<number>;
  #waiting: { message: object; lost: (count: number) => object }[] = [];
  #lost = 0;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(send: (messages: readonly object[]) => Promise<number>) {
    this.#send = send;
  }

  /** `lost` makes the note that takes the place of dropped messages. */
  add(message: object, lost: (count: number) => object): void {
    this.#waiting.push({ message, lost });
    while (this.#waiting.length > maxWaiting) {
      this.#waiting.shift();
      this.#lost += 1;
    }
    this.#sending ??= this.#run().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Resolves when everything is sent, or after `ms`. */
  async drain(ms: number): Promise<void> {
    if (this.#sending) {
      await Promise.race([this.#sending, new Promise((resolve) => setTimeout(resolve, ms).unref())]);
    }
  }

  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#closed) {
      const first = this.#waiting[0];
      if (this.#lost > 0 && first) {
        // The note takes the place of the oldest that is left, so that the bound holds.
        const note = first.lost(this.#lost + 1);
        this.#lost = 0;
        this.#waiting[0] = { ...first, message: note };
      }
      const head = this.#waiting.slice(0, batch);
      const taken = await this.#send(head.map((item) => item.message));
      const sent = new Set(head.slice(0, taken));
      this.#waiting = this.#waiting.filter((item) => !sent.has(item));
      if (taken < head.length) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}

/** The narrator of one step. `flush` sends what is still being gathered. */
export function narrateStep(options: {
  queue: NarrationQueue;
  tenantId: string;
  runId: string;
  requestId: string;
  stepId: string;
  attempt: number;
}): Narrator & { flush(): void } {
  const { queue, tenantId, requestId, runId, stepId, attempt } = options;
  const wrap = (body: Narration | object) => envelop({ tenantId, requestId }, { ...body, runId, stepId, attempt });
  const lost = (count: number) =>
    wrap({ type: "STEP_OUTPUT", chunk: `\n[${count} live messages were lost while the message server was away]\n` });
  let gathered: { type: "STEP_OUTPUT" | "STEP_THINKING"; chunk: string } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    for (let at = 0; gathered && at < gathered.chunk.length; at += maxChunk) {
      queue.add(wrap({ type: gathered.type, chunk: gathered.chunk.slice(at, at + maxChunk) }), lost);
    }
    gathered = undefined;
  };
  const gather = (type: "STEP_OUTPUT" | "STEP_THINKING", chunk: string) => {
    if (gathered && gathered.type !== type) {
      flush();
    }
    gathered = { type, chunk: (gathered?.chunk ?? "") + chunk };
    if (gathered.chunk.length >= flushChars) {
      flush();
    } else {
      timer ??= setTimeout(flush, flushMs);
    }
  };
  return {
    output: (chunk) => gather("STEP_OUTPUT", chunk),
    thinking: (chunk) => gather("STEP_THINKING", chunk),
    say: (narration) => {
      flush();
      queue.add(wrap(narration), lost);
    },
    flush,
  };
}
