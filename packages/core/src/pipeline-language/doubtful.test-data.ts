/** Pipelines that run but hardly as meant, each with one warning. */
import { type Broken, change } from "./sample.test-data.ts";

export const doubtful: Broken[] = [
  {
    name: "unreachable step",
    yaml: change("    onComplete: CHECK\n", "    onResult: { OK: {} }\n"),
    line: 19,
    column: 9,
    says: /`CHECK` is never reached/,
  },
  {
    name: "dead end",
    yaml: change("    onComplete: CHECK\n", ""),
    line: 12,
    says: /the run fails after it/,
  },
  {
    name: "endless",
    yaml: change("PASS: {}", "PASS: { goto: BUILD }"),
    line: 11,
    says: /never ends/,
  },
  {
    name: "result without outputs",
    yaml: change("[verdict, feedback]", "[]"),
    line: 23,
    says: /declares no output to compare/,
  },
  {
    name: "unknown variable",
    yaml: change("Do {{task_description}}", "Do {{colour}}"),
    line: 15,
    column: 10,
    says: /no earlier step produces `colour`/,
  },
  {
    name: "misspelt variable",
    yaml: change("{{summary}}", "{{sumary}}"),
    line: 21,
    says: /Did you mean `summary`\?/,
  },
  {
    name: "misspelt condition",
    yaml: change("{% if feedback %}", "{% if feedbak %}"),
    line: 16,
    column: 7,
    says: /Did you mean `feedback`\?/,
  },
  {
    name: "variable of a later step",
    yaml: change("        goto: BUILD\n", "        retry: true\n"),
    line: 16,
    says: /step `CHECK`, which does not run before/,
  },
  {
    name: "odd variable",
    yaml: change("Do {{task_description}}", "Do {{ task.description }}"),
    line: 15,
    column: 10,
    says: /no variable and stays/,
  },
  {
    name: "goto and retry",
    yaml: change("goto: BUILD", "goto: BUILD\n        retry: true"),
    line: 27,
    says: /both `goto` and `retry`/,
  },
  {
    name: "maxRetries without retry",
    yaml: change("goto: BUILD", "goto: BUILD\n        maxRetries: 2"),
    line: 27,
    says: /nothing without `retry: true`/,
  },
  {
    name: "same result twice",
    yaml: change("PASS: {}", "PASS: {}\n      pass: {}"),
    line: 25,
    says: /never matches/,
  },
  {
    name: "unknown tool",
    yaml: change("  timeout: 60", "  tools: [read, gerp]"),
    line: 6,
    column: 17,
    says: /tool `gerp`.*Did you mean `grep`\?/,
  },
];
