-- Places that the proxy did not let an agent to, as the proxy itself has judged: what people allow with one click must not come from a
-- transcript, which the agent's own programs can fill with anything.
CREATE TABLE "refused_places" (
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "agent_id" VARCHAR(128) NOT NULL,
    "host" VARCHAR(253) NOT NULL,
    "port" INTEGER NOT NULL,
    "reason" VARCHAR(16) NOT NULL,
    "run_id" VARCHAR(64) NOT NULL,
    "step_id" VARCHAR(64) NOT NULL,
    "times" INTEGER NOT NULL DEFAULT 1,
    "refused_at" BIGINT NOT NULL,

    CONSTRAINT "refused_places_pkey" PRIMARY KEY ("tenant_id","agent_id","host","port")
);

CREATE INDEX "idx_refused_places_latest" ON "refused_places"("tenant_id", "agent_id", "refused_at" DESC);
-- A run that is deleted takes its own with it.
CREATE INDEX "idx_refused_places_run" ON "refused_places"("tenant_id", "run_id");

ALTER TABLE "refused_places" ADD CONSTRAINT "refused_places_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "refused_places" ADD CONSTRAINT "refused_places_tenant_id_agent_id_fkey" FOREIGN KEY ("tenant_id", "agent_id") REFERENCES "agents"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "refused_places" ADD CONSTRAINT "refused_places_tenant_id_run_id_fkey" FOREIGN KEY ("tenant_id", "run_id") REFERENCES "runs"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

SELECT djinnbot_protect('refused_places');
