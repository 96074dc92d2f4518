/** `process.env` is read once per app, by a schema, and handed down as a value. */
import { z } from "zod";

/** All problems of an environment at once, each as `NAME: what is wrong`. */
export class EnvError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The environment is not valid:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.name = "EnvError";
    this.problems = problems;
  }
}

/** Parses `source` (default: the process environment); empty strings count as unset. Throws {@link EnvError}. */
export function loadEnv<S extends z.ZodObject>(schema: S, source: Record<string, string | undefined>): z.output<S> {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ""));
  const result = schema.safeParse(present);
  if (result.success) {
    return result.data;
  }
  throw new EnvError(result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`));
}

const Secret = z.string().min(32, "needs at least 32 characters; `npm start` generates one");

/** What web and engine both need. The names are those `npm start`, compose and the chart set. */
export const serviceEnvShape = {
  NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  /** Role djinnbot_app: owns nothing, bound by row-level security. */
  APP_DATABASE_URL: z.url(),
  /** Role djinnbot_system: sign-in, registration, seeding, sweeps. */
  SYSTEM_DATABASE_URL: z.url(),
  /** Longest time of a statement; without any answer five seconds later the connection is given up. */
  DATABASE_TIMEOUT_SEC: z.coerce.number().int().min(1).max(600).default(30),
  REDIS_URL: z.url(),
  /** `relay` where the server forbids ACL SETUSER: what workloads say to Redis is then checked on its way. */
  REDIS_SESSION_USERS: z.enum(["acl", "relay"]).default("acl"),
  /** Absolute path; tenants' files live below it. */
  DATA_DIR: z.string().min(1),
  /** Root of token signing; Ed25519 keys derive from it. */
  AUTH_SECRET_KEY: Secret,
  /** 32 bytes in base64: AES-256-GCM key of stored secrets. Several `id:key` pairs separated by commas rotate; the first encrypts. */
  SECRET_ENCRYPTION_KEY: z.string().min(43),
  /** Shared by our own services for calls among themselves. */
  SERVICE_TOKEN: Secret,
  NEXTAUTH_SECRET: Secret,
  /** Address under which people and workloads reach the web app. */
  PUBLIC_URL: z.url().default("http://127.0.0.1:3000"),
  /** Folders (separated by `:`) whose repositories runs may name by path. */
  ALLOWED_REPOSITORY_DIRS: z
    .string()
    .default("")
    .transform((text) => text.split(":").filter((part) => part !== "")),
  DEMO_MODEL_URL: z.url().optional(),
  DEMO_MODEL_KEY: z.string().optional(),
  /** `true` lets model providers and repositories resolve to private addresses (one machine, trusted people). */
  ALLOW_PRIVATE_ADDRESSES: z.stringbool().default(false),
  /** What agents may reach although it is not on the public internet: names, addresses and networks, separated by commas. */
  EGRESS_PRIVATE_HOSTS: z
    .string()
    .default("")
    .transform((text) => text.split(/[\s,]+/).filter((part) => part !== "")),
} as const;
