import { describe, expect, it } from "vitest";
import { stepWordsOf } from "./event-words.ts";
import type { ArrivedEvent } from "./transcript-model.ts";

const refused = (reason: string, agentId?: string) =>
  stepWordsOf({
    type: "EGRESS_REFUSED",
    stepId: "BUILD",
    attempt: 1,
    host: "a.test",
    port: 80,
    reason,
    agentId,
    detail: "It is not allowed.",
  } as ArrivedEvent);

describe("a refused connection", () => {
  it.each([
    ["tenant", undefined, "/settings/network"],
    ["agent", "ada", "/agents/ada?tab=config"],
    ["agent", undefined, undefined],
    ["private", "ada", undefined],
    ["port", "ada", undefined],
  ])("by reason %s of agent %s leads to %s", (reason, agentId, href) => {
    const words = refused(reason, agentId);
    expect(words).toMatchObject({
      title: "Not allowed to connect to a.test:80",
      detail: expect.stringContaining("not allow"),
    });
    expect(words?.link?.href).toBe(href);
  });
});
