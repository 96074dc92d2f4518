/** The web app's environment, read once. */
import { hostname } from "node:os";
import { loadEnv, serviceEnvShape } from "@djinnbot/config";
import { z } from "zod";

const WebEnv = z.object({
  ...serviceEnvShape,
  /** Tells replicas apart in logs. */
  INSTANCE_ID: z.string().max(64).default(`${hostname()}-${process.pid}`),
  /** Port of health and metrics for operators, on loopback unless METRICS_HOST says otherwise; left out: none. */
  METRICS_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  METRICS_HOST: z.string().default("127.0.0.1"),
  /** How many proxies of ours stand in front; as many entries of X-Forwarded-For are believed. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  /** Requests a tenant may send within REQUEST_LIMIT_WINDOW_SEC. */
  REQUEST_LIMIT: z.coerce.number().int().min(1).default(600),
  REQUEST_LIMIT_WINDOW_SEC: z.coerce.number().int().min(1).max(3600).default(10),
});
export type WebEnv = z.output<typeof WebEnv>;

let env: WebEnv | undefined;

/** Throws EnvError with every problem; not called while Next builds. */
export function webEnv(): WebEnv {
  env ??= loadEnv(WebEnv, process.env);
  return env;
}
