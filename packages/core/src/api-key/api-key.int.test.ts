import { newId } from "@djinnbot/contracts";
import { newTenant, type TestDeps, testDeps, unique } from "@djinnbot/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { scopesOfRole } from "../auth/sign-in.ts";
import { servicesFor } from "../call.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await testDeps();
});

describe("keys of colleagues", () => {
  it("are neither seen nor revoked by a member; the owner may revoke them", async () => {
    const owner = await newTenant(deps);
    const userId = newId("user");
    await deps.system.pool.query(
      "INSERT INTO users (id, tenant_id, email, role, created_at, updated_at) VALUES ($1, $2, $3, 'member', 1, 1)",
      [userId, owner.tenantId, `${unique()}@example.test`],
    );
    const member = servicesFor({
      ...owner.caller,
      actor: { kind: "user", userId, sessionId: "test", via: "token" },
      scopes: new Set(scopesOfRole("member")),
    });
    const owners = await owner.services.apiKeys.create({ name: "owner's", scopes: ["runs:read"] });
    const members = await member.apiKeys.create({ name: "member's", scopes: ["runs:read"] });

    expect((await member.apiKeys.list({})).map(({ id }) => id)).toEqual([members.id]);
    expect((await owner.services.apiKeys.list({})).map(({ id }) => id)).toEqual([owners.id]);
    await expect(member.apiKeys.revoke({ keyId: owners.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await owner.services.apiKeys.list({}))[0]?.isActive).toBe(true);
    await expect(member.apiKeys.create({ name: "more", scopes: ["tenant:write"] })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await owner.services.apiKeys.revoke({ keyId: members.id });
    expect(await member.apiKeys.list({})).toEqual([]);
  });
});
