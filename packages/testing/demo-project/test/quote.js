import assert from "node:assert/strict";
import { test } from "node:test";
import { quote } from "../src/quote.js";

test("prices a parcel by its weight band", () => {
  assert.deepEqual(quote({ grams: 750 }), { band: "small", cents: 450 });
});

test("a parcel at exactly the limit still belongs to the band", () => {
  assert.equal(quote({ grams: 1000 }).band, "small");
});

test("abroad costs twice as much", () => {
  assert.equal(quote({ grams: 750, country: "DE" }).cents, 900);
});

test("refuses a parcel that no band can hold", () => {
  assert.throws(() => quote({ grams: 20001 }), RangeError);
});

test.todo("express costs half as much again, rounded up");
