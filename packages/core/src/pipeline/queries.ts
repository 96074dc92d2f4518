/** What several pipeline verbs share. */
import { Fault, notFound, type Pipeline, type PipelineProblem } from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import { parse } from "yaml";
import { num } from "../json.ts";
import { parsePipeline } from "../pipeline-language/index.ts";

export type PipelineRow = Prisma.PipelineGetPayload<Record<string, never>>;

/** The tenant's own pipeline before a global one of the same slug. Throws NOT_FOUND. */
export async function getPipelineOrFault(tx: Tx, slug: string): Promise<PipelineRow> {
  const rows = await tx.pipeline.findMany({ where: { slug } });
  const row = rows.find((candidate) => candidate.tenantId !== null) ?? rows[0];
  if (!row) {
    throw notFound("Pipeline");
  }
  return row;
}

/** The tenant's own pipeline. FORBIDDEN with the way out when only a global one has that slug. */
export async function getOwnPipelineOrFault(tx: Tx, slug: string): Promise<PipelineRow> {
  const row = await getPipelineOrFault(tx, slug);
  if (row.tenantId === null) {
    throw new Fault(
      "FORBIDDEN",
      `"${slug}" comes with the platform and cannot be changed. Clone it and change the copy.`,
    );
  }
  return row;
}

/** A row as the contract shows it, with its steps and agents read from the text. */
export function toPipeline(row: PipelineRow): Pipeline {
  const { steps, agents } = looseDocument(row.yamlContent);
  return {
    id: row.slug,
    tenantId: row.tenantId,
    isGlobal: row.tenantId === null,
    name: row.name,
    description: row.description,
    version: row.version,
    steps,
    agents,
    valid: !parsePipeline(row.yamlContent).problems.some(({ severity }) => severity === "error"),
    createdAt: num(row.createdAt),
    updatedAt: num(row.updatedAt),
  };
}

/** Steps and agents as they stand in the text; a text that does not parse has none (its problems come from `validate`). */
function looseDocument(yaml: string): { steps: Record<string, unknown>[]; agents: Record<string, unknown>[] } {
  let document: unknown;
  try {
    document = parse(yaml, { maxAliasCount: 20 });
  } catch {
    return { steps: [], agents: [] };
  }
  const list = (key: string) => {
    const value =
      typeof document === "object" && document !== null ? (document as Record<string, unknown>)[key] : undefined;
    return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
  };
  return { steps: list("steps"), agents: list("agents") };
}

/** `line 3, column 5: …`, as the earlier system's clients show them. */
export function problemLine(problem: PipelineProblem): string {
  return `line ${problem.line}, column ${problem.column}: ${problem.message}`;
}
