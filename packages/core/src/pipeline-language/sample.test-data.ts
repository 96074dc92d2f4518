/** A sound pipeline for the tests of this folder, and ways to break it. */
export const soundPipeline = `id: sample
name: Sample
version: 1.0
defaults:
  model: openai/small
  timeout: 60
agents:
  - id: builder
  - id: checker
    model: openai/large
steps:
  - id: BUILD
    agent: builder
    input: |
      Do {{task_description}}
      {% if feedback %}Mind {{feedback}}{% endif %}
    outputs: [summary]
    onComplete: CHECK
  - id: CHECK
    agent: checker
    input: Look at {{summary}}
    outputs: [verdict, feedback]
    onResult:
      PASS: {}
      FAIL:
        goto: BUILD
        notify: { agent: builder, message: "Again: {{feedback}}" }
`;

/** A pipeline with one problem. */
export interface Broken {
  name: string;
  yaml: string;
  /** Where the problem is; the column where the case is about it. */
  line: number;
  column?: number;
  /** Words of its message. */
  says: RegExp;
}

/** The sample with one piece replaced; throws when the piece is not there, so that a case cannot test nothing. */
export function change(from: string, to: string): string {
  if (!soundPipeline.includes(from)) {
    throw new Error(`the sample has no ${from}`);
  }
  return soundPipeline.replace(from, to);
}
