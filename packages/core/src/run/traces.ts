import { rm } from "node:fs/promises";
import { tenantPaths } from "@djinnbot/config";
import { tenantKeys } from "@djinnbot/events";
import type { Ctx } from "../ctx.ts";

/** Removes streams and files of deleted runs. Never throws: what a fault leaves here is harmless and never another tenant's. */
export async function removeRunTraces(
  ctx: Pick<Ctx, "deps" | "tenantId" | "log">,
  ids: readonly string[],
): Promise<void> {
  const paths = tenantPaths(ctx.deps.config.dataDir, ctx.tenantId);
  for (const id of ids) {
    const keys = [
      tenantKeys.runEvents(ctx.tenantId, id),
      tenantKeys.runCommands(ctx.tenantId, id),
      tenantKeys.runStatus(ctx.tenantId, id),
    ];
    const folders = [paths.run(id), paths.ownMirror(id)];
    await Promise.all([
      ctx.deps.redis.del(...keys),
      ...folders.map((folder) => rm(folder, { recursive: true, force: true })),
    ]).catch((error: Error) => ctx.log.warn({ err: error.message, run: id }, "traces of a deleted run are left"));
  }
}
