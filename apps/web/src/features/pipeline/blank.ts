/** The text a new pipeline begins with: the smallest one that runs, with the words that a writer needs next. */
import { stringify } from "yaml";

/** A valid pipeline of one step under this id and name. */
export function blankPipeline({ id, name }: { id: string; name: string }): string {
  return `${stringify({ id, name, version: "1.0.0", description: "Say in a sentence what this is for." })}
defaults:
  maxRetries: 2
  timeout: 600

agents:
  - id: engineer
    name: Engineer

steps:
  - id: WORK
    agent: engineer
    description: Do the task.
    input: |
      Do the task below in this workspace.

      ## Task
      {{task_description}}
    outputs: [summary]
`;
}
