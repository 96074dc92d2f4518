/** The two clocks of a running step: its deadline, and the repetition of a command that was not accepted. */

import type { OpenStep } from "../held/held-run.ts";
import { now } from "../lib/clock.ts";

export class StepTimers {
  readonly #options: { deadlineGraceMs: number; resendMs: number };
  readonly #onDeadline: () => void;
  readonly #onResend: () => void;
  #deadline: NodeJS.Timeout | undefined;
  #resend: NodeJS.Timeout | undefined;
  #armed: string | null = null;

  constructor(
    options: { deadlineGraceMs: number; resendMs: number },
    on: { deadline: () => void; resend: () => void },
  ) {
    this.#options = options;
    this.#onDeadline = on.deadline;
    this.#onResend = on.resend;
  }

  /** Sets both for the step, or for none. */
  arm(step: OpenStep | null, { accepted }: { accepted: boolean }): void {
    const state = step?.status === "running" ? `${step.id} ${accepted}` : null;
    // Most messages change nothing here; a resend that has fired sets itself again.
    if (state !== null && state === this.#armed) {
      return;
    }
    this.disarm();
    if (step === null || state === null) {
      return;
    }
    this.#armed = state;
    const wait = Math.max((step.deadlineAt ?? 0) - now() + this.#options.deadlineGraceMs, 0);
    this.#deadline = setTimeout(() => {
      this.#armed = null;
      this.#onDeadline();
    }, wait);
    if (!accepted) {
      this.#resend = setTimeout(() => {
        this.#armed = null;
        this.#onResend();
      }, this.#options.resendMs);
    }
  }

  disarm(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#resend);
    this.#armed = null;
  }
}
