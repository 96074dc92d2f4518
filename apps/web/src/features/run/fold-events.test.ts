import { failure } from "@djinnbot/contracts";
import { describe, expect, test } from "vitest";
import { foldEvents } from "./fold-events.ts";
import { type ArrivedEvent, emptyRun, type TranscriptItem } from "./transcript-model.ts";

let counter = 0;
type Body = ArrivedEvent extends infer E
  ? E extends ArrivedEvent
    ? Omit<E, "id" | "v" | "tenantId" | "requestId" | "at" | "runId">
    : never
  : never;
const event = (body: Body, at?: number): ArrivedEvent => {
  counter += 1;
  const envelope = {
    v: 1,
    id: `evt_${counter}`,
    tenantId: "ten_aaaaaa",
    requestId: "req",
    at: at ?? counter,
    runId: "run_aaaaaa",
  };
  return { ...envelope, ...body } as ArrivedEvent;
};

const created = () => event({ type: "RUN_CREATED", pipelineId: "bugfix", taskDescription: "Fix it" });
const queued = (attempt = 1) => event({ type: "STEP_QUEUED", stepId: "FIX", attempt, agentId: "engineer" });
const started = (attempt = 1) =>
  event({
    type: "STEP_STARTED",
    stepId: "FIX",
    attempt,
    agentId: "engineer",
    sessionId: `ses_${attempt}`,
    model: "demo/scripted",
  });
const output = (chunk: string, attempt = 1) => event({ type: "STEP_OUTPUT", stepId: "FIX", attempt, chunk });
const thought = (chunk: string) => event({ type: "STEP_THINKING", stepId: "FIX", attempt: 1, chunk });
const toolStart = (toolCallId: string, attempt = 1) =>
  event({ type: "TOOL_CALL_START", stepId: "FIX", attempt, toolName: "bash", toolCallId, args: '{"command":"ls"}' });
const toolEnd = (toolCallId: string, isError = false) =>
  event({
    type: "TOOL_CALL_END",
    stepId: "FIX",
    attempt: 1,
    toolName: "bash",
    toolCallId,
    result: "a\nb",
    isError,
    durationMs: 12,
  });
const complete = (attempt = 1) =>
  event({
    type: "STEP_COMPLETE",
    stepId: "FIX",
    attempt,
    outputs: { summary: "done" },
    summary: "Did it",
    commitHash: "a".repeat(40),
  });

const fold = (...events: ArrivedEvent[]) => foldEvents(emptyRun, events);
const first = (model: ReturnType<typeof fold>) => {
  const attempt = model.attempts["FIX.1"];
  if (!attempt) throw new Error("no attempt");
  return attempt;
};
const kinds = (items: readonly TranscriptItem[]) => items.map((item) => item.kind);

describe("a step from start to end", () => {
  const events = [
    created(),
    queued(),
    started(),
    thought("Hm"),
    thought("m."),
    output("Let me "),
    output("look."),
    toolStart("1"),
    toolEnd("1"),
    output("Done."),
    complete(),
  ];

  test("text and thinking grow, a tool call breaks them", () => {
    const { items } = first(fold(...events));
    expect(kinds(items)).toEqual(["thinking", "text", "tool", "text"]);
    expect(items[0]).toMatchObject({ text: "Hmm." });
    expect(items[1]).toMatchObject({ text: "Let me look." });
    expect(items[2]).toMatchObject({ name: "bash", state: "done", result: "a\nb", durationMs: 12 });
  });

  test("knows status, agent, model, outputs and commit", () => {
    expect(first(fold(...events))).toMatchObject({
      status: "completed",
      agentId: "engineer",
      model: "demo/scripted",
      outputs: { summary: "done" },
      commitHash: "a".repeat(40),
      activity: null,
    });
  });

  test("one by one or all at once is the same", () => {
    const single = events.reduce((model, next) => foldEvents(model, [next]), emptyRun);
    expect(single).toEqual(fold(...events));
  });

  test("repeats change nothing, wherever they come", () => {
    const once = fold(...events);
    expect(foldEvents(once, events)).toBe(once);
    expect(foldEvents(once, [events[5] as ArrivedEvent, events[2] as ArrivedEvent])).toBe(once);
    expect(fold(...events.flatMap((next) => [next, next]))).toEqual(once);
  });

  test("what was shown before is not written to", () => {
    const before = fold(...events.slice(0, 6));
    const copy = structuredClone(before);
    foldEvents(before, events.slice(6));
    expect(before).toEqual(copy);
  });

  test("untouched items keep their identity", () => {
    const before = fold(...events.slice(0, 9));
    const after = foldEvents(before, events.slice(9));
    expect(first(after).items[2]).toBe(first(before).items[2]);
  });
});

