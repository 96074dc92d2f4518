/** Names of workloads: valid DNS labels that tell whose they are. */

/** `djinnbot-{8 characters of the tenant id}-{run id}-{n}`, lower case, no underscore (DESIGN 8). `n` counts sessions of the run from 1. */
export function workloadName(options: { tenantId: string; runId: string; n: number }): string {
  const tenant = options.tenantId.replace(/^ten_/, "").slice(0, 8);
  return `djinnbot-${tenant}-${options.runId.replaceAll("_", "-")}-${options.n}`.toLowerCase();
}
