/** Postgres: the tenant transaction and the schema's types. The bare client is not exported. */
export { type Db, type DbOptions, openDb } from "./client.ts";
export { Prisma } from "./generated/client.ts";
export { type Sql, type Statement, type Tx, tenantPipeline, withTenant, withTenantSql } from "./tenant.ts";
