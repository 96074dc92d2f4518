/** A run as a document to read, written piece by piece. */
import type { Step } from "@djinnbot/contracts";
import type { Ctx } from "../../ctx.ts";
import type { LoggedEvent } from "../overlap.ts";
import type { ExportedRun } from "./index.ts";
import { maskSecrets } from "./mask.ts";
import { readCalls, readSteps, readTranscript } from "./read.ts";

export async function* runAsMarkdown(ctx: Ctx, exported: ExportedRun): AsyncGenerator<string> {
  const { run, exportedAt } = exported;
  yield maskSecrets(heading(exported));
  const commits: string[] = [];
  for await (const { step, place } of readSteps(ctx, run.id)) {
    if (step.commitHash !== null) {
      commits.push(
        `- \`${step.commitHash}\` ${line(step.commitMessage ?? "")} (${step.stepId}, attempt ${step.attempt})`,
      );
    }
    yield maskSecrets(stepHeading(step));
    for await (const event of readTranscript(ctx, place)) {
      yield maskSecrets(eventText(event));
    }
    yield maskSecrets(stepEnd(step));
  }
  yield maskSecrets(section("Outputs", outputs(run.outputs)));
  yield maskSecrets(section("Commits", commits.join("\n")));
  if (exported.withCalls) {
    yield* calls(ctx, run.id);
  }
  yield `\n---\n\nExported ${time(exportedAt)}.\n`;
}

const time = (at: number | null) => (at === null ? "–" : new Date(at).toISOString());
const dollars = (micros: number) => `$${(micros / 1_000_000).toFixed(4)}`;
const line = (text: string) => text.split("\n", 1)[0]?.trim() ?? "";
const section = (title: string, body: string) => (body === "" ? "" : `\n## ${title}\n\n${body}\n`);

/** A block that holds any text: its fence is longer than every row of backticks inside. */
function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}\n`;
}

function heading({ run }: ExportedRun): string {
  const rows: [string, string][] = [
    ["Run", `\`${run.id}\``],
    ["Pipeline", `${run.pipelineName ?? run.pipelineId} (\`${run.pipelineId}\`)`],
    ["Status", run.status],
    ["Started", time(run.startedAt)],
    ["Ended", time(run.completedAt)],
    ["Tokens", `${run.inputTokens} in, ${run.outputTokens} out`],
    ["Cost", `${dollars(run.costMicros)}${run.costApproximate ? " (some prices are unknown)" : ""}`],
    ...(run.repository === null ? [] : [["Repository", run.repository] as [string, string]]),
    ...(run.taskBranch === null ? [] : [["Branch", `\`${run.taskBranch}\``] as [string, string]]),
  ];
  const table = rows.map(([name, value]) => `| ${name} | ${value.replaceAll("|", "\\|")} |`).join("\n");
  const failure = run.failure
    ? `\n**${run.failure.code}**: ${run.failure.meaning}\n\n${fenced(run.failure.message)}\n${run.failure.remedy}\n`
    : "";
  return `# ${line(run.task) || "Run"}\n\n| | |\n|---|---|\n${table}\n${failure}\n## Task\n\n${fenced(run.task)}`;
}

function stepHeading(step: Step): string {
  const who = [step.agentEmoji, step.agentName ?? step.agentId].filter(Boolean).join(" ");
  const facts = [
    `- ${who}${step.modelUsed ? `, \`${step.modelUsed}\`` : ""}`,
    `- ${step.status}, ${time(step.startedAt)} to ${time(step.completedAt)}`,
    `- ${step.inputTokens} tokens in, ${step.outputTokens} out, ${dollars(step.costMicros)}`,
  ];
  const prompt = typeof step.inputs.input === "string" ? `\n### Prompt\n\n${fenced(step.inputs.input)}` : "";
  const told = step.humanContext ? `\n### Told besides\n\n${fenced(step.humanContext)}` : "";
  return `\n## ${step.stepId}, attempt ${step.attempt}\n\n${facts.join("\n")}\n${prompt}${told}\n### Transcript\n\n`;
}

function stepEnd(step: Step): string {
  const failed = step.failure
    ? `\n**${step.failure.code}**: ${step.failure.meaning}\n\n${fenced(step.failure.message)}`
    : "";
  const summary = step.summary ? `\n### Summary\n\n${step.summary}\n` : "";
  const given = outputs(step.outputs);
  return `${failed}${summary}${given === "" ? "" : `\n### Outputs of the step\n\n${given}\n`}`;
}

function outputs(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `**${key}**\n\n${fenced(value)}`)
    .join("\n");
}

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

function eventText(event: LoggedEvent): string {
  switch (event.type) {
    case "STEP_OUTPUT":
      return `${text(event.chunk)}\n\n`;
    case "STEP_THINKING":
      return `<details><summary>Thinking</summary>\n\n${fenced(text(event.chunk))}\n</details>\n\n`;
    case "TOOL_CALL_START":
      return `**${text(event.toolName)}**\n\n${fenced(text(event.args), "json")}\n`;
    case "TOOL_CALL_END": {
      const word = event.isError === true ? "Error" : "Result";
      return `${word} of ${text(event.toolName)}, ${Number(event.durationMs)} ms\n\n${fenced(text(event.result))}\n`;
    }
    case "FILE_CHANGED":
      return `- file \`${text(event.path)}\`: ${text(event.action)}\n\n`;
    case "MODEL_RETRY":
      return `- the model call was repeated: ${line(text(event.error))}\n\n`;
    case "CONTEXT_COMPACTED": {
      const notes = typeof event.summary === "string" ? `\n\n${fenced(event.summary, "markdown")}` : "";
      return `- context compacted: ${text(event.beforeTokens)} → ${text(event.afterTokens)} tokens${notes}\n\n`;
    }
    case "COMMIT_FAILED":
      return `- the changes could not be committed: ${text(event.error)}\n\n`;
    default:
      return "";
  }
}

async function* calls(ctx: Ctx, runId: string): AsyncGenerator<string> {
  let isFirst = true;
  for await (const call of readCalls(ctx, runId)) {
    if (isFirst) {
      yield "\n## Model calls\n\n| Time | Step | Model | In | Out | Cost | Status |\n|---|---|---|---|---|---|---|\n";
      isFirst = false;
    }
    const cost = call.costMicros === null ? "unknown" : dollars(call.costMicros);
    const cells = [
      time(call.at),
      call.stepId ?? "",
      call.model,
      call.inputTokens,
      call.outputTokens,
      cost,
      call.status ?? "no answer",
    ];
    yield `| ${cells.join(" | ")} |\n`;
  }
}
