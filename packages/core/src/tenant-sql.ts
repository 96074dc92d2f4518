/** The tenant transaction in plain SQL, for the engine's hot path: the same rules as everywhere, without Prisma. */
export { type Statement, tenantPipeline } from "@djinnbot/db";
