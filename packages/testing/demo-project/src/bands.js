/** Weight bands, lightest first. A parcel belongs to the first band that can hold it. */
export const bands = [
  { name: "letter", maxGrams: 100, cents: 195 },
  { name: "small", maxGrams: 1000, cents: 450 },
  { name: "medium", maxGrams: 5000, cents: 790 },
  { name: "large", maxGrams: 20000, cents: 1450 },
];

/** The band of a parcel of this weight. Throws RangeError when none can hold it. */
export function bandFor(grams) {
  const band = bands.find((each) => grams < each.maxGrams);
  if (!band) {
    throw new RangeError(`no band holds a parcel of ${grams} g`);
  }
  return band;
}
