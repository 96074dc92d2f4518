"use client";
import { CodeBlock } from "@djinnbot/ui";
import { useMemo } from "react";
import { AnsiText } from "./ansi-text.tsx";
import { readableJson } from "./json-text.ts";
import { Markdown } from "./markdown.tsx";

/** What a step delivered: JSON as code, output of a command with its colours, all else as markdown with its line breaks. */
export function ReadableText({ text }: { text: string }) {
  const json = useMemo(() => readableJson(text), [text]);
  if (json !== null) {
    return <CodeBlock code={json} label="JSON" wrap />;
  }
  return text.includes("\u001b") ? <AnsiText text={text} /> : <Markdown text={text} breaks />;
}
