/** Unique violations become CONFLICT faults with a sentence. */
import { Fault } from "@djinnbot/contracts";
import { Prisma } from "@djinnbot/db";

/** True for the error of a row that exists already; of a client or of a transaction. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
}

/** Runs `write`; a unique violation is thrown as CONFLICT with `message`. */
export async function orConflict<T>(message: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw isUniqueViolation(error) ? new Fault("CONFLICT", message, { cause: error }) : error;
  }
}
