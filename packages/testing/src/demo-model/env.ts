/** The demo model's environment: PORT (0 = any free), DEMO_MODEL_KEY, CHUNK_DELAY_MS, DEMO_MODEL_HOST. */
import { z } from "zod";

export const DemoModelEnv = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  DEMO_MODEL_HOST: z.string().default("127.0.0.1"),
  /** The bearer key callers must send. */
  DEMO_MODEL_KEY: z.string().min(1).default("demo"),
  /** Milliseconds between two streamed chunks; left out: a pace at which a person sees text appear. */
  CHUNK_DELAY_MS: z.coerce.number().min(0).max(60_000).optional(),
});
export type DemoModelEnv = z.infer<typeof DemoModelEnv>;

/** Reads and checks the environment; throws one error that names every problem. */
export function readDemoModelEnv(source: NodeJS.ProcessEnv = process.env): DemoModelEnv {
  const parsed = DemoModelEnv.safeParse(source);
  if (!parsed.success) {
    throw new Error(`demo model: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}
