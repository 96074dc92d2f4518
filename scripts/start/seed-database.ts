// Child process of `npm start`: applies migrations, then seeds the catalogue, the demo tenant and its repository.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadEnv, serviceEnvShape } from "@djinnbot/config";
import { createDeps } from "@djinnbot/core";
import { seedAgentTemplates, seedDemoTenant, seedPipelines } from "@djinnbot/core/seed";
import { migrate } from "@djinnbot/db/migrate";
import { createDemoRepository } from "@djinnbot/testing/demo-repository";
import { z } from "zod";
import { messageOf } from "../services/problem.ts";
import { paths } from "./paths.ts";

const Env = z.object({
  ...serviceEnvShape,
  OWNER_DATABASE_URL: z.string(),
  APP_PASSWORD: z.string(),
  SYSTEM_PASSWORD: z.string(),
  DEMO_EMAIL: z.string(),
  DEMO_PASSWORD: z.string(),
  /** Folder that takes the demo repository. */
  REPOSITORIES_DIR: z.string(),
});
type Env = z.output<typeof Env>;

const log = (line: string) => void process.stdout.write(`${line}\n`);

/** A small git repository for the demo tenant's runs; made once. */
async function ensureDemoRepository(repositoriesDir: string): Promise<void> {
  const dir = join(repositoriesDir, "parcel-quote");
  if (!existsSync(join(dir, ".git"))) await createDemoRepository(dir);
}

async function seed(env: Env): Promise<void> {
  const deps = createDeps(env, { service: "seed", instance: "seed", dbConnections: 2 });
  try {
    await seedPipelines(deps.system, join(paths.root, "pipelines"));
    await seedAgentTemplates(deps.system, join(paths.root, "templates/agents"));
    await seedDemoTenant(deps, { email: env.DEMO_EMAIL, password: env.DEMO_PASSWORD });
  } finally {
    await deps.close();
  }
}

async function main(): Promise<void> {
  const env = loadEnv(Env, process.env);
  const { OWNER_DATABASE_URL: ownerUrl, APP_PASSWORD: appPassword, SYSTEM_PASSWORD: systemPassword } = env;
  await migrate({ ownerUrl, appPassword, systemPassword, log });
  await ensureDemoRepository(env.REPOSITORIES_DIR);
  await seed(env);
}

// Ends at once: connections left idle would keep the process, and the whole start, waiting.
main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
