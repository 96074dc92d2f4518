// Percentiles and spreads.

export interface Spread {
  n: number;
  p50: number;
  p99: number;
  min: number;
  max: number;
}

/** Nearest-rank percentiles of samples. Throws when there are none: that is a measurement that was not made. */
export function spreadOf(samples: readonly number[]): Spread {
  if (samples.length === 0) throw new Error("no samples were taken");
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { n: sorted.length, p50: rank(0.5), p99: rank(0.99), min: rank(0), max: rank(1) };
}
