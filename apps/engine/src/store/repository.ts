/** Which runs need a git server, which somebody outside runs and which may be as slow as it likes. Once for both languages. */

/** Not a folder of this machine. */
export function isRemote(repository: string | null): boolean {
  return repository !== null && !repository.startsWith("/");
}

/** The condition on runs `r` that are not. */
export const needsNoServer = "(r.repository IS NULL OR r.repository LIKE '/%')";
