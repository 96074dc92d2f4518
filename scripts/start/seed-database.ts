// Child process of `npm start`: applies migrations, then seeds the catalogue, the demo tenant and its repository.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadEnv, serviceEnvShape } from "@djinnbot/config";
import { createDeps } from "@djinnbot/core";
import {
  type PlatformProvider,
  seedAgentTemplates,
  seedDemoTenant,
  seedPipelines,
  seedPlatformProviders,
  seedPrices,
} from "@djinnbot/core/seed";
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
  OPENAI_API_KEY: z.string().optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  GOOGLE_API_KEY: z.string().optional(),
  OPENROUTER_API_KEY: z.string().optional(),
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

/** What every tenant may use: the operator's keys, and the demo model while it runs. */
function platformProviders(env: Env): PlatformProvider[] {
  const known = [
    { providerId: "openai", name: "OpenAI", wire: "openai", apiKey: env.OPENAI_API_KEY },
    { providerId: "anthropic", name: "Anthropic", wire: "anthropic", apiKey: env.ANTHROPIC_API_KEY },
    { providerId: "google", name: "Google Gemini", wire: "google", apiKey: env.GOOGLE_API_KEY },
    { providerId: "openrouter", name: "OpenRouter", wire: "openai-compatible", apiKey: env.OPENROUTER_API_KEY },
  ] as const;
  const configured = known.flatMap(({ apiKey, ...provider }) =>
    apiKey === undefined ? [] : [{ ...provider, apiKey, baseUrl: null, isDemo: false }],
  );
  if (env.DEMO_MODEL_URL === undefined) return configured;
  const demo = { providerId: "demo", name: "Demo model", wire: "openai-compatible" as const, isDemo: true };
  return [...configured, { ...demo, baseUrl: env.DEMO_MODEL_URL, apiKey: env.DEMO_MODEL_KEY ?? null }];
}

async function seed(env: Env): Promise<void> {
  const deps = createDeps(env, { service: "seed", instance: "seed", dbConnections: 2 });
  try {
    await seedPipelines(deps.system, join(paths.root, "pipelines"));
    await seedAgentTemplates(deps.system, join(paths.root, "templates/agents"));
    await seedPrices(deps.system);
    await seedPlatformProviders(
      { system: deps.system, secretEncryptionKey: env.SECRET_ENCRYPTION_KEY },
      platformProviders(env),
    );
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
