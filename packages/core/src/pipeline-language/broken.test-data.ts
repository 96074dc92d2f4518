/** Broken pipelines: the text, the line (and for some the column) of the first problem, and words of its message. */
import { soundPipeline } from "./sample.test-data.ts";

export interface Broken {
  name: string;
  yaml: string;
  line: number;
  column?: number;
  says: RegExp;
  severity?: "warning";
}

/** The sample with one piece replaced; throws when the piece is not there, so that a case cannot test nothing. */
function change(from: string, to: string): string {
  if (!soundPipeline.includes(from)) {
    throw new Error(`the sample has no ${from}`);
  }
  return soundPipeline.replace(from, to);
}

const bomb = `a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c]
`;

export const broken: Broken[] = [
  { name: "empty", yaml: "", line: 1, column: 1, says: /empty/ },
  { name: "comments only", yaml: "# nothing\n", line: 1, says: /empty/ },
  { name: "a text", yaml: "hello", line: 1, says: /map of keys/ },
  { name: "a list", yaml: "- id: x\n", line: 1, says: /map of keys/ },
  { name: "an alias bomb", yaml: bomb, line: 1, says: /anchors too often/ },
  { name: "absurd nesting", yaml: "[".repeat(200_000), line: 1, says: /./ },
  { name: "too large", yaml: `id: x\n#${"x".repeat(270_000)}`, line: 1, says: /at most 262144/ },
  { name: "a tab", yaml: "id: sample\nagents:\n\t- id: a\n", line: 3, says: /spaces; replace the tab|not valid YAML/ },
  { name: "open quote", yaml: 'id: sample\nname: "x\n', line: 3, says: /not valid YAML/ },
  { name: "open list", yaml: "id: sample\nagents: [a, b\nname: x\n", line: 3, says: /not valid YAML/ },
  { name: "two documents", yaml: `${soundPipeline}---\nid: other\n`, line: 29, says: /one YAML document/ },
  { name: "unknown anchor", yaml: "id: sample\nname: *nobody\n", line: 2, column: 7, says: /&nobody/ },
  {
    name: "duplicate key",
    yaml: change("name: Sample", "name: Sample\nname: Again"),
    line: 3,
    column: 1,
    says: /written twice/,
  },
  { name: "no id", yaml: change("id: sample\n", ""), line: 1, says: /needs the key `id`/ },
  { name: "no version", yaml: change("version: 1.0\n", ""), line: 1, says: /needs the key `version`/ },
  { name: "bad id", yaml: change("id: sample", "id: My Pipe"), line: 1, column: 5, says: /`My Pipe`; it must be 2–64/ },
  {
    name: "name is a number",
    yaml: change("name: Sample", "name: 12"),
    line: 2,
    column: 7,
    says: /must be text, not a number.*quotes/,
  },
  {
    name: "no steps",
    yaml: change(soundPipeline.slice(soundPipeline.indexOf("steps:")), ""),
    line: 1,
    says: /needs the key `steps`/,
  },
  {
    name: "steps are a map",
    yaml: "id: ab\nname: A\nversion: 1\nagents: [{id: a}]\nsteps:\n  A: {agent: a}\n",
    line: 6,
    says: /`steps` must be a list, not a map/,
  },
  {
    name: "empty agents",
    yaml: "id: ab\nname: A\nversion: 1\nagents: []\nsteps: [{id: A, agent: a}]\n",
    line: 4,
    says: /at least 1 entry/,
  },
  {
    name: "step is a text",
    yaml: "id: ab\nname: A\nversion: 1\nagents: [{id: a}]\nsteps:\n  - BUILD\n",
    line: 6,
    column: 5,
    says: /Step number 1 must be a map of keys/,
  },
  {
    name: "step without agent",
    yaml: change("  - id: BUILD\n    agent: builder\n", "  - id: BUILD\n"),
    line: 12,
    column: 5,
    says: /Step `BUILD` needs the key `agent`/,
  },
  {
    name: "step without id",
    yaml: change("  - id: CHECK\n    agent", "  - agent"),
    line: 19,
    says: /Step number 2 needs the key `id`/,
  },
  {
    name: "agent without id",
    yaml: change("- id: checker\n    model", "- model"),
    line: 9,
    says: /Agent number 2 needs the key `id`/,
  },
  {
    name: "misspelt step key",
    yaml: change("onComplete: CHECK", "onCompleted: CHECK"),
    line: 18,
    column: 5,
    says: /unknown key `onCompleted`. Did you mean `onComplete`\?/,
  },
  {
    name: "snake case key",
    yaml: change("onComplete: CHECK", "on_complete: CHECK"),
    line: 18,
    says: /Did you mean `onComplete`\?/,
  },
  {
    name: "misspelt top key",
    yaml: change("name: Sample", "name: Sample\ndescripton: x"),
    line: 3,
    says: /Did you mean `description`\?/,
  },
  {
    name: "misspelt default",
    yaml: change("  timeout: 60", "  timout: 60"),
    line: 6,
    column: 3,
    says: /The defaults.*Did you mean `timeout`\?/,
  },
  {
    name: "misspelt agent key",
    yaml: change("    model: openai/large", "    modle: openai/large"),
    line: 10,
    says: /Agent `checker`.*Did you mean `model`\?/,
  },
  {
    name: "misspelt result key",
    yaml: change("goto: BUILD", "gotoo: BUILD"),
    line: 26,
    column: 9,
    says: /Result `FAIL` of step `CHECK`.*Did you mean `goto`\?/,
  },
  {
    name: "misspelt notify key",
    yaml: change("agent: builder, message", "agnet: builder, message"),
    line: 27,
    says: /./,
  },
  {
    name: "key of another place",
    yaml: change("onComplete: CHECK", "goto: CHECK"),
    line: 18,
    says: /is a key of a result, not of a step/,
  },
  {
    name: "loop block",
    yaml: change("onComplete: CHECK", "loop: { over: summary }"),
    line: 18,
    column: 5,
    says: /uses `loop`: loops are.*not run by this version/,
  },
  {
    name: "type: loop",
    yaml: change("onComplete: CHECK", "onComplete: CHECK\n    type: loop"),
    line: 19,
    says: /type: loop`.*not run by this version/,
  },
  {
    name: "continueLoop",
    yaml: change("PASS: {}", "PASS: { continueLoop: true }"),
    line: 24,
    says: /`continueLoop`: loops are.*not run/,
  },
  {
    name: "structured output",
    yaml: change("onComplete: CHECK", "outputSchema: {}"),
    line: 18,
    says: /structured output is.*not run/,
  },
  { name: "approval", yaml: change("onComplete: CHECK", "approval: true"), line: 18, says: /approval gates/ },
  {
    name: "onFailure in another spelling",
    yaml: change("onComplete: CHECK", "on_failure: CHECK"),
    line: 18,
    says: /failure routes/,
  },
  { name: "unknown type", yaml: change("onComplete: CHECK", "type: fancy"), line: 18, says: /must be `standard`/ },
  {
    name: "unknown agent",
    yaml: change("    agent: checker", "    agent: cheker"),
    line: 20,
    column: 12,
    says: /names the agent `cheker`.*Did you mean `checker`\?/,
  },
  {
    name: "unknown next step",
    yaml: change("onComplete: CHECK", "onComplete: DEPLOY"),
    line: 18,
    column: 17,
    says: /`DEPLOY`, which is not in `steps`. Known: `BUILD`, `CHECK`/,
  },
  {
    name: "step in other case",
    yaml: change("onComplete: CHECK", "onComplete: check"),
    line: 18,
    says: /Did you mean `CHECK`\?/,
  },
  {
    name: "unknown goto",
    yaml: change("goto: BUILD", "goto: BUILT"),
    line: 26,
    column: 15,
    says: /`goto` names the step `BUILT`/,
  },
  {
    name: "unknown notify",
    yaml: change("{ agent: builder, message", "{ agent: nobody, message"),
    line: 27,
    column: 26,
    says: /`notify.agent` names the agent `nobody`/,
  },
  {
    name: "notify without message",
    yaml: change(', message: "Again: {{feedback}}"', ""),
    line: 27,
    says: /needs the key `message`/,
  },
  { name: "duplicate step", yaml: change("- id: CHECK", "- id: BUILD"), line: 18, says: /./ },
  {
    name: "duplicate agent",
    yaml: change("- id: checker", "- id: builder"),
    line: 9,
    column: 9,
    says: /agent `builder` is declared twice/,
  },
  {
    name: "two timeouts",
    yaml: change("  timeout: 60", "  timeout: 60\n  timeoutSeconds: 90"),
    line: 7,
    column: 3,
    says: /both mean seconds/,
  },
  {
    name: "timeout as text",
    yaml: change("  timeout: 60", "  timeout: 10m"),
    line: 6,
    column: 12,
    says: /must be a number, not text \(`10m`\)|whole number, not text/,
  },
  { name: "timeout is broken", yaml: change("  timeout: 60", "  timeout: 1.5"), line: 6, says: /whole number/ },
  { name: "timeout of zero", yaml: change("  timeout: 60", "  timeout: 0"), line: 6, says: /at least 1/ },
  { name: "temperature too high", yaml: change("  timeout: 60", "  temperature: 3"), line: 6, says: /at most 2/ },
  {
    name: "model without provider",
    yaml: change("model: openai/small", "model: small"),
    line: 5,
    column: 10,
    says: /written as provider\/model/,
  },
  {
    name: "output key with blank",
    yaml: change("[summary]", '[summary, "a b"]'),
    line: 17,
    column: 24,
    says: /entry 2 of `outputs` is `a b`/,
  },
  {
    name: "empty input",
    yaml: change("input: Look at {{summary}}", "input:"),
    line: 21,
    says: /is empty; give it text/,
  },
  {
    name: "empty action",
    yaml: change("PASS: {}", "PASS:"),
    line: 24,
    says: /Result `PASS` of step `CHECK` is empty; write `{}`/,
  },
  { name: "open condition", yaml: change("{% endif %}", ""), line: 16, column: 7, says: /never closed/ },
  { name: "endif alone", yaml: change("{% if feedback %}", ""), line: 16, says: /no `{% if name %}` before/ },
  {
    name: "nested condition",
    yaml: change("Mind", "{% if summary %}Mind{% endif %}"),
    line: 16,
    column: 24,
    says: /cannot be nested/,
  },
  { name: "else", yaml: change("Mind", "{% else %}Mind"), line: 16, says: /is not known/ },
  {
    name: "template fault in a message",
    yaml: change("Again: {{feedback}}", "{% if a %}"),
    line: 27,
    says: /never closed/,
  },
  // Warnings
  {
    name: "unreachable step",
    severity: "warning",
    yaml: change("    onComplete: CHECK\n", "    onResult: { OK: {} }\n"),
    line: 19,
    column: 9,
    says: /`CHECK` is never reached/,
  },
  {
    name: "dead end",
    severity: "warning",
    yaml: change("    onComplete: CHECK\n", ""),
    line: 12,
    says: /the run fails after it/,
  },
  {
    name: "endless",
    severity: "warning",
    yaml: change("PASS: {}", "PASS: { goto: BUILD }"),
    line: 11,
    says: /never ends/,
  },
  {
    name: "result without outputs",
    severity: "warning",
    yaml: change("[verdict, feedback]", "[]"),
    line: 16,
    says: /./,
  },
  {
    name: "unknown variable",
    severity: "warning",
    yaml: change("Do {{task_description}}", "Do {{colour}}"),
    line: 15,
    column: 10,
    says: /no earlier step produces `colour`/,
  },
  {
    name: "misspelt variable",
    severity: "warning",
    yaml: change("{{summary}}", "{{sumary}}"),
    line: 21,
    says: /Did you mean `summary`\?/,
  },
  {
    name: "misspelt condition",
    severity: "warning",
    yaml: change("{% if feedback %}", "{% if feedbak %}"),
    line: 16,
    column: 7,
    says: /Did you mean `feedback`\?/,
  },
  {
    name: "variable of a later step",
    severity: "warning",
    yaml: change("        goto: BUILD\n", "        retry: true\n"),
    line: 16,
    says: /step `CHECK`, which does not run before/,
  },
  {
    name: "odd variable",
    severity: "warning",
    yaml: change("Do {{task_description}}", "Do {{ task.description }}"),
    line: 15,
    column: 10,
    says: /no variable and stays/,
  },
  {
    name: "goto and retry",
    severity: "warning",
    yaml: change("goto: BUILD", "goto: BUILD\n        retry: true"),
    line: 27,
    says: /both `goto` and `retry`/,
  },
  {
    name: "maxRetries without retry",
    severity: "warning",
    yaml: change("goto: BUILD", "goto: BUILD\n        maxRetries: 2"),
    line: 27,
    says: /nothing without `retry: true`/,
  },
  {
    name: "same result twice",
    severity: "warning",
    yaml: change("PASS: {}", "PASS: {}\n      pass: {}"),
    line: 25,
    says: /never matches/,
  },
  {
    name: "unknown tool",
    severity: "warning",
    yaml: change("  timeout: 60", "  tools: [read, gerp]"),
    line: 6,
    column: 17,
    says: /tool `gerp`.*Did you mean `grep`\?/,
  },
];
