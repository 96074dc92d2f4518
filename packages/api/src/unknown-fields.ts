/** Fields of a body that its operation does not have. */
import { Fault } from "@djinnbot/contracts";
import { hint } from "@djinnbot/core/suggest";
import type { z } from "zod";
import { type Wire, wireName } from "./wire.ts";

/**
 * Throws VALIDATION for the first field that is not one of the contract's: it is most likely misspelt, and an operation that does
 * without it does something else than was asked. A contract that takes any field is left alone.
 */
export function refuseUnknownFields(body: object, { input, wire }: { input: z.ZodType; wire: Wire }): void {
  const { shape, catchall } = (input as Partial<z.ZodObject>).def ?? {};
  if (!shape || catchall) {
    return;
  }
  const names = Object.keys(shape);
  const onWire = names.map((name) => wireName(name, wire));
  const known = new Set([...names, ...onWire]);
  const unknown = Object.keys(body).find((name) => !known.has(name));
  if (unknown !== undefined) {
    const shown = unknown.slice(0, 64);
    const msg = `\`${shown}\` is not a field of this operation.${hint(shown, onWire)}`;
    throw new Fault("VALIDATION", msg, { details: [{ loc: ["body", shown], msg, type: "unknown_field" }] });
  }
}
