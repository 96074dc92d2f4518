// Every path that a document cites exists.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fail, listFiles, pass, rootDir } from "./check.ts";

const cited = /`((?:apps|packages|scripts|docs|pipelines|templates|docker|bench)\/[\w./@()[\]-]+)`|\]\(([^)#:]+)\)/g;
const problems: string[] = [];
let count = 0;
for (const file of listFiles(".", /\.md$/).filter(
  (path) => !/^(templates|packages\/testing\/demo-project)\//.test(path),
)) {
  const text = readFileSync(join(rootDir, file), "utf8");
  for (const match of text.matchAll(cited)) {
    const path = match[1] ?? join(dirname(file), match[2] ?? "");
    // Names with a placeholder or made up as an example are not paths.
    if (/[<>*…]|invoice-line/.test(path)) {
      continue;
    }
    count += 1;
    if (!existsSync(join(rootDir, path))) {
      problems.push(`${file}:${text.slice(0, match.index).split("\n").length}: ${path} does not exist`);
    }
  }
}
if (problems.length > 0) {
  fail("doc-refs", problems);
}
pass(`doc-refs: ${count} paths in documents exist`);
