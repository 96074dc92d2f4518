-- Approvals, branches of parallel steps, loops inside loops, pauses, and the agents as a run started with them.

ALTER TABLE "runs" ADD COLUMN "parent_run_id" VARCHAR(64);
ALTER TABLE "runs" ADD COLUMN "parent_step" VARCHAR(200);
ALTER TABLE "runs" ADD COLUMN "branch" VARCHAR(64);
ALTER TABLE "runs" ADD COLUMN "root_run_id" VARCHAR(64);
ALTER TABLE "runs" ADD COLUMN "forked_from" VARCHAR(64);
ALTER TABLE "runs" ADD COLUMN "base_commit" VARCHAR(64);
ALTER TABLE "runs" ADD COLUMN "wake_at" BIGINT;
ALTER TABLE "runs" ADD COLUMN "pause_requested_at" BIGINT;
ALTER TABLE "steps" ADD COLUMN "kind" VARCHAR(16) NOT NULL DEFAULT 'agent';
ALTER TABLE "loop_state" ADD COLUMN "depth" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "loop_state" ADD COLUMN "active" BOOLEAN NOT NULL DEFAULT true;

-- CreateTable
CREATE TABLE "approvals" (
    "id" VARCHAR(200) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "run_id" VARCHAR(64) NOT NULL,
    "step_id" VARCHAR(64) NOT NULL,
    "attempt" INTEGER NOT NULL,
    "status" VARCHAR(16) NOT NULL DEFAULT 'pending',
    "message" TEXT NOT NULL,
    "who" JSONB NOT NULL DEFAULT '[]',
    "comment" TEXT,
    "decided_by" VARCHAR(64),
    "decided_by_name" VARCHAR(320),
    "created_at" BIGINT NOT NULL,
    "expires_at" BIGINT,
    "decided_at" BIGINT,

    CONSTRAINT "approvals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_versions" (
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "hash" VARCHAR(64) NOT NULL,
    "profile" JSONB NOT NULL,

    CONSTRAINT "agent_versions_pkey" PRIMARY KEY ("tenant_id","hash")
);

-- CreateTable
CREATE TABLE "run_agents" (
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "run_id" VARCHAR(64) NOT NULL,
    "slug" VARCHAR(128) NOT NULL,
    "hash" VARCHAR(64) NOT NULL,

    CONSTRAINT "run_agents_pkey" PRIMARY KEY ("tenant_id","run_id","slug")
);

-- CreateIndex
CREATE UNIQUE INDEX "approvals_tenant_id_run_id_step_id_attempt_key" ON "approvals"("tenant_id", "run_id", "step_id", "attempt");
CREATE INDEX "idx_approvals_inbox" ON "approvals"("tenant_id", "status", "created_at");
CREATE INDEX "idx_runs_parent" ON "runs"("tenant_id", "parent_run_id");

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_tenant_id_parent_run_id_fkey" FOREIGN KEY ("tenant_id", "parent_run_id") REFERENCES "runs"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_tenant_id_run_id_fkey" FOREIGN KEY ("tenant_id", "run_id") REFERENCES "runs"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "run_agents" ADD CONSTRAINT "run_agents_tenant_id_run_id_fkey" FOREIGN KEY ("tenant_id", "run_id") REFERENCES "runs"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "run_agents" ADD CONSTRAINT "run_agents_tenant_id_hash_fkey" FOREIGN KEY ("tenant_id", "hash") REFERENCES "agent_versions"("tenant_id", "hash") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "agent_versions" ADD CONSTRAINT "agent_versions_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

SELECT djinnbot_protect('approvals');
SELECT djinnbot_protect('agent_versions');
SELECT djinnbot_protect('run_agents');

ALTER TABLE approvals ADD CONSTRAINT approvals_status_known CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'cancelled'));
ALTER TABLE steps ADD CONSTRAINT steps_kind_known CHECK (kind IN ('agent', 'approval', 'parallel'));
