-- How many branches a run has in all, with branches of branches: counted before new ones are made.
CREATE INDEX "idx_runs_root" ON "runs"("tenant_id", "root_run_id") WHERE "root_run_id" IS NOT NULL;
