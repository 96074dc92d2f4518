/** Calls git with argument arrays, a configuration of our own and no prompt; nothing of an agent's text reaches a shell. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GitOptions, runGit } from "./run-git.ts";

/**
 * Hooks, credential prompts and helper transports are off; redirects are not followed, so that an address that was checked stays
 * the one that is read. A web server that says nothing is given up by git itself, even when nobody watches it any more.
 */
const config = `[core]
\thooksPath = /dev/null
\tfsmonitor = false
[safe]
\tdirectory = *
[protocol "ext"]
\tallow = never
[http]
\tfollowRedirects = false
\tlowSpeedLimit = 1
\tlowSpeedTime = 30
[gc]
\tauto = 0
[maintenance]
\tauto = false
[transfer]
\tfsckObjects = true
[fetch]
\tfsckObjects = true
[init]
\tdefaultBranch = main
[advice]
\tdetachedHead = false
`;

export type Git = (args: readonly string[], options?: GitOptions) => Promise<string>;

/** Prepares the configuration below `dataDir` and answers the function that calls git. */
export async function createGit(dataDir: string): Promise<Git> {
  const env = await gitEnvironment(dataDir);
  return (args, options = {}) => runGit(args, { ...options, env: { ...env, ...options.env } });
}

/** Writes the configuration and answers the whole environment that git gets: nothing of this process's own. */
export async function gitEnvironment(dataDir: string): Promise<Record<string, string>> {
  const dir = join(dataDir, "git");
  await mkdir(dir, { recursive: true });
  const configFile = join(dir, "config");
  // Renamed into place: another process's git must never read half of it, and so run without it.
  const fresh = `${configFile}.${crypto.randomUUID()}`;
  await writeFile(fresh, config, { mode: 0o600 });
  await rename(fresh, configFile);
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin",
    HOME: dir,
    LANG: "C.UTF-8",
    GIT_CONFIG_GLOBAL: configFile,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "/bin/false",
    GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh",
    GIT_SSH_COMMAND: sshCommand(dir),
  };
}

/** Without the identity, agent and settings of the user that the engine runs as: they are the operator's, not a tenant's. */
function sshCommand(dir: string): string {
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=accept-new",
    "ConnectTimeout=15",
    "IdentitiesOnly=yes",
    "IdentityFile=/dev/null",
    "IdentityAgent=none",
    `UserKnownHostsFile=${join(dir, "known_hosts")}`,
  ];
  return ["ssh", "-F", "/dev/null", ...options.map((option) => `-o${option}`)]
    .map((part) => `'${part.replaceAll("'", "'\\''")}'`)
    .join(" ");
}
