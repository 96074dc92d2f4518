/** A run as one JSON document, written piece by piece. */
import type { Ctx } from "../../ctx.ts";
import type { LoggedEvent } from "../overlap.ts";
import type { ExportedRun } from "./index.ts";
import { maskedJson } from "./mask.ts";
import { type ExportedStep, readCalls, readSteps, readTranscript } from "./read.ts";

export async function* runAsJson(
  ctx: Ctx,
  { run, pipeline, exportedAt, withCalls }: ExportedRun,
): AsyncGenerator<string> {
  const head = maskedJson({ format: "djinnbot-run", version: 1, exportedAt, run, pipeline });
  const commits: object[] = [];
  yield `${head.slice(0, -1)},"steps":[`;
  let isFirst = true;
  for await (const exported of readSteps(ctx, run.id)) {
    const { stepId, attempt, commitHash, commitMessage } = exported.step;
    if (commitHash !== null) {
      commits.push({ stepId, attempt, commitHash, commitMessage });
    }
    yield isFirst ? "\n" : ",\n";
    isFirst = false;
    yield* stepAsJson(ctx, exported);
  }
  yield `\n],"commits":${maskedJson(commits)}`;
  if (withCalls) {
    yield ',"modelCalls":[';
    yield* list(readCalls(ctx, run.id));
    yield "]";
  }
  yield "}\n";
}

async function* stepAsJson(ctx: Ctx, { step, place }: ExportedStep): AsyncGenerator<string> {
  const { inputs, ...rest } = step;
  yield `${maskedJson({ ...rest, prompt: inputs.input ?? null, inputs }).slice(0, -1)},"transcript":[`;
  yield* list(readTranscript(ctx, place), withoutEnvelope);
  yield "]}";
}

async function* list<T>(items: AsyncIterable<T>, shape: (item: T) => object = (item) => item as object) {
  let isFirst = true;
  for await (const item of items) {
    yield `${isFirst ? "\n" : ",\n"}${maskedJson(shape(item))}`;
    isFirst = false;
  }
}

/** What every event repeats is in the step already. */
function withoutEnvelope(event: LoggedEvent): object {
  const { v, id, tenantId, requestId, runId, stepId, attempt, timestamp, ...rest } = event;
  return rest;
}
