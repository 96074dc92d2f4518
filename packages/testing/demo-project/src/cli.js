import { quote } from "./quote.js";

const [grams, country] = process.argv.slice(2);
const { band, cents } = quote({ grams: Number(grams), country });
console.log(`${band}: ${(cents / 100).toFixed(2)}`);
