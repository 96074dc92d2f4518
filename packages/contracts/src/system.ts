/** What the installation says about itself (public), for status pages and the first look. */
import { z } from "zod";
import { contract } from "./contract.ts";

export const system = {
  status: contract({
    service: "auth-svc",
    method: "GET",
    path: "/v1/status",
    scope: "public",
    summary: "Versions and reachability; counts only for a signed-in caller",
    input: z.object({}),
    output: z.object({
      status: z.enum(["ok", "degraded"]),
      version: z.string(),
      engineVersion: z.string().nullable(),
      redisConnected: z.boolean(),
      databaseConnected: z.boolean(),
      /** Engine instances that polled their stream in the last seconds. */
      engines: z.int(),
      /** The sockets by which workloads reach the API, Redis and the internet; `problem` says what to do. */
      door: z.object({ served: z.boolean(), problem: z.string().nullable() }),
      storage: z.object({
        juicefsMounted: z.boolean(),
        rustfsHealthy: z.boolean(),
        dataPath: z.string().nullable(),
        juicefsVolume: z.string().nullable(),
      }),
      /** How workloads are contained; `none` means a plain child process, for trusted use only. */
      workload: z.object({
        backend: z.enum(["process", "docker", "kubernetes"]).nullable(),
        sandbox: z.enum(["bubblewrap", "container", "pod", "none"]).nullable(),
        /** `door`: workloads reach outside by the proxy only, as far as the network rules allow; `open`: the rules cannot be enforced. */
        network: z.enum(["door", "open"]).nullable(),
      }),
      demoModel: z.boolean(),
      activeRuns: z.int().nullable(),
      totalPipelines: z.int().nullable(),
      totalAgents: z.int().nullable(),
      github: z.object({ configured: z.boolean(), healthy: z.boolean() }),
    }),
  }),
};
