-- The oldest runs of a tenant that need no git server, without reading all those before them that do.
CREATE INDEX "idx_runs_queue_here" ON "runs"("tenant_id", "created_at", "id")
  WHERE "status" = 'pending' AND "cancel_requested_at" IS NULL AND ("repository" IS NULL OR "repository" LIKE '/%');
