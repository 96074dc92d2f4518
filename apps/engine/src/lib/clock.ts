/**
 * The time by which engines judge deadlines, waits and lives: that of Postgres, counted on by the monotonic clock. A machine whose
 * clock is set, or goes wrong from the start, then neither ends a step early nor keeps one for ever.
 */
import type { Deps } from "@djinnbot/core";

/** Smaller differences are the way to Postgres and back; following them would let time run backwards. */
const tolerableMs = 250;

/** Epoch ms at which the monotonic clock of this process stood at zero. */
let origin = performance.timeOrigin;

/** Epoch ms. */
export function now(): number {
  return Math.round(origin + performance.now());
}

/** Compares with Postgres, and follows it. An answer that was long on its way says nothing. */
export async function readClock({ db }: Pick<Deps, "db">): Promise<void> {
  const asked = performance.now();
  const { rows } = await db.pool.query<{ now: number }>(
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now",
  );
  const answered = performance.now();
  const seen = (rows[0]?.now ?? 0) - (asked + answered) / 2;
  if (rows[0] && answered - asked < tolerableMs && Math.abs(seen - origin) > tolerableMs) {
    origin = seen;
  }
}
