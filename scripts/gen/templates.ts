// The texts of a generated slice. They are the house style: change them when the style changes.
import type { Noun } from "./noun.ts";

export function contractFile({ camel, kebab, pascal, plural, path, prefix }: Noun): string {
  return `/** ${pascal}: say in one sentence what it is (agent-svc). */
import { z } from "zod";
import { contract } from "./contract.ts";
import { EpochMs, Name, TenantId } from "./id.ts";
import { PageInput, page } from "./page.ts";

export const ${pascal}Id = z.string().regex(/^${prefix}[0-9a-z]{6,40}$/, "not the id of a ${kebab}");
export const ${pascal} = z.object({ id: ${pascal}Id, tenantId: TenantId, name: z.string(), createdAt: EpochMs, updatedAt: EpochMs });
export type ${pascal} = z.infer<typeof ${pascal}>;

const base = { service: "agent-svc" } as const;
const ref = { ${camel}Id: ${pascal}Id };

export const ${plural} = {
  list: contract({
    ...base,
    method: "GET",
    path: "/v1/${path}/",
    scope: "agents:read",
    page: true,
    summary: "${pascal} rows of the tenant",
    input: PageInput,
    output: page(${pascal}),
  }),
  create: contract({
    ...base,
    method: "POST",
    path: "/v1/${path}/",
    scope: "agents:write",
    status: 201,
    summary: "Create a ${kebab}",
    input: z.object({ name: Name }),
    output: ${pascal},
  }),
  get: contract({
    ...base,
    method: "GET",
    path: "/v1/${path}/{${camel}Id}",
    scope: "agents:read",
    summary: "One ${kebab}",
    input: z.object(ref),
    output: ${pascal},
    faults: ["NOT_FOUND"],
  }),
  update: contract({
    ...base,
    method: "PATCH",
    path: "/v1/${path}/{${camel}Id}",
    scope: "agents:write",
    summary: "Rename a ${kebab}",
    input: z.object({ ...ref, name: Name }),
    output: ${pascal},
    faults: ["NOT_FOUND"],
  }),
  delete: contract({
    ...base,
    method: "DELETE",
    path: "/v1/${path}/{${camel}Id}",
    scope: "agents:write",
    summary: "Delete a ${kebab}",
    input: z.object(ref),
    output: z.object({ status: z.literal("deleted"), ${camel}Id: ${pascal}Id }),
    faults: ["NOT_FOUND"],
  }),
};
`;
}

const imports = (noun: Noun, ...more: string[]) =>
  [
    `import type { ${noun.plural} } from "@djinnbot/contracts";`,
    ...more,
    'import type { VerbArgs } from "../ctx.ts";',
    'import { guard } from "../guard.ts";',
  ].join("\n");

export function verbFiles(noun: Noun): Record<string, string> {
  return {
    "queries.ts": queries(noun),
    "list.ts": list(noun),
    "create.ts": create(noun),
    "get.ts": get(noun),
    "update.ts": update(noun),
    "delete.ts": remove(noun),
    "index.ts": index(noun),
    [`${noun.kebab}.int.test.ts`]: test(noun),
  };
}

function queries({ camel, pascal }: Noun): string {
  return `/** What the verbs of this noun share. */
import { type ${pascal}, notFound } from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import { num } from "../json.ts";

export type ${pascal}Row = Prisma.${pascal}GetPayload<Record<string, never>>;

/** Throws NOT_FOUND, also for another tenant's row. */
export async function get${pascal}OrFault(tx: Tx, id: string): Promise<${pascal}Row> {
  const row = await tx.${camel}.findFirst({ where: { id } });
  if (!row) {
    throw notFound("${pascal}");
  }
  return row;
}

export function to${pascal}(row: ${pascal}Row): ${pascal} {
  return { ...row, createdAt: num(row.createdAt), updatedAt: num(row.updatedAt) };
}
`;
}

