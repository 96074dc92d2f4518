-- Which runs are next, in fair order, without reading a whole queue: the oldest of each tenant, and when the tenant was served last.
CREATE INDEX "idx_runs_queue" ON "runs"("tenant_id", "created_at", "id") WHERE "status" = 'pending' AND "cancel_requested_at" IS NULL;
CREATE INDEX "idx_runs_served" ON "runs"("tenant_id", "started_at" DESC) WHERE "started_at" IS NOT NULL;
