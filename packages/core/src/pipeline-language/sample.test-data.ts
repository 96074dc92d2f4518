/** A sound pipeline for the tests of this folder. */
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