function list(noun: Noun): string {
  const { camel, pascal, plural } = noun;
  return `${imports(noun, 'import { withTenant } from "@djinnbot/db";')}
import { to${pascal} } from "./queries.ts";

/** Rows by name; the cursor is the last id. */
export async function list${pascal}s({ ctx, input }: VerbArgs<typeof ${plural}.list>) {
  guard(ctx, "agents:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => {
    const rows = await tx.${camel}.findMany({
      orderBy: [{ name: "asc" }, { id: "asc" }],
      take: input.limit + 1,
      ...(input.cursor === undefined ? {} : { cursor: { id: input.cursor }, skip: 1 }),
    });
    const items = rows.slice(0, input.limit).map(to${pascal});
    return { items, nextCursor: rows.length > input.limit ? (items.at(-1)?.id ?? null) : null };
  });
}
`;
}

function create(noun: Noun): string {
  const { camel, kebab, pascal, plural } = noun;
  return `import { newId, type ${plural} } from "@djinnbot/contracts";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import type { VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { to${pascal} } from "./queries.ts";

/** Creates a row with its audit entry. */
export async function create${pascal}({ ctx, input }: VerbArgs<typeof ${plural}.create>) {
  guard(ctx, "agents:write");
  return change(ctx, async (tx) => {
    const now = ctx.now();
    const row = await tx.${camel}.create({ data: { id: newId("${camel}"), name: input.name, createdAt: now, updatedAt: now } });
    await audit(tx, ctx, { action: "${kebab}.create", entity: "${kebab}", entityId: row.id, detail: { name: row.name } });
    return to${pascal}(row);
  });
}
`;
}

function get(noun: Noun): string {
  const { camel, pascal, plural } = noun;
  return `${imports(noun, 'import { withTenant } from "@djinnbot/db";')}
import { get${pascal}OrFault, to${pascal} } from "./queries.ts";

/** One row by its id. */
export async function get${pascal}({ ctx, input }: VerbArgs<typeof ${plural}.get>) {
  guard(ctx, "agents:read");
  return withTenant(ctx.deps.db, ctx.tenantId, async (tx) => to${pascal}(await get${pascal}OrFault(tx, input.${camel}Id)));
}
`;
}

function update(noun: Noun): string {
  const { camel, kebab, pascal, plural } = noun;
  return `${imports(noun, 'import { audit } from "../audit.ts";', 'import { change } from "../change.ts";')}
import { get${pascal}OrFault, to${pascal} } from "./queries.ts";

/** Renames a row. */
export async function update${pascal}({ ctx, input }: VerbArgs<typeof ${plural}.update>) {
  guard(ctx, "agents:write");
  return change(ctx, async (tx) => {
    const { id } = await get${pascal}OrFault(tx, input.${camel}Id);
    const row = await tx.${camel}.update({ where: { id }, data: { name: input.name, updatedAt: ctx.now() } });
    await audit(tx, ctx, { action: "${kebab}.update", entity: "${kebab}", entityId: id });
    return to${pascal}(row);
  });
}
`;
}

function remove(noun: Noun): string {
  const { camel, kebab, pascal, plural } = noun;
  return `${imports(noun, 'import { audit } from "../audit.ts";', 'import { change } from "../change.ts";')}
import { get${pascal}OrFault } from "./queries.ts";

/** Deletes a row. */
export async function delete${pascal}({ ctx, input }: VerbArgs<typeof ${plural}.delete>) {
  guard(ctx, "agents:write");
  return change(ctx, async (tx) => {
    const { id } = await get${pascal}OrFault(tx, input.${camel}Id);
    await tx.${camel}.delete({ where: { id } });
    await audit(tx, ctx, { action: "${kebab}.delete", entity: "${kebab}", entityId: id });
    return { status: "deleted" as const, ${camel}Id: id };
  });
}
`;
}

