import { formatCount, formatMoney, formatTokens } from "./format.ts";

/** Micro-dollars as money; the exact amount on hover. */
export function Money({ micros, className }: { micros: number | null | undefined; className?: string }) {
  const exact = micros === null || micros === undefined ? undefined : `$${(micros / 1_000_000).toFixed(6)}`;
  return (
    <span className={className} title={exact}>
      {formatMoney(micros)}
    </span>
  );
}

/** Tokens in short; the exact count on hover. */
export function TokenCount({ value, className }: { value: number | null | undefined; className?: string }) {
  return (
    <span
      className={className}
      title={value === null || value === undefined ? undefined : `${formatCount(value)} tokens`}
    >
      {formatTokens(value)}
    </span>
  );
}
