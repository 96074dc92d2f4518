// Writes a whole slice for a noun: contract, verbs, table with row-level security, isolation entry and tests.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertFree } from "./name-check.ts";
import * as slice from "./templates.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export interface Noun {
  /** `invoice-line` */
  kebab: string;
  /** `invoiceLine` */
  camel: string;
  /** `InvoiceLine` */
  pascal: string;
  /** `invoiceLines`: key of the contracts and of tRPC. */
  plural: string;
  /** `invoice-lines`: REST path. */
  path: string;
  /** `invoice_lines` */
  table: string;
  /** Prefix of its ids, with the underscore. */
  prefix: string;
}

/** Throws with a sentence when the name cannot become a noun. */
export function nounOf(name: string): Noun {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40) {
    throw new Error(
      `"${name}" is not a noun: use lower-case words joined by dashes, in the singular, e.g. invoice-line`,
    );
  }
  const pascal = name.replace(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase());
  const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1);
  const pluralise = (word: string) =>
    /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : /(s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
  const path = pluralise(name);
  return {
    kebab: name,
    camel,
    pascal,
    plural: pluralise(camel),
    path,
    table: path.replaceAll("-", "_"),
    prefix: `${name.replaceAll("-", "").slice(0, 6)}_`,
  };
}

/** Files of a generated slice: new ones, and existing ones that have more lines now. */
export interface Written {
  created: string[];
  edited: string[];
}

/** Writes the slice. Throws before it writes when the name is reserved or taken. */
export function generateNoun(name: string): Written {
  const noun = nounOf(name);
  assertFree(root, noun);
  const created: string[] = [];
  const edited: string[] = [];
  const create = (path: string, text: string) => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: "wx" });
    created.push(path);
  };
  const edit = (path: string, change: (text: string) => string) => {
    const file = join(root, path);
    const before = readFileSync(file, "utf8");
    const after = change(before);
    if (after === before) {
      throw new Error(`${path} has no longer the place where a noun is added`);
    }
    writeFileSync(file, after);
    edited.push(path);
  };
  create(`packages/contracts/src/${noun.kebab}.ts`, slice.contractFile(noun));
  edit("packages/contracts/src/id.ts", (text) =>
    text.replace("} as const;", `  ${noun.camel}: "${noun.prefix}",\n} as const;`),
  );
  edit("packages/contracts/src/index.ts", (text) =>
    text
      .replace(/(import \{ agents \})/, `import { ${noun.plural} } from "./${noun.kebab}.ts";\n$1`)
      .replace(/(export \* from "\.\/agent\.ts";)/, `$1\nexport * from "./${noun.kebab}.ts";`)
      .replace(/(export const contracts = \{[^}]*?),?\s*\}/, `$1, ${noun.plural} }`),
  );
  for (const [file, text] of Object.entries(slice.verbFiles(noun))) {
    create(`packages/core/src/${noun.kebab}/${file}`, text);
  }
  edit("packages/core/src/verbs.ts", (text) =>
    text
      .replace(/(import \{ agentVerbs \})/, `import { ${noun.camel}Verbs } from "./${noun.kebab}/index.ts";\n$1`)
      .replace("export const verbs: Verbs = {", `export const verbs: Verbs = {\n  ${noun.plural}: ${noun.camel}Verbs,`),
  );
  create(`packages/db/prisma/schema/${noun.kebab}.prisma`, slice.modelFile(noun));
  edit("packages/db/prisma/schema/auth.prisma", (text) =>
    text.replace(/(\n\s*@@index\(\[ownerUserId\])/, `\n  ${noun.plural} ${noun.pascal}[]\n$1`),
  );
  create(`packages/db/prisma/migrations/${nextMigration(noun)}/migration.sql`, slice.migrationFile(noun));
  edit("packages/api/src/isolation/fixtures.ts", (text) => slice.isolationEntry(text, noun));
  edit("packages/api/src/isolation/theirs.ts", (text) => slice.isolationFill(text, noun));
  return { created, edited };
}

function nextMigration(noun: Noun): string {
  const numbers = readdirSync(join(root, "packages/db/prisma/migrations")).map(
    (entry) => Number(entry.slice(0, 4)) || 0,
  );
  return `${String(Math.max(0, ...numbers) + 1).padStart(4, "0")}_${noun.table}`;
}
