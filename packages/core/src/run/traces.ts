import { rm } from "node:fs/promises";
import { tenantPaths } from "@djinnbot/config";
import { withTenant } from "@djinnbot/db";
import { tenantKeys } from "@djinnbot/events";
import type { Ctx } from "../ctx.ts";

/** Removes streams and files of deleted runs. Never throws: what a fault leaves here is harmless and never another tenant's. */
export async function removeRunTraces(
  ctx: Pick<Ctx, "deps" | "tenantId" | "log">,
  ids: readonly string[],
): Promise<void> {
  const paths = tenantPaths(ctx.deps.config.dataDir, ctx.tenantId);
  const shared = await sharedRoots(ctx, ids);
  for (const id of ids) {
    const keys = [
      tenantKeys.runEvents(ctx.tenantId, id),
      tenantKeys.runCommands(ctx.tenantId, id),
      tenantKeys.runStatus(ctx.tenantId, id),
    ];
    const folders = [paths.run(id), ...(shared.has(id) ? [] : [paths.ownMirror(id)])];
    await Promise.all([
      ctx.deps.redis.del(...keys),
      ...folders.map((folder) => rm(folder, { recursive: true, force: true })),
    ]).catch((error: Error) => ctx.log.warn({ err: error.message, run: id }, "traces of a deleted run are left"));
  }
}

/** Runs whose repository others still work in: forks of them. When that cannot be told, all of them. */
async function sharedRoots(ctx: Pick<Ctx, "deps" | "tenantId" | "log">, ids: readonly string[]): Promise<Set<string>> {
  try {
    const rows = await withTenant(ctx.deps.db, ctx.tenantId, (tx) =>
      tx.run.findMany({ where: { rootRunId: { in: [...ids] } }, select: { rootRunId: true }, distinct: ["rootRunId"] }),
    );
    return new Set(rows.flatMap((row) => row.rootRunId ?? []));
  } catch (error) {
    ctx.log.warn({ err: (error as Error).message }, "repositories of deleted runs are left");
    return new Set(ids);
  }
}
