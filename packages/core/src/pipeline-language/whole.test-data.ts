/** A pipeline that uses every part of the language. */
export const wholePipeline = `id: whole
name: Whole
version: 2.0.0
budget: { dollars: 5, tokens: 2000000 }
maxStepExecutions: 60
agents:
  - id: planner
  - id: builder
steps:
  - id: PLAN
    agent: planner
    input: Plan {{task_description}}
    outputs: [tasks]
    outputSchema:
      name: tasks
      schema:
        type: object
        properties: { tasks: { type: array, items: { type: string } } }
        required: [tasks]
    onComplete: GATE
  - id: GATE
    approval:
      message: May these be built? {{tasks}}
      who: [owner, lead@example.com]
      timeoutSeconds: 3600
      onTimeout: reject
    onResult:
      APPROVED: { goto: BUILD }
      REJECTED: { goto: PLAN }
  - id: BUILD
    agent: builder
    budget: { tokens: 50000, dollars: 0.5, turns: 20, seconds: 90 }
    input: Item {{loop_index}} of {{loop_total}} is {{current_item}}, done {{completed_items}}. Mind {{comment}}
    outputs: [summary]
    loop: { over: tasks, onEachComplete: CHECK, onAllComplete: PROVE }
  - id: CHECK
    agent: planner
    input: Check {{summary}}
    outputs: [verdict]
    onResult:
      PASS: { continueLoop: true }
      FAIL: { goto: BUILD }
    onFailure: { continueLoop: true, notify: { agent: builder, message: "{{failed_step}} failed: {{failure_message}}" } }
  - id: PROVE
    parallel: { branches: [TESTS, DOCS], join: all }
    onComplete: END
    onFailure: MEND
  - id: TESTS
    agent: builder
    outputs: [report]
  - id: DOCS
    agent: planner
    onComplete: PROOFREAD
  - id: PROOFREAD
    agent: planner
  - id: MEND
    agent: builder
    input: "{{failure_code}}: {{failure_message}}"
    onComplete: END
  - id: END
    agent: planner
    input: Sum up {{report}}
`;

export function changeWhole(from: string, to: string): string {
  if (!wholePipeline.includes(from)) {
    throw new Error(`the whole pipeline has no ${from}`);
  }
  return wholePipeline.replace(from, to);
}
