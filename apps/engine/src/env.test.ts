/** An engine whose settings mean nothing ends at once, before it asks anybody for anything. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const secret = "x".repeat(43);
const settings = {
  APP_DATABASE_URL: "postgres://nobody@127.0.0.1:1/x",
  SYSTEM_DATABASE_URL: "postgres://nobody@127.0.0.1:1/x",
  REDIS_URL: "redis://127.0.0.1:1",
  DATA_DIR: "/nonexistent",
  AUTH_SECRET_KEY: secret,
  SECRET_ENCRYPTION_KEY: secret,
  SERVICE_TOKEN: secret,
  NEXTAUTH_SECRET: secret,
};

it("says which private hosts mean nothing, and what to write", { timeout: 30_000 }, () => {
  const env = { ...settings, EGRESS_PRIVATE_HOSTS: "10.0.0.0/8, 10.0.0.0/99, 300.1.1.1/8" };
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [main], { env: env as never, encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr.match(/- EGRESS_PRIVATE_HOSTS: .* write registry\.internal/g)).toHaveLength(2);
});
