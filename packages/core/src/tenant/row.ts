/** A row of `tenants` as the contract shows it. */
import { Tenant } from "@djinnbot/contracts";
import { num } from "../json.ts";

interface Row {
  id: string;
  name: string;
  slug: string;
  ownerUserId: string | null;
  status: string;
  maxConcurrentRuns: number;
  createdAt: bigint;
  updatedAt: bigint;
}

/** A row as the contract shows it; throws when the row does not fit. */
export function toTenant(row: Row): Tenant {
  return Tenant.parse({ ...row, createdAt: num(row.createdAt), updatedAt: num(row.updatedAt) });
}
