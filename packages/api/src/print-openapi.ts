/** Writes packages/api/openapi.json, or with `--stdout` prints it; a check compares the file with the contracts. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openApiDocument } from "./openapi.ts";

const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;
if (process.argv.includes("--stdout")) {
  process.stdout.write(text);
} else {
  await writeFile(join(import.meta.dirname, "..", "openapi.json"), text);
}
