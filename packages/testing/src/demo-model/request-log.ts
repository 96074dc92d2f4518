/** A bounded log of what was asked, for tests and fault checkers; it holds no text of any message. */
export interface LoggedRequest {
  /** Epoch ms of arrival. */
  at: number;
  model: string;
  /** Hash of the step's prompt, which the task is part of: tells requests of different runs apart. */
  prompt: string;
  pipeline: string;
  step: string;
  attempt: number;
  turn: number;
  playbook: string;
  stream: boolean;
  /** HTTP status; 0 while the request is open or when the caller went away before it was answered whole. */
  status: number;
  durationMs: number;
}

const maxEntries = 5000;

export function createRequestLog() {
  const entries: LoggedRequest[] = [];
  return {
    /** Oldest first, at most 5,000. */
    entries: entries as readonly LoggedRequest[],
    open(): LoggedRequest {
      const entry: LoggedRequest = {
        at: Date.now(),
        model: "",
        prompt: "",
        pipeline: "",
        step: "",
        attempt: 0,
        turn: 0,
        playbook: "",
        stream: false,
        status: 0,
        durationMs: 0,
      };
      entries.push(entry);
      if (entries.length > maxEntries) {
        entries.shift();
      }
      return entry;
    },
  };
}
