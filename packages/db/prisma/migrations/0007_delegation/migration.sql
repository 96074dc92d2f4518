-- Work that the agent of a step has given to executors: runs of their own, which the step waits for.
CREATE TABLE "delegations" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "run_id" VARCHAR(64) NOT NULL,
    "step_row" VARCHAR(200) NOT NULL,
    "step_id" VARCHAR(64) NOT NULL,
    "attempt" INTEGER NOT NULL,
    "agent" VARCHAR(128) NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "status" VARCHAR(16) NOT NULL DEFAULT 'running',
    "max_concurrent" INTEGER NOT NULL,
    "criteria" TEXT,
    "deviation_rules" TEXT NOT NULL DEFAULT '',
    "error" TEXT,
    "deadline_at" BIGINT,
    "cancel_requested_at" BIGINT,
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "completed_at" BIGINT,

    CONSTRAINT "delegations_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "delegation_tasks" (
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "delegation_id" VARCHAR(64) NOT NULL,
    "key" VARCHAR(64) NOT NULL,
    "position" INTEGER NOT NULL,
    "evaluation" BOOLEAN NOT NULL DEFAULT false,
    "title" VARCHAR(256) NOT NULL,
    "prompt" TEXT NOT NULL,
    "dependencies" JSONB NOT NULL DEFAULT '[]',
    "model" VARCHAR(256),
    "timeout_seconds" INTEGER NOT NULL,
    "project_id" VARCHAR(64),
    "task_id" VARCHAR(64),
    "run_id" VARCHAR(64) NOT NULL,
    "status" VARCHAR(16) NOT NULL DEFAULT 'pending',
    "error" TEXT,
    "conflicts" JSONB NOT NULL DEFAULT '[]',
    "outputs" JSONB NOT NULL DEFAULT '{}',
    "commit_hash" VARCHAR(64),
    "started_at" BIGINT,
    "completed_at" BIGINT,

    CONSTRAINT "delegation_tasks_pkey" PRIMARY KEY ("tenant_id","delegation_id","key")
);

CREATE UNIQUE INDEX "delegations_tenant_id_id_key" ON "delegations"("tenant_id", "id");
CREATE INDEX "idx_delegations_run" ON "delegations"("tenant_id", "run_id");
CREATE INDEX "idx_delegations_newest" ON "delegations"("tenant_id", "created_at" DESC);
CREATE UNIQUE INDEX "delegation_tasks_tenant_id_run_id_key" ON "delegation_tasks"("tenant_id", "run_id");

ALTER TABLE "delegations" ADD CONSTRAINT "delegations_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "delegations" ADD CONSTRAINT "delegations_tenant_id_run_id_fkey" FOREIGN KEY ("tenant_id", "run_id") REFERENCES "runs"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "delegation_tasks" ADD CONSTRAINT "delegation_tasks_tenant_id_delegation_id_fkey" FOREIGN KEY ("tenant_id", "delegation_id") REFERENCES "delegations"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

SELECT djinnbot_protect('delegations');
SELECT djinnbot_protect('delegation_tasks');
