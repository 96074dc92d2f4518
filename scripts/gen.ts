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
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true",
      CHECKPOINT_DISABLE: "1",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
    },
  });
}

/** The created files, those in a folder of their own named by the folder. */
function folded(files: string[]): string {
  const own = files.map((file) => (/^packages\/(core|db\/prisma\/migrations)\//.test(file) ? dirname(file) : file));
  return [...new Set(own)].join(" ");
}

/** Once something has been written. */
let undo = "";
try {
  if (kind !== "noun" || name === undefined) {
    throw new Error("say what to make: npm run gen -- noun <name>, e.g. npm run gen -- noun invoice-line");
  }
  const { created, edited } = generateNoun(name);
  edited.push("packages/api/openapi.json");
  undo = `To undo it (the changed files return to the last commit):\n  rm -r ${folded(created)}\n  git restore ${edited.join(" ")}\n`;
  run("prisma", ["format"], join(root, "packages/db"));
  run("prisma", ["generate"], join(root, "packages/db"));
  run("biome", ["check", "--write", ...[...created, ...edited].filter((file) => file.endsWith(".ts"))]);
  run("node", ["packages/api/src/print-openapi.ts"]);
  const list = (files: string[]) => files.map((file) => `  ${file}\n`).join("");
  process.stdout.write(
    `\nCreated:\n${list(created)}\nChanged:\n${list(edited)}\nSay what it is in its contract, then run npm test.\n${undo}`,
  );
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n${undo && `It is half made. ${undo}`}`);
  process.exit(1);
}
