/** Every file of a tenant lies below `{dataDir}/tenants/{tenantId}`; this is the only place that spells such a path. */
import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";

const segment = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

function safe(part: string): string {
  if (!segment.test(part) || part.includes("..")) {
    throw new Error("refused path segment");
  }
  return part;
}

/** Builders of absolute paths for one tenant. Throws on an id that is not a plain path segment. */
export function tenantPaths(dataDir: string, tenantId: string) {
  const root = join(resolve(dataDir), "tenants", safe(tenantId));
  const run = (runId: string) => join(root, "runs", safe(runId));
  const mirror = (repository: string) =>
    join(root, "workspaces", `${createHash("sha256").update(repository).digest("hex").slice(0, 32)}.git`);
  return {
    root,
    runs: join(root, "runs"),
    run,
    /** Working copy of a run, on branch `run/{runId}`. */
    workspace: (runId: string) => join(run(runId), "workspace"),
    /** Home directory of an agent inside a run: spilled tool output, caches. */
    home: (runId: string, agentId: string) => join(run(runId), "home", safe(agentId)),
    /** What the engine keeps of a run's workloads: their output and how they ended. Never visible inside one. */
    workloads: (runId: string) => join(run(runId), "workloads"),
    /** Bare mirror of a repository, named by the hash of its address; only the engine touches it. */
    mirror,
    /** The mirror of a run without a repository: its alone. */
    ownMirror: (runId: string) => mirror(`run:${runId}`),
  };
}
export type TenantPaths = ReturnType<typeof tenantPaths>;

/** Sockets through which workloads without a network reach what they may; the folder is shown inside every one of them. */
export function doorPaths(dir: string) {
  return { dir, api: join(dir, "api.sock"), redis: join(dir, "redis.sock"), proxy: join(dir, "proxy.sock") };
}

/** Folder of the door's sockets on this machine. */
export function doorDir(dataDir: string): string {
  return join(resolve(dataDir), "door");
}

/** True when `path` is `base` or lies below it (no file system access). */
export function isInside(base: string, path: string): boolean {
  const rel = relative(resolve(base), resolve(path));
  return rel === "" || !(rel === ".." || rel.startsWith(`..${sep}`) || isAbsolute(rel));
}

/**
 * Resolves `path` (relative to `base`) with every symlink followed and returns the real path, or null when it leaves `base`.
 * The last segments may not exist yet: the deepest existing parent decides.
 */
export async function resolveInside(base: string, path: string): Promise<string | null> {
  const realBase = await realpath(base);
  const wanted = isAbsolute(path) ? resolve(path) : resolve(realBase, path);
  let existing = wanted;
  const rest: string[] = [];
  for (;;) {
    try {
      const real = await realpath(/*turbopackIgnore: true*/ existing);
      const full = rest.length === 0 ? real : join(real, ...rest.reverse());
      return isInside(realBase, full) ? full : null;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const parent = resolve(existing, "..");
      if (code !== "ENOENT" || parent === existing) {
        return null;
      }
      rest.push(relative(parent, existing));
      existing = parent;
    }
  }
}
