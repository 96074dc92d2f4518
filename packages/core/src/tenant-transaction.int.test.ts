/** The tenant transaction itself: whose it is never depends on what else the process does at that moment. */
import { Prisma, tenantPipeline, withTenant, withTenantSql } from "@djinnbot/db";
import { newTenant, type TestDeps, type TestTenant, testDeps } from "@djinnbot/testing";
import { beforeAll, describe, expect, it } from "vitest";

let deps: TestDeps;
let tenants: TestTenant[];
beforeAll(async () => {
  deps = await testDeps();
  tenants = [await newTenant(deps), await newTenant(deps)];
});

const whose = Prisma.sql`SELECT current_setting('app.tenant_id', true) AS id`;
const ownUsers = { name: "test-own-users", text: "SELECT tenant_id AS id FROM users", values: [] };

describe("tenant transactions", () => {
  it("stay with their tenant when more of them wait than there are connections", async () => {
    const rounds = Array.from({ length: 120 }, (_, at) => tenants[at % 2]?.tenantId ?? "");
    const seen = await Promise.all(
      rounds.map(async (tenantId, at) => {
        if (at % 3 === 0) {
          return (await tenantPipeline(deps.db, tenantId, [ownUsers])).flat().map((row) => row.id);
        }
        if (at % 3 === 1) {
          return withTenantSql(deps.db, tenantId, async (sql) =>
            (await sql.query(ownUsers.text)).rows.map((row) => row.id),
          );
        }
        return withTenant(deps.db, tenantId, async (tx) => {
          const [row] = await tx.$queryRaw<{ id: string }[]>(whose);
          const users = await tx.user.findMany({ select: { tenantId: true } });
          return [row?.id, ...users.map((user) => user.tenantId)];
        });
      }),
    );
    expect(seen.map((ids) => [...new Set(ids)])).toEqual(rounds.map((tenantId) => [tenantId]));
  });

  it("do not hand their tenant on to one that is begun inside of them", async () => {
    const [a, b] = tenants.map(({ tenantId }) => tenantId);
    const inner = await withTenant(deps.db, a ?? "", async () =>
      withTenant(deps.db, b ?? "", (tx) => tx.user.findMany({ select: { tenantId: true } })),
    );
    expect(inner).toEqual([{ tenantId: b }]);
  });

  it("leave no tenant on the connection", async () => {
    await withTenant(deps.db, tenants[0]?.tenantId ?? "", (tx) => tx.$queryRaw(whose));
    const { rows } = await deps.db.pool.query("SELECT count(*)::int AS n FROM users");
    expect(rows).toEqual([{ n: 0 }]);
  });

  it("undo a whole pipeline when one statement fails, and keep the connection sound", async () => {
    const { tenantId } = tenants[0] ?? { tenantId: "" };
    const rename = { text: "UPDATE tenants SET name = 'Changed' WHERE id = $1 RETURNING id", values: [tenantId] };
    const failing = { text: "SELECT 1 / $1::int", values: [0] };
    await expect(tenantPipeline(deps.db, tenantId, [rename, failing, ownUsers])).rejects.toMatchObject({
      code: "22012",
    });
    const [rows] = await tenantPipeline(deps.db, tenantId, [{ text: "SELECT name FROM tenants", values: [] }]);
    expect(rows?.[0]?.name).not.toBe("Changed");
  });

  it("refuse what is not a tenant's id", async () => {
    await expect(tenantPipeline(deps.db, "ten_x'; --", [ownUsers])).rejects.toThrow();
    await expect(withTenant(deps.db, "", (tx) => tx.user.findMany())).rejects.toThrow();
  });
});
