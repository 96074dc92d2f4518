// HTTP over one kept-alive connection, timed from the first byte sent to the last one read.
import { Agent, request } from "node:http";

export interface Answer {
  ms: number;
  status: number;
  json: unknown;
  bytes: number;
}

export class HttpClient {
  readonly url: string;
  readonly token: string | null;
  readonly #agent: Agent;
  /** When the tenant's request budget is fresh again (ms of performance.now). */
  #freshAt = 0;

  constructor(url: string, token: string | null, connections = 1) {
    this.url = url;
    this.token = token;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Sends one request. Throws for an answer that is not 2xx. Waits beforehand where the tenant's request budget is used up. */
  async send(method: string, path: string, body?: object): Promise<Answer> {
    const wait = this.#freshAt - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const { answer, remaining, resetSec } = await this.#exchange(method, path, body);
    if (remaining !== null && remaining < 5) this.#freshAt = performance.now() + resetSec * 1000 + 100;
    if (answer.status < 200 || answer.status > 299) {
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.json)?.slice(0, 300)}`);
    }
    return answer;
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange(method: string, path: string, body?: object) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = {
      ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
      ...(text === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }),
    };
    return new Promise<{ answer: Answer; remaining: number | null; resetSec: number }>((resolve, reject) => {
      const begun = performance.now();
      const outgoing = request(new URL(path, this.url), { method, headers, agent: this.#agent }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const ms = performance.now() - begun;
          const content = Buffer.concat(chunks);
          const limit = incoming.headers["ratelimit-remaining"];
          resolve({
            answer: { ms, status: incoming.statusCode ?? 0, json: parse(content), bytes: content.length },
            remaining: limit === undefined ? null : Number(limit),
            resetSec: Number(incoming.headers["ratelimit-reset"] ?? 1),
          });
        });
      });
      outgoing.on("error", reject);
      outgoing.end(text);
    });
  }
}

function parse(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString());
  } catch {
    return content.toString().slice(0, 500);
  }
}
