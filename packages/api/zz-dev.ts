import { startTestServices } from "../../scripts/test/services.setup.ts";
import { urlAs } from "@djinnbot/db/migrate";
import { randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
const mode = process.argv[2] ?? "dev";
const port = Number(process.argv[3] ?? "3911");
const { services, stop } = await startTestServices((l: string) => console.log(l));
const owner = new URL(services.ownerUrl); owner.pathname = "/" + services.templateDatabase;
const r = () => randomBytes(32).toString("base64");
const env = { ...process.env, NODE_ENV: mode === "dev" ? "development" : "production",
  APP_DATABASE_URL: urlAs(owner.href, "djinnbot_app", services.appPassword),
  SYSTEM_DATABASE_URL: urlAs(owner.href, "djinnbot_system", services.systemPassword),
  REDIS_URL: services.redisUrl + "/1", DATA_DIR: "/tmp/w/apidata", AUTH_SECRET_KEY: r(), SECRET_ENCRYPTION_KEY: r(), SERVICE_TOKEN: r(), NEXTAUTH_SECRET: r(),
  NEXTAUTH_URL: `http://127.0.0.1:${port}`, PUBLIC_URL: `http://127.0.0.1:${port}`, METRICS_PORT: String(port + 1), LOG_LEVEL: "info", NEXT_TELEMETRY_DISABLED: "1" } as NodeJS.ProcessEnv;
writeFileSync("/tmp/w/api-env.json", JSON.stringify(env));
const child = spawn(process.execPath, ["../../node_modules/next/dist/bin/next", mode, "-p", String(port), "-H", "127.0.0.1"], { cwd: new URL("../../apps/web", import.meta.url).pathname, env, stdio: "inherit" });
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", async () => { await stop(); process.exit(); });
