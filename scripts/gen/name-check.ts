// Whether a name can become a noun here: asked before anything is written.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Noun } from "./noun.ts";

/** Words that TypeScript or Prisma keep for themselves; a noun becomes a variable, a type and a model. */
const reserved = new Set(
  (
    "arguments as async await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for from function get if implements import in instanceof interface let new null of package private protected " +
    "public return set static super switch this throw true try type typeof undefined var void while with yield " +
    "array bigInt boolean bytes date dateTime decimal error float int json map number object prisma prismaClient promise record " +
    "string symbol"
  ).split(" "),
);

/** Throws with a sentence when the name is a reserved word, or is taken. */
export function assertFree(root: string, noun: Noun): void {
  const { kebab, camel, plural } = noun;
  if (reserved.has(camel) || reserved.has(plural)) {
    throw new Error(`"${kebab}" is a reserved word of TypeScript or Prisma: choose another noun, e.g. ${kebab}-entry`);
  }
  const place = placeOf(root, noun);
  if (place) {
    throw new Error(`${kebab} exists already (${place}): choose another noun, or change that one by hand`);
  }
}

/** The file that already has what the noun would be called, or null. */
function placeOf(root: string, { kebab, camel, pascal, plural, prefix, table }: Noun): string | null {
  const exported = new RegExp(
    `^export (const|type|interface|class|function) (${pascal}|${pascal}Id|${plural})\\b`,
    "m",
  );
  const taken: [string, RegExp][] = [
    ["packages/contracts/src", exported],
    ["packages/db/prisma/schema", new RegExp(`^model ${pascal} \\{|@@map\\("${table}"\\)`, "m")],
  ];
  for (const [folder, pattern] of taken) {
    for (const file of readdirSync(join(root, folder)).toSorted()) {
      const isNamesake = file.replace(/\.(ts|prisma)$/, "") === kebab;
      if (isNamesake || pattern.test(readFileSync(join(root, folder, file), "utf8"))) {
        return `${folder}/${file}`;
      }
    }
  }
  const ids = "packages/contracts/src/id.ts";
  return new RegExp(`^ {2}${camel}: "|"${prefix}"`, "m").test(readFileSync(join(root, ids), "utf8")) ? ids : null;
}
