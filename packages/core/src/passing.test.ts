import { expect, it } from "vitest";
import { isPassing } from "./passing.ts";

const coded = (code: string) => Object.assign(new Error("no"), { code });

it.each([
  ...[
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "57P01",
    "53100",
    "25006",
    "08006",
    "P1001",
    "P2028",
  ].map(coded),
  new Error("MISCONF Redis is configured to save RDB snapshots"),
  new Error("OOM command not allowed when used memory > 'maxmemory'."),
  new Error("Command timed out"),
  new Error("outer", { cause: coded("ECONNRESET") }),
  Object.assign(new Error("Prisma"), { meta: { driverAdapterError: { cause: { message: "DatabaseNotReachable" } } } }),
])("%s passes by itself", (error) => expect(isPassing(error)).toBe(true));

it.each([coded("23505"), coded("22012"), coded("P2002"), new Error("no such step"), "ECONNREFUSED", null, undefined])(
  "%s does not",
  (error) => expect(isPassing(error)).toBe(false),
);