function index({ camel, pascal, plural }: Noun): string {
  return `/** Verbs of the noun \`${plural}\`. */
import type { Contracts } from "@djinnbot/contracts";
import type { VerbsOf } from "../verbs.ts";
import { create${pascal} } from "./create.ts";
import { delete${pascal} } from "./delete.ts";
import { get${pascal} } from "./get.ts";
import { list${pascal}s } from "./list.ts";
import { update${pascal} } from "./update.ts";

export const ${camel}Verbs: VerbsOf<Contracts["${plural}"]> = {
  list: list${pascal}s,
  create: create${pascal},
  get: get${pascal},
  update: update${pascal},
  delete: delete${pascal},
};
`;
}

function test({ camel, pascal, plural }: Noun): string {
  return `import { testDeps, twoTenants } from "@djinnbot/testing";
import { describe, expect, it } from "vitest";

const deps = await testDeps();

describe("${plural}", () => {
  it("are created, read, renamed, listed and deleted by their tenant", async () => {
    const { a } = await twoTenants(deps);
    const made = await a.run<{ id: string }>("${plural}", "create", { name: "First" });
    await a.run("${plural}", "update", { ${camel}Id: made.id, name: "Second" });
    const found = await a.run<{ name: string }>("${plural}", "get", { ${camel}Id: made.id });
    expect(found.name).toBe("Second");
    const list = await a.run<{ items: unknown[] }>("${plural}", "list", {});
    expect(list.items).toHaveLength(1);
    await a.run("${plural}", "delete", { ${camel}Id: made.id });
    await expect(a.run("${plural}", "get", { ${camel}Id: made.id })).rejects.toThrow("${pascal} not found");
  });

  it("are not there for another tenant", async () => {
    const { a, b } = await twoTenants(deps);
    const made = await a.run<{ id: string }>("${plural}", "create", { name: "First" });
    await expect(b.run("${plural}", "get", { ${camel}Id: made.id })).rejects.toThrow("${pascal} not found");
    const list = await b.run<{ items: unknown[] }>("${plural}", "list", {});
    expect(list.items).toHaveLength(0);
  });
});
`;
}

export function modelFile({ pascal, table }: Noun): string {
  return `model ${pascal} {
  id        String @id @db.VarChar(64)
  tenantId  String @default(dbgenerated("djinnbot_tenant()")) @map("tenant_id") @db.VarChar(64)
  name      String @db.VarChar(256)
  createdAt BigInt @map("created_at")
  updatedAt BigInt @map("updated_at")
  tenant    Tenant @relation(fields: [tenantId], references: [id], onDelete: Cascade)

  @@unique([tenantId, id])
  @@map("${table}")
}
`;
}

export function migrationFile({ table }: Noun): string {
  return `CREATE TABLE "${table}" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "name" VARCHAR(256) NOT NULL,
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "${table}_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "${table}_tenant_id_id_key" ON "${table}"("tenant_id", "id");
ALTER TABLE "${table}" ADD CONSTRAINT "${table}_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;
SELECT djinnbot_protect('${table}');
`;
}

/** The isolation test's entries for the new operations. */
export function isolationEntry(text: string, { camel, plural, prefix }: Noun): string {
  const missing = `{ ${camel}Id: "${prefix}zzzzzzzzzzzzzzzz"`;
  const foreign = (extra: string) =>
    `{ kind: "foreign", input: (a) => ({ ${camel}Id: a.${camel}Id${extra} }), missing: ${missing}${extra} } }`;
  const entry = `  ${plural}: {
    list: own(),
    create: own(() => ({ name: "b" })),
    get: ${foreign("")},
    update: ${foreign(', name: "taken over"')},
    delete: ${foreign("")},
  },
`;
  return text
    .replace(/( {2}system: \{ status: open\(\) \},\n)/, `${entry}$1`)
    .replace("  marks: string[];", `  ${camel}Id: string;\n  marks: string[];`);
}

/** Gives tenant A one of the new rows before the isolation test. */
export function isolationFill(text: string, { camel, plural }: Noun): string {
  return text
    .replace(
      "  return {\n",
      `  const ${camel} = await tenant.run<{ id: string }>("${plural}", "create", { name: \`New \${mark}\` });\n  return {\n`,
    )
    .replace("    marks: [", `    ${camel}Id: ${camel}.id,\n    marks: [${camel}.id, `);
}