describe("what is missing or late", () => {
  test("narration without a start begins the attempt", () => {
    expect(first(fold(output("Hi")))).toMatchObject({ status: "running", items: [{ kind: "text", text: "Hi" }] });
  });

  test("the end of a call whose start was never seen is shown, and takes its arguments when they come", () => {
    const end = toolEnd("9", true);
    const model = fold(started(), end);
    expect(first(model).items).toMatchObject([{ kind: "tool", args: null, state: "error" }]);
    const later = foldEvents(model, [toolStart("9")]);
    expect(first(later).items).toMatchObject([{ kind: "tool", args: '{"command":"ls"}', state: "error" }]);
  });

  test("an id of a call may come again in a later turn", () => {
    const { items } = first(fold(started(), toolStart("1"), toolEnd("1"), toolStart("1"), toolEnd("1", true)));
    expect(items).toMatchObject([{ state: "done" }, { state: "error" }]);
  });

  test("a late start does not reopen a step that has ended", () => {
    const late = started();
    const model = fold(queued(), output("x"), complete());
    expect(first(foldEvents(model, [late])).status).toBe("completed");
  });

  test("a call that never ended is not left running when its step ends", () => {
    expect(first(fold(started(), toolStart("1"), complete())).items).toMatchObject([{ state: "unfinished" }]);
  });
});

describe("attempts and restarts", () => {
  test("a retry keeps the first attempt and says why", () => {
    const retrying = event({
      type: "STEP_RETRYING",
      stepId: "FIX",
      attempt: 1,
      feedback: "Tests fail",
      retryCount: 1,
      maxRetries: 3,
    });
    const model = fold(created(), queued(), started(), retrying, queued(2), started(2), output("again", 2));
    expect(model.order).toEqual(["FIX.1", "FIX.2"]);
    expect(model.attempts["FIX.1"]).toMatchObject({ status: "retrying", feedback: "Tests fail" });
    expect(model.attempts["FIX.1"]?.items.at(-1)).toMatchObject({ title: "Tried again", detail: null });
    expect(model.attempts["FIX.2"]).toMatchObject({ status: "running", items: [{ text: "again" }] });
  });

  test("a restart keeps the history and closes what was open", () => {
    const failed = () => event({ type: "RUN_FAILED", error: "no", failure: failure("AGENT_FAILED", "no") });
    const before = fold(created(), queued(), started(), output("x"), failed());
    expect(before).toMatchObject({ status: "failed", failure: { code: "AGENT_FAILED" }, beginnings: 1 });
    const after = foldEvents(before, [created(), queued(2)]);
    expect(after).toMatchObject({
      status: "pending",
      failure: null,
      beginnings: 2,
      notices: [{ title: "Run restarted" }],
    });
    expect(after.attempts["FIX.1"]?.status).toBe("cancelled");
    expect(after.attempts["FIX.2"]?.status).toBe("queued");
  });

  test("the same beginning told twice is no restart", () => {
    const begin = created();
    expect(fold(begin, begin).beginnings).toBe(1);
  });
});

