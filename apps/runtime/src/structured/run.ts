/** A step whose result is JSON of a given schema: asked for, checked, and asked for again with what was wrong. */
import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { AgentStepCommand, StructuredOutput } from "@djinnbot/contracts";
import { boundedJson } from "../bound.ts";
import type { LoopEnd, LoopOptions } from "../loop.ts";
import { ask } from "../model/ask.ts";
import { parseInput, type Turn } from "../model/turn.ts";
import type { Narrator } from "../narrator.ts";
import { type SchemaCheck, schemaCheck } from "./fit.ts";
import { type Asking, asking, type Form } from "./form.ts";

/** Answers, good or bad; refusals of a form are not counted, there are only two of them. */
const maxAnswers = 4;

export type StructuredOptions = Pick<LoopOptions, "model" | "narrator" | "signal" | "ended"> & {
  command: AgentStepCommand;
  structured: StructuredOutput;
};

/** Stands alone: it neither sees nor adds to what the agent said in other steps. Never throws for what the model or the network does. */
export async function runStructured(options: StructuredOptions): Promise<LoopEnd> {
  const { command, structured, narrator } = options;
  let check: SchemaCheck;
  try {
    check = schemaCheck(structured.schema);
  } catch (error) {
    return { turns: 0, outcome: "failed", code: "PIPELINE_INVALID", message: (error as Error).message };
  }
  const form = asking(structured, command.model);
  const forms = new Forms(structured.method === "tool_use" ? "tool" : "format");
  const prompt: LanguageModelV4Prompt = [
    ...(command.systemPrompt === "" ? [] : [{ role: "system" as const, content: command.systemPrompt }]),
    { role: "user", content: [{ type: "text", text: command.prompt }] },
  ];
  let problem = "";
  let answers = 0;
  while (answers < maxAnswers) {
    narrator.say({ type: "AGENT_STATE", state: "thinking", toolName: null });
    const asked = await ask({
      ...{ model: options.model, signal: options.signal, deadlineAt: command.deadlineAt, narrator },
      call: { ...form.options(forms.current), prompt: [...prompt] },
    });
    if ("aborted" in asked) {
      return { turns: answers, ...options.ended() };
    }
    if ("failure" in asked) {
      if (asked.objection?.kind === "form" && forms.refuse()) {
        continue;
      }
      return { turns: answers, outcome: "failed", ...asked.failure };
    }
    answers += 1;
    const { turn } = asked;
    if (turn.finish === "content-filter") {
      const message = turn.text || "The provider's content filter stopped the answer.";
      return { turns: answers, outcome: "failed", code: "MODEL_REFUSED", message };
    }
    const fitted = form.read(turn, check);
    narrateCalls(narrator, turn, { answers, problem: "problem" in fitted ? fitted.problem : null, command });
    if ("value" in fitted) {
      const key = command.outputs[0] ?? "result";
      const outputs = { [key]: JSON.stringify(fitted.value) };
      return { turns: answers, outcome: "completed", outputs, summary: null };
    }
    problem = turn.finish === "length" ? `The answer was cut off. ${fitted.problem}` : fitted.problem;
    forms.misfit();
    prompt.push(...repair(turn, { problem, form, next: forms.current }));
  }
  const message = `The model gave ${answers} answers, and none fits the schema. The last one: ${problem}`;
  return { turns: answers, outcome: "failed", code: "OUTPUT_INVALID", message };
}

/** Which form is next: an answer that did not fit is asked for as a tool call, a refused form is not asked for again. */
class Forms {
  current: Form;
  readonly #refused = new Set<Form>();

  constructor(first: Form) {
    this.current = first;
  }
  /** False when the provider takes neither. */
  refuse(): boolean {
    this.#refused.add(this.current);
    this.current = this.current === "format" ? "tool" : "format";
    return !this.#refused.has(this.current);
  }
  misfit(): void {
    this.current = this.#refused.has("tool") ? "format" : "tool";
  }
}

/** The answer and what was wrong with it. Told as text, because the wires refuse calls of tools that a later request does not offer. */
function repair(
  turn: Turn,
  { problem, form, next }: { problem: string; form: Asking; next: Form },
): LanguageModelV4Message[] {
  const said = turn.calls[0]?.input ?? turn.text;
  const how = next === "tool" ? `Call ${form.toolName} with` : "Answer with nothing but";
  return [
    { role: "assistant", content: [{ type: "text", text: said.trim() === "" ? "(no answer)" : said }] },
    {
      role: "user",
      content: [{ type: "text", text: `That does not fit the schema:\n${problem}\n${how} the whole JSON, corrected.` }],
    },
  ];
}

/** An answer that came as a tool call is shown as one; text was told while it came. */
function narrateCalls(
  narrator: Narrator,
  turn: Turn,
  told: { answers: number; problem: string | null; command: AgentStepCommand },
): void {
  for (const [index, call] of turn.calls.entries()) {
    const toolCallId = `${told.command.stepId}-${told.command.attempt}-${told.answers}-${index}`;
    const ref = { toolName: call.toolName.slice(0, 128), toolCallId };
    const args = boundedJson(parseInput(call.input) ?? { text: call.input }, { maxString: 8000, maxTotal: 60_000 });
    narrator.say({ type: "TOOL_CALL_START", ...ref, args });
    const result = told.problem ?? "The JSON fits the schema.";
    narrator.say({ type: "TOOL_CALL_END", ...ref, result, isError: told.problem !== null, durationMs: 0 });
  }
}
