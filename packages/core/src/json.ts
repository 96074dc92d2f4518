/** Between rows and the wire: BIGINT columns become numbers (epoch ms and micro-dollars are far below 2^53). */
import type { Prisma } from "@djinnbot/db";

/** A BIGINT column as a number. */
export function num(value: bigint): number {
  return Number(value);
}
/** The same for a column that may be empty. */
export function numOrNull(value: bigint | null): number | null {
  return value === null ? null : Number(value);
}
/** A JSON column that we wrote as an object of strings. */
export function stringRecord(value: Prisma.JsonValue): Record<string, string> {
  return jsonObject(value) as Record<string, string>;
}
/** A JSON column as an object; anything else counts as empty. */
export function jsonObject(value: Prisma.JsonValue): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
