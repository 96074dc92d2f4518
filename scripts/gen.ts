// `npm run gen -- noun <name>`: writes a slice that passes `npm test`, then formats it and generates the database client.
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateNoun } from "./gen/noun.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [kind, name] = process.argv.slice(2);

function run(command: string, args: string[], cwd = root): void {
  execFileSync(join(root, "node_modules", ".bin", command), args, {
    cwd,
    stdio: "inherit",
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true" },
  });
}

try {
  if (kind !== "noun" || name === undefined) {
    throw new Error("say what to make: npm run gen -- noun <name>, e.g. npm run gen -- noun invoice-line");
  }
  const files = generateNoun(name);
  run("prisma", ["format"], join(root, "packages/db"));
  run("prisma", ["generate"], join(root, "packages/db"));
  run("biome", ["check", "--write", ...files.filter((file) => file.endsWith(".ts"))]);
  run("node", ["packages/api/src/print-openapi.ts"]);
  process.stdout.write(
    `\n${files.map((file) => `  ${file}`).join("\n")}\n\nSay what it is in its contract, then run npm test.\n`,
  );
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
