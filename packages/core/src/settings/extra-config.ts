/** Extra values of a provider: plain ones readable, secret ones sealed. */
import { Fault } from "@djinnbot/contracts";
import type { Prisma } from "@djinnbot/db";
import type { SecretBox } from "../crypto/secret-box.ts";
import { stringRecord } from "../json.ts";
import { extraFields } from "./catalogue.ts";

const secretName = /KEY|TOKEN|SECRET|PASSWORD/;
const place = (tenantId: string | null, providerId: string, name: string) => ({
  tenantId,
  purpose: `provider-extra:${providerId}:${name}`,
});

/** `sk-…abcd`; short values show nothing. */
export function maskSecret(secret: string): string {
  return secret.length >= 12 ? `${secret.slice(0, 3)}…${secret.slice(-4)}` : "…";
}

interface Owner {
  box: SecretBox;
  tenantId: string;
  providerId: string;
}

/** What to store for `values`. Throws BAD_REQUEST for a name that no field has. */
export function sealExtra(owner: Owner, values: Record<string, string>): Record<string, string> {
  const known = new Set(extraFields.map((field) => field.envVar));
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== "")
      .map(([name, value]) => {
        if (!known.has(name)) {
          throw new Fault("BAD_REQUEST", `${name} is not a setting of this provider.`);
        }
        const sealed = secretName.test(name)
          ? owner.box.seal(value, place(owner.tenantId, owner.providerId, name))
          : value;
        return [name, sealed];
      }),
  );
}

/** Secret values masked, plain ones as they are; null where there are none. */
export function showExtra(stored: Prisma.JsonValue | null): {
  masked: Record<string, string> | null;
  plain: Record<string, string> | null;
} {
  const entries = Object.entries(stringRecord(stored));
  const pick = (secret: boolean) => entries.filter(([name]) => secretName.test(name) === secret);
  const [masked, plain] = [pick(true).map(([name]) => [name, "…"] as const), pick(false)];
  return {
    masked: masked.length === 0 ? null : Object.fromEntries(masked),
    plain: plain.length === 0 ? null : Object.fromEntries(plain),
  };
}

/** Every value in the clear. */
export function openExtra(
  box: SecretBox,
  row: { tenantId: string | null; providerId: string; extraConfig: Prisma.JsonValue | null },
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stringRecord(row.extraConfig)).map(([name, value]) => [
      name,
      secretName.test(name) ? box.open(value, place(row.tenantId, row.providerId, name)) : value,
    ]),
  );
}
