/** What happens after a step has completed (reference 1.2, standard steps). */
import type { PipelineDocument, PipelineStep, ResultAction } from "@djinnbot/contracts";
import { resolveStep } from "./resolve.ts";

/** A message to an agent of the pipeline; the message is a template over the run's variables. */
export interface Notice {
  agent: string;
  message: string;
}
export type Route = { notify: Notice[] } & (
  | { kind: "next"; stepId: string }
  /** Run the same step again with this feedback while it was retried fewer than `maxRetries` times; then the run fails. */
  | { kind: "retry"; feedback: string; maxRetries: number }
  | { kind: "complete" }
  | { kind: "fail"; failureCode: "NO_ROUTE"; message: string }
);
export interface RouteArgs {
  document: PipelineDocument;
  step: PipelineStep;
  outputs: Readonly<Record<string, string>>;
}

const plain = (text: string) => text.trim().toLowerCase();
const shorten = (text: string, max: number) => (text.length > max ? `${text.slice(0, max)}…` : text);
const lines = (outputs: RouteArgs["outputs"], max: number) =>
  Object.entries(outputs).map(([key, value]) => `${key}: ${shorten(value.trim(), max)}`);

function matchResult(results: [string, ResultAction][], outputs: RouteArgs["outputs"]) {
  const values = new Set(Object.values(outputs).map(plain));
  const found = results.find(([key]) => values.has(plain(key)));
  return found && { key: found[0], action: found[1] };
}

function noMatch(step: PipelineStep, outputs: RouteArgs["outputs"]): string {
  const accepted = Object.keys(step.onResult ?? {}).join(", ");
  const given = lines(outputs, 80).join("; ") || "no outputs";
  return `Step ${step.id} ended with a result that no route accepts. Accepted: ${accepted}. Given: ${shorten(given, 1000)}.`;
}

function followMatch(args: RouteArgs, match: { key: string; action: ResultAction }): Route {
  const { document, step, outputs } = args;
  const { key, action } = match;
  const notify = action.notify ? [action.notify] : [];
  if (action.goto !== undefined) {
    return { kind: "next", stepId: action.goto, notify };
  }
  if (action.retry) {
    const maxRetries = action.maxRetries ?? resolveStep(document, step).maxRetries;
    return {
      kind: "retry",
      feedback: [`The result was ${key}: do the step again.`, ...lines(outputs, 4000)].join("\n"),
      maxRetries,
      notify,
    };
  }
  return step.onComplete === undefined
    ? { kind: "complete", notify }
    : { kind: "next", stepId: step.onComplete, notify };
}

/**
 * Chooses the way on from a completed step.
 *
 * 1. `onResult`: every output value is compared with each key, trimmed and without regard to case; the first key in the
 *    order of the document wins (keys that are whole numbers come before others, as in every JavaScript object).
 *    `notify` is honoured together with `goto`, `retry` or neither. A matching result that has neither `goto` nor
 *    `retry` goes to `onComplete`; without one it is an explicit end and completes the run, wherever the step stands in
 *    the list: a result that only notifies must not leave the run without an ending.
 * 2. No key matches: `onComplete` if there is one, else the run fails with the accepted values listed.
 * 3. No `onResult`: `onComplete`; else the last step completes the run and any other step fails it.
 */
export function route(args: RouteArgs): Route {
  const { document, step, outputs } = args;
  const results = Object.entries(step.onResult ?? {});
  const match = matchResult(results, outputs);
  if (match) {
    return followMatch(args, match);
  }
  if (step.onComplete !== undefined) {
    return { kind: "next", stepId: step.onComplete, notify: [] };
  }
  if (results.length > 0) {
    return { kind: "fail", failureCode: "NO_ROUTE", message: noMatch(step, outputs), notify: [] };
  }
  if (document.steps.at(-1)?.id === step.id) {
    return { kind: "complete", notify: [] };
  }
  const message = `Step ${step.id} has no onComplete and is not the last step, so nothing follows it.`;
  return { kind: "fail", failureCode: "NO_ROUTE", message, notify: [] };
}
