const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const count = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Integer micro-dollars as `$0.0142`: four decimals below one dollar, two from there on. Null is an en dash. */
export function formatMoney(micros: number | null | undefined): string {
  if (micros === null || micros === undefined || !Number.isFinite(micros)) {
    return "–";
  }
  if (micros === 0) {
    return "$0.00";
  }
  const sign = micros < 0 ? "-" : "";
  const dollars = Math.abs(micros) / 1_000_000;
  if (dollars < 0.000_05) {
    return `${sign}<$0.0001`;
  }
  const digits = dollars < 0.999_95 ? 4 : 2;
  return `${sign}$${dollars.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** A count of tokens as `812`, `12.4k`, `3.1M`. */
export function formatTokens(tokens: number | null | undefined): string {
  if (tokens === null || tokens === undefined || !Number.isFinite(tokens)) {
    return "–";
  }
  return scaled({ value: tokens, step: 1_000, units: ["", "k", "M", "G"], gap: "" });
}

/** Bytes in powers of 1024 as `812 B`, `1.4 KiB`, `20 MiB`. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) {
    return "–";
  }
  return scaled({ value: bytes, step: 1_024, units: ["B", "KiB", "MiB", "GiB", "TiB"], gap: " " });
}

/** A whole number with thousands separators. */
export function formatCount(n: number): string {
  return count.format(n);
}

/** `1 run`, `2 runs`; the plural is the word with an s unless given. */
export function plural(n: number, word: string, words = `${word}s`): string {
  return `${formatCount(n)} ${n === 1 ? word : words}`;
}

/** Milliseconds as `420ms`, `4.2s`, `42s`, `1m 12s`, `2h 05m`, `3d 4h`. Negative values count as zero. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) {
    return "–";
  }
  const value = Math.max(0, ms);
  if (value < SECOND) {
    return `${Math.floor(value)}ms`;
  }
  if (value < 10 * SECOND) {
    return `${(Math.floor(value / 100) / 10).toFixed(1)}s`;
  }
  if (value < MINUTE) {
    return `${Math.floor(value / SECOND)}s`;
  }
  if (value < HOUR) {
    return `${Math.floor(value / MINUTE)}m ${pad(Math.floor((value % MINUTE) / SECOND))}s`;
  }
  if (value < DAY) {
    return `${Math.floor(value / HOUR)}h ${pad(Math.floor((value % HOUR) / MINUTE))}m`;
  }
  return `${Math.floor(value / DAY)}d ${Math.floor((value % DAY) / HOUR)}h`;
}

/** The distance of an instant (epoch ms) from now: `just now`, `3 min ago`, `in 2 h`, `yesterday`; a date after a week. */
export function formatRelative(at: number, now: number): string {
  const distance = Math.abs(now - at);
  const past = at <= now;
  if (distance < 10 * SECOND) {
    return "just now";
  }
  const spell = (amount: number, unit: string) => (past ? `${amount} ${unit} ago` : `in ${amount} ${unit}`);
  if (distance < MINUTE) {
    return spell(Math.floor(distance / SECOND), "s");
  }
  if (distance < HOUR) {
    return spell(Math.floor(distance / MINUTE), "min");
  }
  if (distance < DAY) {
    return spell(Math.floor(distance / HOUR), "h");
  }
  if (distance < 7 * DAY) {
    const days = Math.floor(distance / DAY);
    return spell(days, days === 1 ? "day" : "days");
  }
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const year = sameYear ? {} : { year: "numeric" as const };
  return new Date(at).toLocaleDateString("en-US", { month: "short", day: "numeric", ...year });
}

/** The exact local time of an instant (epoch ms), seconds and zone included. */
export function formatDateTime(at: number): string {
  return new Date(at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "long" });
}

/** The local time of day of an instant (epoch ms) as `14:03:27`. */
export function formatTime(at: number): string {
  return new Date(at).toLocaleTimeString("en-GB");
}

function scaled({ value, step, units, gap }: { value: number; step: number; units: string[]; gap: string }): string {
  const sign = value < 0 ? "-" : "";
  let rest = Math.abs(value);
  let unit = 0;
  // Rounding may carry (999,960 tokens are 1.0M, not 1000k), so the rounded value decides the unit.
  while (unit < units.length - 1 && Number(rounded(rest, unit)) >= step) {
    rest /= step;
    unit += 1;
  }
  return `${sign}${rounded(rest, unit)}${gap}${units[unit] ?? ""}`;
}

function rounded(value: number, unit: number): string {
  if (unit === 0) {
    return String(Math.round(value));
  }
  return value < 99.95 ? value.toFixed(1).replace(/\.0$/, "") : String(Math.round(value));
}

function pad(n: number): string {
  return String(n).padStart(2, "0");
}
