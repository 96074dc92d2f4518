/** The tenant (account) itself (auth-svc). */
import { z } from "zod";
import { contract } from "./contract.ts";
import { EpochMs, Name, Slug, TenantId, UserId } from "./id.ts";

export const Tenant = z.object({
  id: TenantId,
  name: z.string(),
  slug: z.string(),
  ownerUserId: UserId.nullable(),
  status: z.enum(["active", "suspended", "deleted"]),
  /** Most runs of the tenant that execute at the same time; more wait. */
  maxConcurrentRuns: z.int(),
  createdAt: EpochMs,
  updatedAt: EpochMs,
});
export type Tenant = z.infer<typeof Tenant>;

const base = { service: "auth-svc", path: "/v1/tenants/me", output: Tenant } as const;

export const tenants = {
  me: contract({ ...base, method: "GET", scope: "tenant:read", summary: "The caller's tenant", input: z.object({}) }),
  update: contract({
    ...base,
    method: "PUT",
    scope: "tenant:write",
    summary: "Rename the tenant",
    input: z.object({ name: Name.optional(), slug: Slug.optional() }),
    faults: ["CONFLICT"],
  }),
};
