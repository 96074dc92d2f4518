/** The tools that give work to executors. The step ends its turn with them, waits without a workload, and goes on with the answer. */
import { delegations } from "@djinnbot/contracts";
import type { z } from "zod";
import { ApiRefused } from "../api.ts";
import { defineTool, type ToolContext, type ToolResult, toolError } from "./tool.ts";

const { spawn, swarm, tryApproaches: approaches } = delegations;

/** What stands in the place of the answer until it is there. */
export function placeholder(delegationId: string): string {
  return `Waiting for the result of ${delegationId}.`;
}

async function delegate(path: string, input: object, context: ToolContext): Promise<ToolResult> {
  const key = context.callId.replace(/[^A-Za-z0-9_-]/g, "-").slice(-128);
  try {
    const answer = await context.api({ path, body: input, key, signal: context.signal });
    const id = answer.swarm_id ?? answer.speculation_id ?? answer.delegation_id;
    return typeof id === "string"
      ? { text: placeholder(id), wait: id }
      : toolError("The platform's answer names no delegation.");
  } catch (error) {
    if (error instanceof ApiRefused) {
      return toolError(error.message);
    }
    throw error;
  }
}

function delegating<S extends z.ZodObject>(contract: { path: string; input: S }, description: string) {
  return defineTool({
    description,
    input: contract.input,
    run: (input, context) => delegate(contract.path, input, context),
  });
}

export const spawnExecutor = delegating(
  spawn,
  "Give one task to an executor: a fresh agent with a copy of your branch. Your work so far is committed, you wait for its result, and its commits are merged into your branch.",
);

export const swarmExecute = delegating(
  swarm,
  "Give 1 to 20 tasks to executors that work at the same time, each with its own copy of your branch. A task starts when all tasks it depends on are merged. You wait until all are over; conflicts are reported by file.",
);

export const tryApproaches = delegating(
  approaches,
  "Have 2 to 5 executors solve the same task in different ways, and the results compared by your criteria. Nothing is merged: you get a commit for each approach and take the one you want.",
);
