/** Configures a provider, or adds an endpoint of one's own; the key is sealed and never shown again. */
import { Fault, newId, notFound, type Provider, type settings } from "@djinnbot/contracts";
import type { Prisma, Tx } from "@djinnbot/db";
import { audit } from "../audit.ts";
import { change } from "../change.ts";
import { orConflict } from "../conflict.ts";
import { secretBox } from "../crypto/secret-box.ts";
import type { Ctx, VerbArgs } from "../ctx.ts";
import { guard } from "../guard.ts";
import { checkUrl, NetError } from "../net/safe-fetch.ts";
import { outbox } from "../outbox.ts";
import { catalogueEntry } from "./catalogue.ts";
import { maskSecret, sealExtra } from "./extra-config.ts";
import { keyPlace, type ProviderRow, providerRows, toProvider } from "./provider-row.ts";

/** Throws NOT_FOUND for an unknown id, BAD_REQUEST for an address that this installation does not reach. */
export async function putProvider({ ctx, input }: VerbArgs<typeof settings.putProvider>): Promise<Provider> {
  guard(ctx, "settings:write");
  const { providerId } = input;
  checkBaseUrl(ctx, input.baseUrl);
  return change(ctx, async (tx, messages) => {
    const rows = await providerRows(tx, providerId);
    if (!catalogueEntry(providerId) && rows.length === 0) {
      throw notFound("Provider");
    }
    const box = secretBox(ctx.deps.config.secretEncryptionKey);
    const extra = input.extraConfig;
    const values = {
      enabled: input.enabled,
      ...sealedKey(ctx, providerId, input.apiKey),
      ...(input.baseUrl === undefined ? {} : { baseUrl: input.baseUrl }),
      ...(extra === undefined ? {} : { extraConfig: sealExtra({ box, tenantId: ctx.tenantId, providerId }, extra) }),
      updatedAt: ctx.now(),
    };
    const own = rows.find((row) => row.tenantId !== null);
    refuseMovedKey(own, input);
    await tx.modelProvider.upsert({
      where: { tenantId_providerId: { tenantId: ctx.tenantId, providerId } },
      create: { id: newId("provider"), tenantId: ctx.tenantId, providerId, createdAt: ctx.now(), ...values },
      update: values,
    });
    const detail = { enabled: input.enabled, keyChanged: input.apiKey !== undefined, isNew: own === undefined };
    await recordChange({ tx, ctx, messages }, { providerId, action: "provider.put", detail });
    return toProvider(providerId, await providerRows(tx, providerId));
  });
}

/** Throws CONFLICT when the slug is taken. */
export async function createCustomProvider({
  ctx,
  input,
}: VerbArgs<typeof settings.createCustomProvider>): Promise<Provider> {
  guard(ctx, "settings:write");
  checkBaseUrl(ctx, input.baseUrl);
  const providerId = `custom-${input.slug}`;
  return orConflict("A provider with this slug exists already.", () =>
    change(ctx, async (tx, messages) => {
      await tx.modelProvider.create({
        data: {
          id: newId("provider"),
          tenantId: ctx.tenantId,
          providerId,
          name: input.name,
          wire: "openai-compatible",
          baseUrl: input.baseUrl,
          ...sealedKey(ctx, providerId, input.apiKey),
          createdAt: ctx.now(),
          updatedAt: ctx.now(),
        },
      });
      await recordChange(
        { tx, ctx, messages },
        { providerId, action: "provider.create", detail: { name: input.name } },
      );
      return toProvider(providerId, await providerRows(tx, providerId));
    }),
  );
}

/** Forgets the tenant's row and key; a provider of the platform stays offered. Throws NOT_FOUND. */
export async function deleteProvider({
  ctx,
  input,
}: VerbArgs<typeof settings.deleteProvider>): Promise<{ status: "ok"; providerId: string }> {
  guard(ctx, "settings:write");
  const { providerId } = input;
  await change(ctx, async (tx, messages) => {
    const { count } = await tx.modelProvider.deleteMany({ where: { tenantId: ctx.tenantId, providerId } });
    if (count === 0) {
      throw notFound("Provider");
    }
    await recordChange({ tx, ctx, messages }, { providerId, action: "provider.delete", detail: {} });
  });
  return { status: "ok", providerId };
}

/** A stored key goes to no other host than it was entered for: who changes the address has to know the key. */
function refuseMovedKey(
  own: ProviderRow | undefined,
  input: { baseUrl?: string | null; apiKey?: string; providerId: string },
): void {
  if (!own?.encryptedApiKey || input.apiKey !== undefined || input.baseUrl === undefined) {
    return;
  }
  const standard = catalogueEntry(input.providerId)?.baseUrl;
  const origin = (url: string | null | undefined) => (url && URL.canParse(url) ? new URL(url).origin : null);
  if (origin(own.baseUrl ?? standard) !== origin(input.baseUrl ?? standard)) {
    throw new Fault("BAD_REQUEST", "The base URL names another host: enter the key again.");
  }
}

function sealedKey(ctx: Ctx, providerId: string, apiKey: string | undefined) {
  if (apiKey === undefined) {
    return {};
  }
  // A control character in a header would be refused only when the first step runs.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new Fault("BAD_REQUEST", "The key contains characters that no key has. Copy it again.");
  }
  const box = secretBox(ctx.deps.config.secretEncryptionKey);
  return {
    encryptedApiKey: box.seal(apiKey, keyPlace(ctx.tenantId, providerId)),
    maskedApiKey: maskSecret(apiKey),
  };
}

function checkBaseUrl(ctx: Ctx, baseUrl: string | null | undefined): void {
  if (typeof baseUrl !== "string") {
    return;
  }
  try {
    checkUrl(baseUrl, ctx.deps.config.allowPrivateAddresses);
  } catch (error) {
    throw error instanceof NetError ? new Fault("BAD_REQUEST", error.message) : error;
  }
}

async function recordChange(
  { tx, ctx, messages }: { tx: Tx; ctx: Ctx; messages: Awaited<ReturnType<typeof outbox>>[] },
  entry: { providerId: string; action: string; detail: Prisma.InputJsonObject },
): Promise<void> {
  const { providerId, action, detail } = entry;
  await audit(tx, ctx, { action, entity: "provider", entityId: providerId, detail });
  messages.push(await outbox(tx, ctx, ["tenant", "global"], { type: "PROVIDERS_UPDATED", providerId }));
}
