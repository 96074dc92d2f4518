import type { FaultDetail } from "@djinnbot/contracts";

/**
 * Sorts the problems of a refused input by the form's fields. `loc` is the path into the input, with the place (`input`,
 * `body`) in front; the first part that is a field's name decides. `rest` are problems of no field.
 */
export function fieldFaults(
  details: readonly FaultDetail[],
  names: readonly string[],
): { fields: [name: string, message: string][]; rest: string[] } {
  const fields = new Map<string, string>();
  const rest: string[] = [];
  for (const { loc, msg } of details) {
    const name = loc.map(String).find((part) => names.includes(part));
    if (name === undefined) {
      rest.push(msg);
    } else if (!fields.has(name)) {
      fields.set(name, msg);
    }
  }
  return { fields: [...fields], rest };
}
