// A failure a person can act on: what happened, and what to do about it.

/** Thrown by the launcher and the services; printed as two lines, never as a stack. */
export class Problem extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = "Problem";
    this.remedy = remedy;
  }
}

/** The text of any thrown value, on one line. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.trim().replaceAll(/\s*\n\s*/g, " ");
}
