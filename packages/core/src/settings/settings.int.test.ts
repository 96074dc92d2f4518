import http from "node:http";
import type { AddressInfo } from "node:net";
import { withTenant } from "@djinnbot/db";
import { credentials, newTenant, type TestDeps, testDeps, twoTenants, unique } from "@djinnbot/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authenticate } from "../auth/authenticate.ts";
import { servicesFor } from "../call.ts";
import { type PlatformProvider, seedPlatformProviders } from "../system/seed-platform.ts";
import { findProvider, usableProvider } from "./provider-row.ts";

let deps: TestDeps;
let server: http.Server;
let url: string;
const key = () => `sk-${unique("key")}`;

beforeAll(async () => {
  deps = await testDeps();
  server = http.createServer((request, response) => {
    if (request.headers.authorization !== "Bearer sk-right-key-0001") {
      response.writeHead(401).end("{}");
    } else {
      response.end(
        JSON.stringify({
          data: [
            { id: "m-1", context_length: 1000 },
            { id: "m-2", name: "Two" },
          ],
        }),
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await deps.close();
});

describe("settings", () => {
  it("are the defaults until changed; a change keeps the rest, and the tenant's pages hear of it", async () => {
    const { a, b } = await twoTenants(deps);
    expect(await a.services.settings.get({})).toMatchObject({ pulseIntervalMinutes: 30, defaultStepTimeoutSec: 300 });
    await a.services.settings.update({ pulseIntervalMinutes: 5 });
    const changed = await a.services.settings.update({ defaultWorkingModel: "demo/coder", containerCpuLimit: 0.5 });
    expect(changed).toMatchObject({
      pulseIntervalMinutes: 5,
      defaultWorkingModel: "demo/coder",
      containerCpuLimit: 0.5,
    });
    expect(await b.services.settings.get({})).toMatchObject({ pulseIntervalMinutes: 30, defaultWorkingModel: "" });
    await expect(a.services.settings.update({ pulseIntervalMinutes: 0 })).rejects.toMatchObject({ code: "VALIDATION" });
  });

  it("are not for plain members to change", async () => {
    const tenant = await newTenant(deps);
    const scopes = new Set([...tenant.caller.scopes].filter((scope) => scope !== "settings:write"));
    const member = servicesFor({ ...tenant.caller, scopes });
    await expect(member.settings.update({ pulseEnabled: false })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("providers", () => {
  it("keep the key sealed, masked and per tenant", async () => {
    const { a, b } = await twoTenants(deps);
    const secret = key();
    const put = await a.services.settings.putProvider({ providerId: "openai", apiKey: secret });
    expect(put).toMatchObject({ configured: true, source: "tenant", maskedApiKey: `sk-…${secret.slice(-4)}` });
    const again = await a.services.settings.putProvider({ providerId: "openai", enabled: false });
    expect(again).toMatchObject({ enabled: false, maskedApiKey: put.maskedApiKey });
    expect(await usableProvider(deps, a.tenantId, "openai")).toBeNull();
    await a.services.settings.putProvider({ providerId: "openai", enabled: true });
    expect((await usableProvider(deps, a.tenantId, "openai"))?.apiKey).toBe(secret);
    expect(await usableProvider(deps, b.tenantId, "openai")).toBeNull();
    const shown = JSON.stringify([await a.services.settings.providers({}), await b.services.settings.providers({})]);
    expect(shown).not.toContain(secret);
    const { rows } = await deps.system.pool.query(
      "SELECT encrypted_api_key AS k FROM model_providers WHERE tenant_id = $1",
      [a.tenantId],
    );
    expect(rows[0]?.k).not.toContain(secret);
    await expect(b.services.settings.deleteProvider({ providerId: "openai" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(await a.services.settings.deleteProvider({ providerId: "openai" })).toEqual({
      status: "ok",
      providerId: "openai",
    });
  });

  it("show only one's own rows and the platform's under row-level security", async () => {
    const { a, b } = await twoTenants(deps);
    await a.services.settings.putProvider({ providerId: "groq", apiKey: key() });
    const seen = await withTenant(deps.db, b.tenantId, (tx) =>
      tx.modelProvider.findMany({ where: { providerId: "groq" } }),
    );
    expect(seen).toEqual([]);
    const insert = withTenant(deps.db, b.tenantId, (tx) =>
      tx.modelProvider.create({
        data: { id: unique("mpr_"), tenantId: a.tenantId, providerId: "xai", createdAt: 1, updatedAt: 1 },
      }),
    );
    await expect(insert).rejects.toThrow();
    const platform = withTenant(deps.db, b.tenantId, (tx) =>
      tx.modelProvider.create({
        data: { id: unique("mpr_"), tenantId: null, providerId: "xai", createdAt: 1, updatedAt: 1 },
      }),
    );
    await expect(platform).rejects.toThrow();
  });

  it("of the platform are offered to all, below one's own, and their key stays inside", async () => {
    const tenant = await newTenant(deps);
    const target = { system: deps.system, secretEncryptionKey: deps.config.secretEncryptionKey };
    const demo: PlatformProvider = {
      providerId: "demo",
      name: "Demo model",
      wire: "openai-compatible",
      baseUrl: url,
      apiKey: "sk-right-key-0001",
      isDemo: true,
    };
    await seedPlatformProviders(target, [demo]);
    await seedPlatformProviders(target, [demo]);
    expect(await findProvider(deps, tenant.tenantId, "demo")).toEqual({
      providerId: "demo",
      name: "Demo model",
      wire: "openai-compatible",
      source: "platform",
      isDemo: true,
    });
    const shown = (await tenant.services.settings.providers({}))[0];
    expect(shown).toMatchObject({
      providerId: "demo",
      configured: true,
      source: "platform",
      isDemo: true,
      baseUrl: null,
    });
    expect(await tenant.services.settings.providerModels({ providerId: "demo" })).toMatchObject({
      source: "live",
      models: [
        { id: "m-1", contextWindow: 1000 },
        { id: "m-2", name: "Two" },
      ],
    });
    expect(await tenant.services.system.status({})).toMatchObject({ demoModel: true, totalPipelines: 0 });
    const service = await authenticate(
      deps,
      credentials({ authorization: `Bearer ${deps.config.serviceToken}`, tenantHeader: tenant.tenantId }),
    );
    expect(await servicesFor(service).settings.allKeys({})).toEqual({ keys: {}, extra: {}, keySources: {} });
    await seedPlatformProviders(target, []);
    expect(await findProvider(deps, tenant.tenantId, "demo")).toBeNull();
  });

  it("can be one's own endpoint, tested for its key", async () => {
    const tenant = await newTenant(deps);
    const { settings } = tenant.services;
    const made = await settings.createCustomProvider({ name: "Mine", slug: "mine", baseUrl: url, apiKey: "sk-wrong" });
    expect(made).toMatchObject({ providerId: "custom-mine", isCustom: true, baseUrl: url, configured: true });
    await expect(settings.createCustomProvider({ name: "x", slug: "mine", baseUrl: url })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    expect(await settings.testProvider({ providerId: "custom-mine" })).toMatchObject({
      ok: false,
      message: expect.stringContaining("refuses the key (401)"),
    });
    await settings.putProvider({ providerId: "custom-mine", apiKey: "sk-right-key-0001" });
    expect(await settings.testProvider({ providerId: "custom-mine" })).toMatchObject({ ok: true });
    await expect(
      settings.putProvider({ providerId: "custom-mine", baseUrl: "https://elsewhere.example.com/v1" }),
    ).rejects.toMatchObject({ code: "BAD_REQUEST" });
    await expect(settings.putProvider({ providerId: "custom-other", apiKey: "k" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(settings.testProvider({ providerId: "unknown" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await settings.testProvider({ providerId: "xai" })).toMatchObject({ ok: false, latencyMs: null });
    expect(await settings.providerModels({ providerId: "xai" })).toMatchObject({ source: "static" });
  });

  it("hand their keys to our services only, and say so in the audit log", async () => {
    const tenant = await newTenant(deps);
    const secret = key();
    await tenant.services.settings.putProvider({ providerId: "openai", apiKey: secret });
    await expect(tenant.services.settings.allKeys({})).rejects.toMatchObject({ code: "FORBIDDEN" });
    const authorization = `Bearer ${deps.config.serviceToken}`;
    const service = await authenticate(deps, credentials({ authorization, tenantHeader: tenant.tenantId }));
    expect((await servicesFor(service).settings.allKeys({})).keys).toEqual({ openai: secret });
    const { rows } = await deps.system.pool.query(
      "SELECT 1 FROM audit_log WHERE action = 'provider.readKeys' AND tenant_id = $1",
      [tenant.tenantId],
    );
    expect(rows).toHaveLength(1);
  });
});

describe("private addresses", () => {
  it("are refused where the installation does not allow them", async () => {
    const tenant = await newTenant(deps);
    const strict = { ...deps, config: { ...deps.config, allowPrivateAddresses: false } };
    const { settings } = servicesFor({ ...tenant.caller, deps: strict });
    await expect(settings.createCustomProvider({ name: "x", slug: "inside", baseUrl: url })).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
    const byName = `http://localhost:${new URL(url).port}/v1`;
    await settings.createCustomProvider({ name: "x", slug: "by-name", baseUrl: byName });
    expect(await settings.testProvider({ providerId: "custom-by-name" })).toMatchObject({
      ok: false,
      message: expect.stringContaining("private address"),
    });
  });
});
