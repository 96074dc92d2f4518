/** Which repositories a run may name: remote addresses of known schemes, or paths inside folders that the operator allows. */
import { realpath } from "node:fs/promises";
import { isInside } from "@djinnbot/config";
import { Fault } from "@djinnbot/contracts";
import type { Ctx } from "../ctx.ts";
import { assertPublicHost } from "../net/index.ts";

const remote = /^(https?|ssh|git):\/\//i;
const scp = /^[\w.-]+@(\w[\w.-]*):(?!\/\/)[\w./~-]+$/;

/**
 * The repository in the form the engine clones: an address without credentials in it, or the real path. BAD_REQUEST with the
 * reason otherwise. Options (`-…`), helper transports (`ext::`) and other schemes never reach git.
 */
export async function checkRepository(ctx: Pick<Ctx, "deps">, repository: string): Promise<string> {
  if (repository.startsWith("-") || /[\p{Cc}\s]/u.test(repository) || /^\w+::/.test(repository)) {
    throw new Fault("BAD_REQUEST", "That is not the address of a repository.");
  }
  if (remote.test(repository)) {
    return checkAddress(ctx, repository);
  }
  const host = scp.exec(repository)?.[1];
  if (host !== undefined) {
    await assertPublicHost(host, { allowPrivate: ctx.deps.config.allowPrivateAddresses });
    return repository;
  }
  if (repository.startsWith("/")) {
    return checkFolder(ctx.deps.config.allowedRepositoryDirs, repository);
  }
  throw new Fault("BAD_REQUEST", "Give an https, ssh or git address, or the absolute path of a repository.");
}

async function checkAddress(ctx: Pick<Ctx, "deps">, repository: string): Promise<string> {
  let url: URL;
  try {
    url = new URL(repository);
  } catch {
    throw new Fault("BAD_REQUEST", "That is not the address of a repository.");
  }
  // ssh would read either as an option.
  if (/^-/.test(url.hostname) || /^(-|%2d)/i.test(url.username)) {
    throw new Fault("BAD_REQUEST", "That is not the address of a repository.");
  }
  if (url.password !== "" || (url.username !== "" && url.protocol !== "ssh:")) {
    throw new Fault(
      "BAD_REQUEST",
      "Leave user name and password out of the address: they would be stored with the run.",
    );
  }
  await assertPublicHost(url.hostname, { allowPrivate: ctx.deps.config.allowPrivateAddresses });
  return url.href;
}

async function checkFolder(allowed: readonly string[], path: string): Promise<string> {
  const refused = new Fault(
    "BAD_REQUEST",
    allowed.length === 0
      ? "Repositories by path are off here. The operator allows folders with ALLOWED_REPOSITORY_DIRS."
      : `There is no repository at that path inside the folders the operator allows with ALLOWED_REPOSITORY_DIRS (${allowed.join(", ")}).`,
  );
  const real = await realpath(path).catch(() => {
    throw refused;
  });
  const folders = await Promise.all(allowed.map((folder) => realpath(folder).catch(() => null)));
  if (!folders.some((folder) => folder !== null && isInside(folder, real))) {
    throw refused;
  }
  return real;
}
