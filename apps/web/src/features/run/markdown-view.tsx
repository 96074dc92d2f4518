"use client";
import { CodeBlock, cn } from "@djinnbot/ui";
import type { ReactNode } from "react";
import { type Components, Streamdown } from "streamdown";

const heading = "mt-3 mb-1 font-semibold first:mt-0";

/** Our own elements: the text comes from an agent, so pictures are only named, and links open apart without a referrer. */
const COMPONENTS: Components = {
  h1: ({ children }) => (
    <h3 dir="auto" className={cn(heading, "text-base")}>
      {children}
    </h3>
  ),
  h2: ({ children }) => (
    <h4 dir="auto" className={cn(heading, "text-base")}>
      {children}
    </h4>
  ),
  h3: ({ children }) => (
    <h5 dir="auto" className={heading}>
      {children}
    </h5>
  ),
  h4: ({ children }) => (
    <h6 dir="auto" className={heading}>
      {children}
    </h6>
  ),
  p: ({ children }) => (
    <p dir="auto" className="my-2 first:mt-0 last:mb-0">
      {children}
    </p>
  ),
  ul: ({ children }) => (
    <ul dir="auto" className="my-2 list-disc ps-5 first:mt-0 last:mb-0">
      {children}
    </ul>
  ),
  ol: ({ children, start }) => (
    <ol dir="auto" start={start} className="my-2 list-decimal ps-5 first:mt-0 last:mb-0">
      {children}
    </ol>
  ),
  li: ({ children }) => <li className="my-0.5">{children}</li>,
  blockquote: ({ children }) => (
    <blockquote dir="auto" className="my-2 border-s-2 border-line-control ps-3 text-muted">
      {children}
    </blockquote>
  ),
  hr: () => <hr className="my-3 border-line" />,
  a: ({ href, children }) =>
    href === undefined ? (
      <span>{children}</span>
    ) : (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow" className="text-accent-text underline">
        {children}
      </a>
    ),
  img: ({ alt, src }) => (
    <span className="text-muted">
      [picture{alt ? `: ${alt}` : ""}
      {typeof src === "string" ? ` ${src}` : ""}]
    </span>
  ),
  strong: ({ children }) => <strong className="font-semibold">{children}</strong>,
  inlineCode: ({ children }) => <code className="rounded-sm bg-sunken px-1 font-mono text-xs">{children}</code>,
  code: ({ children }) => <CodeBlock code={textOf(children).replace(/\n$/, "")} className="my-2" />,
  table: ({ children }) => (
    <div className="my-2 overflow-x-auto">
      <table className="border-collapse text-sm">{children}</table>
    </div>
  ),
  th: ({ children }) => (
    <th dir="auto" className="border border-line bg-sunken px-2 py-1 text-start font-medium">
      {children}
    </th>
  ),
  td: ({ children }) => (
    <td dir="auto" className="border border-line px-2 py-1 align-top">
      {children}
    </td>
  ),
};

/** The renderer itself; loaded when the first text is shown. */
export default function MarkdownView({ text, streaming }: { text: string; streaming: boolean }) {
  return (
    <Streamdown
      mode={streaming ? "streaming" : "static"}
      parseIncompleteMarkdown={streaming}
      controls={false}
      linkSafety={{ enabled: false }}
      components={COMPONENTS}
      className="contents"
    >
      {text}
    </Streamdown>
  );
}

function textOf(node: ReactNode): string {
  if (typeof node === "string" || typeof node === "number") {
    return String(node);
  }
  return Array.isArray(node) ? node.map((child: ReactNode) => textOf(child)).join("") : "";
}
