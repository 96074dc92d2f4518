/** A migration that failed: what Postgres said about it, and how its name is forgotten. */
import pg from "pg";

const unfinished = "finished_at IS NULL AND rolled_back_at IS NULL";
const lockNotAvailable = "55P03";

/**
 * Removes the notes of migrations that began and did not finish: the schema engine refuses to do anything while there is one. Each
 * migration is one transaction, so what is not finished was rolled back.
 */
export async function forgetFailures(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS known");
    if (rows[0].known) {
      await client.query(`DELETE FROM _prisma_migrations WHERE ${unfinished}`);
    }
  } finally {
    await client.end();
  }
}

/** The error for people: which migration, where in it, Postgres' own words, and what to do. */
export async function explainFailure(
  pool: pg.Pool,
  { script, error }: { script: string; error: unknown },
): Promise<Error> {
  // Without an answer it was not a migration yet: the table of their names could not be made.
  const { rows } = await pool
    .query<{ name: string }>(`SELECT migration_name AS name FROM _prisma_migrations WHERE ${unfinished}`)
    .catch(() => ({ rows: [] }));
  const { message, detail, hint, position, code } = error as pg.DatabaseError;
  const line = position === undefined ? "" : ` at line ${script.slice(0, Number(position)).split("\n").length}`;
  const words = [message, detail, hint].filter((part) => part !== undefined).join(". ");
  const remedy =
    code === lockNotAvailable
      ? "Another transaction holds a table for too long: end it, or start again when it is over."
      : "Mend its file and start again.";
  const name = rows[0] ? `Migration ${rows[0].name}` : "Preparing the migrations";
  return new Error(`${name} failed${line}, and nothing of it was kept: ${words}. ${remedy}`, { cause: error });
}
