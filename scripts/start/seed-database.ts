// Child process of `npm start`: applies migrations, then seeds global rows and the demo tenant. Prints progress lines.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../services/problem.ts";

const Input = z.object({
  OWNER_DATABASE_URL: z.string(),
  APP_PASSWORD: z.string(),
  SYSTEM_PASSWORD: z.string(),
  SYSTEM_DATABASE_URL: z.string(),
  DEMO_EMAIL: z.string().optional(),
  DEMO_PASSWORD: z.string().optional(),
  /** Folder that takes the demo repository. */
  REPOSITORIES_DIR: z.string(),
});

const log = (line: string) => void process.stdout.write(`${line}\n`);

/** A small git repository for the demo tenant's runs; made once. */
async function ensureDemoRepository(repositoriesDir: string): Promise<string> {
  const dir = join(repositoriesDir, "parcel-quote");
  if (existsSync(join(dir, ".git"))) return dir;
  const { createDemoRepository } = await import("@djinnbot/testing");
  return createDemoRepository(dir);
}

async function main(): Promise<void> {
  const input = Input.parse(process.env);
  const { migrate } = await import("@djinnbot/db/migrate");
  await migrate({
    ownerUrl: input.OWNER_DATABASE_URL,
    appPassword: input.APP_PASSWORD,
    systemPassword: input.SYSTEM_PASSWORD,
    log,
  });
  await ensureDemoRepository(input.REPOSITORIES_DIR);
}

// Ends at once: connection pools left idle would keep the process, and the whole start, waiting.
main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
