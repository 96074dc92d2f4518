import type { ApiKey } from "@djinnbot/contracts";

/** What a key is worth at `now` (epoch ms). */
export function keyState(key: Pick<ApiKey, "isActive" | "expiresAt">, now: number): "active" | "expired" | "revoked" {
  if (!key.isActive) {
    return "revoked";
  }
  return key.expiresAt !== null && key.expiresAt <= now ? "expired" : "active";
}
