import { bandFor } from "./bands.js";

const home = "NL";
const abroadFactor = 2;

/** The price of one parcel: `{ band, cents }`. */
export function quote({ grams, country = home }) {
  const band = bandFor(grams);
  const cents = country === home ? band.cents : band.cents * abroadFactor;
  return { band: band.name, cents };
}
