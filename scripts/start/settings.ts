// Every setting of `npm start`: name, meaning and check in one table; `.env.example` is printed from it.
import { privateHostProblems } from "@djinnbot/contracts/egress";
import { z } from "zod";

const portRange = "must be a whole number from 1 to 65535";
const port = z.coerce.number(portRange).int(portRange).min(1, portRange).max(65_535, portRange);

function urlOf(protocols: string[], example: string) {
  const problem = `must look like ${example}`;
  return z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), problem);
}

const apiKey = z.string().min(8, "is too short to be a key");

/** Keys of model providers, usable by every tenant of this installation. */
export const providerKeys = {
  OPENAI_API_KEY: apiKey.optional().describe("OpenAI"),
  ANTHROPIC_API_KEY: apiKey.optional().describe("Anthropic"),
  GOOGLE_API_KEY: apiKey.optional().describe("Google Gemini"),
  OPENROUTER_API_KEY: apiKey.optional().describe("OpenRouter"),
};

/** The settings, as people write them in `.env` or in the environment (which wins). */
export const Settings = z.object({
  PORT: port.default(3000).describe("Port of the web app and the API."),
  HOST: z
    .string()
    .default("127.0.0.1")
    .describe("Address to listen on. 0.0.0.0 opens it to your network: put TLS in front of it then."),
  PUBLIC_URL: urlOf(["http:", "https:"], "https://djinnbot.example.com")
    .optional()
    .describe("Address people type into the browser, when it is not http://HOST:PORT."),
  DATABASE_URL: urlOf(["postgres:", "postgresql:"], "postgres://owner:password@host:5432/database")
    .optional()
    .describe("PostgreSQL 15 or newer, as a role that may create roles. Left out: one is started for you."),
  REDIS_URL: urlOf(["redis:", "rediss:"], "redis://:password@host:6379")
    .optional()
    .describe("Redis 7 or newer, with maxmemory-policy noeviction. Left out: one is started for you."),
  REDIS_SESSION_USERS: z
    .enum(["acl", "relay"], "must be acl or relay")
    .default("acl")
    .describe("Set relay where the server in REDIS_URL forbids ACL SETUSER, as some managed ones do."),
  DATA_DIR: z.string().default(".data").describe("Folder for databases, secrets, logs and the tenants' files."),
  DEMO_MODEL: z
    .enum(["auto", "on", "off"], "must be auto, on or off")
    .default("auto")
    .describe("Scripted demo model. auto: runs while no provider key is set below."),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal"], "must be trace, debug, info, warn, error or fatal")
    .default("info")
    .describe("How much is written to the logs."),
  ALLOWED_REPOSITORY_DIRS: z
    .string()
    .default("")
    .describe("Folders (separated by :) whose git repositories runs may use by path."),
  WORKLOAD_BACKEND: z
    .enum(["auto", "process", "docker"], "must be auto, process or docker")
    .default("auto")
    .describe("Where agents run. auto: sandboxed processes. docker: containers of the engine at DOCKER_HOST."),
  ALLOW_PRIVATE_ADDRESSES: z
    .enum(["true", "false"], "must be true or false")
    .optional()
    .describe("May model providers and repositories lie in private networks? Left out: true while HOST is loopback."),
  EGRESS_PRIVATE_HOSTS: z
    .string()
    .superRefine((text, { addIssue }) => {
      const entries = text.split(/[\s,]+/).filter((entry) => entry !== "");
      privateHostProblems(entries).forEach(addIssue);
    })
    .default("")
    .describe(
      "What agents may reach although it is not on the public internet: names, addresses and networks, separated by commas.",
    ),
  ...providerKeys,
});
export type Settings = z.output<typeof Settings>;

/** The text of `.env.example`. */
export function exampleText(): string {
  const keys = new Set(Object.keys(providerKeys));
  const lines = [
    "# Settings of npm start. Copy to .env and change what you need; every line may stay out.",
    "# Written by: npm run env-example",
    "",
  ];
  for (const [name, schema] of Object.entries(Settings.shape).filter(([key]) => !keys.has(key))) {
    const initial = schema.safeParse(undefined).data;
    lines.push(`# ${schema.description ?? ""}`, `#${name}=${initial ?? ""}`, "");
  }
  lines.push("# Model providers for every tenant. A tenant can also add its own under Settings → Providers.");
  for (const [name, schema] of Object.entries(providerKeys)) lines.push(`# ${schema.description ?? ""}`, `#${name}=`);
  return `${lines.join("\n")}\n`;
}
