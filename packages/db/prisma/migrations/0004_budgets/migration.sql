CREATE TABLE "budgets" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "subject" VARCHAR(200) NOT NULL,
    "scope" VARCHAR(16) NOT NULL,
    "agent_id" VARCHAR(128),
    "run_id" VARCHAR(64),
    "step_id" VARCHAR(64),
    "period" VARCHAR(16) NOT NULL,
    "limit_cost_micros" BIGINT,
    "limit_tokens" BIGINT,
    "hard" BOOLEAN NOT NULL DEFAULT true,
    "warn_percent" INTEGER,
    "period_start" BIGINT NOT NULL DEFAULT 0,
    "used_cost_micros" BIGINT NOT NULL DEFAULT 0,
    "used_tokens" BIGINT NOT NULL DEFAULT 0,
    "warned_at" BIGINT,
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "budgets_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "budget_reservations" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "subjects" TEXT[],
    "cost_micros" BIGINT NOT NULL,
    "tokens" BIGINT NOT NULL,
    "expires_at" BIGINT NOT NULL,

    CONSTRAINT "budget_reservations_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "budgets_tenant_id_subject_period_key" ON "budgets"("tenant_id", "subject", "period");
CREATE INDEX "idx_budgets_run" ON "budgets"("tenant_id", "run_id");
CREATE INDEX "idx_budgets_agent" ON "budgets"("tenant_id", "agent_id");
CREATE INDEX "idx_budget_reservations_tenant" ON "budget_reservations"("tenant_id", "expires_at");

ALTER TABLE "budgets" ADD CONSTRAINT "budgets_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_tenant_id_agent_id_fkey" FOREIGN KEY ("tenant_id", "agent_id") REFERENCES "agents"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_tenant_id_run_id_fkey" FOREIGN KEY ("tenant_id", "run_id") REFERENCES "runs"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "budget_reservations" ADD CONSTRAINT "budget_reservations_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A limit limits something, and says when to warn in percent.
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_limit_given" CHECK ("limit_cost_micros" IS NOT NULL OR "limit_tokens" IS NOT NULL);
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_warn_percent" CHECK ("warn_percent" BETWEEN 1 AND 100);

-- Which model was asked for where another answered, and how much fits into the one that did.
ALTER TABLE "llm_call_logs" ADD COLUMN "requested_model" VARCHAR(330), ADD COLUMN "context_window" INTEGER;

SELECT djinnbot_protect('budgets');
SELECT djinnbot_protect('budget_reservations');
