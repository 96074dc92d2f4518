// The committed API description is current, and nothing that clients rely on was taken away (spec 10.1: additive only).
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fail, pass, rootDir } from "./check.ts";

interface Schema {
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
}
interface Operation {
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses?: Record<string, { content?: Record<string, { schema?: Schema }> }>;
}
type Document = { paths: Record<string, Record<string, Operation>> };

const file = "packages/api/openapi.json";
const committed = readFileSync(join(rootDir, file), "utf8");
const current = execFileSync(process.execPath, ["packages/api/src/print-openapi.ts", "--stdout"], {
  cwd: rootDir,
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
});
const problems: string[] = [];
if (current.trim() !== committed.trim()) {
  problems.push(`${file} is not current: run npm run openapi`);
}

/** What main had before this change; null on main's first commit. */
function before(): Document | null {
  for (const ref of ["origin/main", "HEAD"]) {
    try {
      return JSON.parse(
        execFileSync("git", ["show", `${ref}:${file}`], {
          cwd: rootDir,
          encoding: "utf8",
          maxBuffer: 64 * 1024 * 1024,
          stdio: ["ignore", "pipe", "ignore"],
        }),
      );
    } catch {
      // not there: try the next
    }
  }
  return null;
}

const bodyOf = (operation: Operation): Schema => operation.requestBody?.content?.["application/json"]?.schema ?? {};
const answerOf = (operation: Operation): Schema =>
  Object.entries(operation.responses ?? {}).find(([status]) => status.startsWith("2"))?.[1].content?.[
    "application/json"
  ]?.schema ?? {};

/** Field names of an answer, lists and nested objects included. */
function fields(schema: Schema, path = ""): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
    `${path}${name}`,
    ...fields(inner, `${path}${name}.`),
  ]);
  return schema.items ? [...own, ...fields(schema.items, `${path}[].`)] : own;
}

const [old, now] = [before(), JSON.parse(current) as Document];
for (const [path, methods] of Object.entries(old?.paths ?? {})) {
  for (const [method, operation] of Object.entries(methods)) {
    const name = `${method.toUpperCase()} ${path}`;
    const successor = now.paths[path]?.[method];
    if (!successor) {
      problems.push(`${name} was removed`);
      continue;
    }
    const gone = fields(answerOf(operation)).filter((field) => !fields(answerOf(successor)).includes(field));
    problems.push(...gone.map((field) => `${name}: the answer lost ${field}`));
    const required = (bodyOf(successor).required ?? []).filter(
      (field) => !(bodyOf(operation).required ?? []).includes(field),
    );
    problems.push(...required.map((field) => `${name}: ${field} became required`));
  }
}
if (problems.length > 0) {
  fail("openapi", problems);
}
pass(`openapi: current, ${Object.keys(now.paths).length} paths, nothing taken away`);
