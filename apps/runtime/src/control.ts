/** What people want of a step while it is worked on: heard by the loop between two turns. */
export class StepControl {
  #pausing = false;
  #texts: string[] = [];

  pause(): void {
    this.#pausing = true;
  }
  /** True once the step is to stop after the turn that is under way. */
  get pausing(): boolean {
    return this.#pausing;
  }
  say(text: string): void {
    this.#texts.push(text);
  }
  /** What was said since the last turn; each text once. */
  take(): string[] {
    return this.#texts.splice(0);
  }
}
