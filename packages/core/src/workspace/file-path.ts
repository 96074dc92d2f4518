/** Names of files as callers send them: below the top, and never git's own. */
import { Fault } from "@djinnbot/contracts";

/** The path as git spells it. FORBIDDEN for one that leaves the workspace or reaches into `.git`. */
export function checkPath(path: string): string {
  const parts = path.split("/");
  if (path.startsWith("/") || parts.some((part) => part === "." || part === ".." || /^\.git$/i.test(part))) {
    throw new Fault("FORBIDDEN", "That path is outside the workspace.");
  }
  if (parts.some((part) => part === "") || path.includes("\0")) {
    throw new Fault("NOT_FOUND", "The workspace has no such file.");
  }
  return path;
}

const languages: Record<string, string> = {
  c: "c",
  cc: "cpp",
  cpp: "cpp",
  cs: "csharp",
  css: "css",
  go: "go",
  h: "c",
  html: "html",
  java: "java",
  js: "javascript",
  json: "json",
  jsx: "javascript",
  kt: "kotlin",
  lua: "lua",
  md: "markdown",
  mjs: "javascript",
  php: "php",
  py: "python",
  rb: "ruby",
  rs: "rust",
  scss: "scss",
  sh: "bash",
  sql: "sql",
  swift: "swift",
  toml: "toml",
  ts: "typescript",
  tsx: "typescript",
  xml: "xml",
  yaml: "yaml",
  yml: "yaml",
};

/** The language by the name's ending; `text` when unknown. */
export function languageOf(path: string): string {
  const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(languages, ending) ? (languages[ending] as string) : "text";
}
