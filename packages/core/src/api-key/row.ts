/** A row of `api_keys` as the contract shows it. */
import { type ApiKey, type Scope, scopes } from "@djinnbot/contracts";
import { num, numOrNull } from "../json.ts";

interface Row {
  id: string;
  name: string;
  keyPrefix: string;
  scopes: string[];
  isActive: boolean;
  expiresAt: bigint | null;
  lastUsedAt: bigint | null;
  createdAt: bigint;
}

/** A row as the contract shows it, without the secret. */
export function toApiKey(row: Row): ApiKey {
  return {
    id: row.id,
    name: row.name,
    keyPrefix: row.keyPrefix,
    scopes: row.scopes.filter((scope): scope is Scope => (scopes as readonly string[]).includes(scope)),
    isServiceKey: false,
    isActive: row.isActive,
    expiresAt: numOrNull(row.expiresAt),
    lastUsedAt: numOrNull(row.lastUsedAt),
    createdAt: num(row.createdAt),
  };
}
