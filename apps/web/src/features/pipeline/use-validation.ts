"use client";
import type { PipelineProblem } from "@djinnbot/contracts";
import { useEffect, useRef, useState } from "react";
import { trpc } from "@/trpc/client.ts";

/** After this pause in typing (ms) the text is checked. */
const PAUSE_MS = 350;
const MAX_CHARS = 262_144;

export type Validation = {
  /** `unknown`: the check itself failed. */
  state: "checking" | "valid" | "invalid" | "unknown";
  problems: readonly PipelineProblem[];
  error: unknown;
};

/** Checks a text by the rules of the server while it is written; the last answer stands until the next. */
export function useValidation(pipelineId: string, text: string | null): Validation {
  const { mutateAsync } = trpc.pipelines.validate.useMutation();
  const [found, setFound] = useState<Validation & { text: string | null }>({
    state: "checking",
    problems: [],
    error: null,
    text: null,
  });
  const isFirst = useRef(true);
  useEffect(() => {
    if (text === null) {
      return;
    }
    const local = checkHere(text);
    if (local !== null) {
      setFound({ state: "invalid", problems: [local], error: null, text });
      return;
    }
    let current = true;
    const timer = setTimeout(
      () => {
        isFirst.current = false;
        mutateAsync({ pipelineId, yamlContent: text }).then(
          ({ valid, problems }) =>
            current && setFound({ state: valid ? "valid" : "invalid", problems, error: null, text }),
          (error: unknown) =>
            current && setFound((before) => ({ state: "unknown", problems: before.problems, error, text })),
        );
      },
      isFirst.current ? 0 : PAUSE_MS,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [mutateAsync, pipelineId, text]);
  return found.text === text ? found : { ...found, state: "checking" };
}

/** What the operation would refuse before it reads anything. */
function checkHere(text: string): PipelineProblem | null {
  const message =
    text.trim() === ""
      ? "The pipeline is empty."
      : text.length > MAX_CHARS
        ? "The pipeline is longer than 256 KiB."
        : null;
  return message === null ? null : { severity: "error", message, line: 1, column: 1, path: "" };
}