describe("notices", () => {
  test("workload notices go to the step whose session it is, else to the one about to run", () => {
    const starting = event({ type: "CONTAINER_STARTING", sessionId: "ses_1", detail: null });
    const destroyed = event({ type: "CONTAINER_DESTROYED", sessionId: "ses_1", detail: null });
    const model = fold(created(), queued(), starting, started(), complete(), queued(2), destroyed);
    expect(first(model).items.map((item) => (item.kind === "notice" ? item.title : ""))).toEqual([
      "Preparing the workspace",
      "Workspace closed",
    ]);
  });

  test("until the workspace is ready, preparing it is what the step does", () => {
    const starting = event({ type: "CONTAINER_STARTING", sessionId: "ses_1", detail: null });
    const ready = event({ type: "CONTAINER_READY", sessionId: "ses_1", detail: null });
    const model = fold(queued(), started(), starting);
    expect(first(model).activity).toEqual({ state: "preparing", toolName: null });
    expect(first(foldEvents(model, [ready])).activity).toBeNull();
  });

  test("preparing the workspace is told in the step alone, without how it is walled off", () => {
    const starting = event({ type: "CONTAINER_STARTING", sessionId: "ses_1", detail: "bubblewrap" });
    expect(first(fold(queued(), starting)).items).toMatchObject([{ title: "Preparing the workspace", detail: null }]);
    expect(fold(created(), starting).notices).toEqual([]);
  });

  test("with no step to belong to they stand with the run", () => {
    const pushed = event({ type: "BRANCH_PUSHED", branch: "run/run_a", status: "refused", detail: "read only" });
    expect(fold(pushed).notices).toMatchObject([{ tone: "warn", detail: "read only" }]);
  });
});

describe("long text", () => {
  test("is cut into blocks at paragraphs, outside of code, and nothing is lost", () => {
    const paragraph = `${"word ".repeat(120)}\n\n`;
    const fenced = `\`\`\`ts\n${"const a = 1;\n\n".repeat(700)}\`\`\`\n\n`;
    const events = [
      started(),
      ...Array.from({ length: 30 }, () => output(paragraph)),
      output(fenced),
      output(paragraph),
    ];
    const items = first(fold(...events)).items;
    const texts = items.map((item) => (item.kind === "text" ? item.text : ""));
    expect(texts.length).toBeGreaterThan(3);
    expect(texts.join("")).toBe(paragraph.repeat(30) + fenced + paragraph);
    for (const text of texts) {
      expect((text.match(/```/g) ?? []).length % 2).toBe(0);
    }
    expect(new Set(items.map((item) => item.id)).size).toBe(items.length);
  });
});

test("a compaction is an entry of its own and begins a new block of text", () => {
  const compacted = event({
    type: "CONTEXT_COMPACTED",
    ...{ stepId: "FIX", attempt: 1, beforeTokens: 9000, afterTokens: 2000, contextWindow: 10_000 },
    ...{ reason: "window", summary: "Notes." },
  });
  const model = foldEvents(emptyRun, [created(), queued(), started(), output("a"), compacted, output("b")]);
  expect(model.attempts["FIX.1"]?.items.map(({ kind }) => kind)).toEqual(["text", "compaction", "text"]);
  expect(model.attempts["FIX.1"]?.items[1]).toMatchObject({ beforeTokens: 9000, summary: "Notes." });
});

/** Milliseconds of a core that this thread has had: what else the machine does at the same time is not counted. */
const workedMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

test("25,000 entries fold in less than a second, and one more at once", () => {
  const events = [created(), queued(), started()];
  for (let call = 0; call < 12_500; call += 1) {
    events.push(toolStart(`c${call}`), output(`text ${call} `), toolEnd(`c${call}`));
  }
  const begun = workedMs();
  const model = foldEvents(emptyRun, events);
  expect(workedMs() - begun).toBeLessThan(1000);
  expect(model.attempts["FIX.1"]?.items).toHaveLength(25_000);
  expect(model.attempts["FIX.1"]?.items.every((item) => item.kind !== "tool" || item.state === "done")).toBe(true);
  const again = workedMs();
  foldEvents(model, [output("more")]);
  expect(workedMs() - again).toBeLessThan(100);
});
