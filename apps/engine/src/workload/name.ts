/** Names of workloads: valid DNS labels that tell whose they are. */

/** `djinnbot-{8 characters of the tenant id}-{run id}-{n}`, lower case, no underscore (DESIGN 8). `n` counts sessions of the run from 1. */
export function workloadName(options: { tenantId: string; runId: string; n: number }): string {
  return `${workloadNamePrefix(options)}${options.n}`;
}

/** The name up to its number. */
export function workloadNamePrefix(run: { tenantId: string; runId: string }): string {
  const tenant = run.tenantId.replace(/^ten_/, "").slice(0, 8);
  return `djinnbot-${tenant}-${run.runId.replaceAll("_", "-")}-`.toLowerCase();
}
