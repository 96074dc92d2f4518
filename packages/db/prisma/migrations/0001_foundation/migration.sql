-- Tables, then row-level security. The app connects as djinnbot_app, which owns nothing; djinnbot_system is the narrow client for
-- sign-in, registration, seeding and sweeps. Both roles are created before migrations run.

-- The tenant of the transaction, null outside one. Default of every tenant_id; policies spell it out, which costs nothing per row.
CREATE FUNCTION djinnbot_tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT NULLIF(current_setting('app.tenant_id', true), '') $$;

-- CreateTable
CREATE TABLE "agents" (
    "id" VARCHAR(128) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "name" VARCHAR(256) NOT NULL,
    "slug" VARCHAR(128) NOT NULL,
    "emoji" VARCHAR(16),
    "role" VARCHAR(256),
    "description" TEXT NOT NULL DEFAULT '',
    "model" VARCHAR(256),
    "thinking_level" VARCHAR(32) NOT NULL DEFAULT 'off',
    "pulse_enabled" BOOLEAN NOT NULL DEFAULT false,
    "identity_md" TEXT,
    "soul_md" TEXT,
    "agents_md" TEXT,
    "decision_md" TEXT,
    "config_json" JSONB NOT NULL DEFAULT '{}',
    "slack_config" JSONB,
    "status" VARCHAR(32) NOT NULL DEFAULT 'active',
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "agents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_templates" (
    "id" VARCHAR(128) NOT NULL,
    "tenant_id" VARCHAR(64),
    "slug" VARCHAR(128) NOT NULL,
    "name" VARCHAR(256) NOT NULL,
    "emoji" VARCHAR(16),
    "role" VARCHAR(256),
    "description" TEXT NOT NULL DEFAULT '',
    "stage" VARCHAR(64),
    "files" JSONB NOT NULL DEFAULT '{}',
    "config_json" JSONB NOT NULL DEFAULT '{}',
    "sort_order" INTEGER NOT NULL DEFAULT 0,
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "agent_templates_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tenants" (
    "id" VARCHAR(64) NOT NULL,
    "name" VARCHAR(256) NOT NULL,
    "slug" VARCHAR(128) NOT NULL,
    "owner_user_id" VARCHAR(64),
    "status" VARCHAR(32) NOT NULL DEFAULT 'active',
    "max_concurrent_runs" INTEGER NOT NULL DEFAULT 10,
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "tenants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "email" VARCHAR(254) NOT NULL,
    "display_name" VARCHAR(256),
    "password_hash" TEXT,
    "role" VARCHAR(16) NOT NULL DEFAULT 'member',
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "totp_enabled" BOOLEAN NOT NULL DEFAULT false,
    "slack_id" VARCHAR(64),
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_sessions" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "user_id" VARCHAR(64) NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "refresh_token_hash" VARCHAR(64),
    "used_token_hashes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "revoked_at" BIGINT,
    "expires_at" BIGINT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "last_used_at" BIGINT NOT NULL,
    "ip_address" VARCHAR(64),
    "user_agent" VARCHAR(512),

    CONSTRAINT "user_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "kind" VARCHAR(16) NOT NULL DEFAULT 'user',
    "user_id" VARCHAR(64),
    "run_id" VARCHAR(64),
    "session_id" VARCHAR(64),
    "agent_id" VARCHAR(128),
    "name" VARCHAR(256) NOT NULL,
    "key_hash" VARCHAR(64) NOT NULL,
    "key_prefix" VARCHAR(32) NOT NULL,
    "scopes" TEXT[],
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "expires_at" BIGINT,
    "last_used_at" BIGINT,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "actor_kind" VARCHAR(16) NOT NULL,
    "actor_id" VARCHAR(128),
    "action" VARCHAR(64) NOT NULL,
    "entity" VARCHAR(64) NOT NULL,
    "entity_id" VARCHAR(200),
    "detail" JSONB NOT NULL DEFAULT '{}',
    "request_id" VARCHAR(128) NOT NULL,
    "ip_address" VARCHAR(64),
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "streams" TEXT[],
    "run_id" VARCHAR(64),
    "message" JSONB NOT NULL,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_providers" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64),
    "provider_id" VARCHAR(64) NOT NULL,
    "name" VARCHAR(128),
    "wire" VARCHAR(32),
    "base_url" VARCHAR(2000),
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "encrypted_api_key" TEXT,
    "masked_api_key" VARCHAR(64),
    "extra_config" JSONB,
    "is_demo" BOOLEAN NOT NULL DEFAULT false,
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "model_providers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_prices" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64),
    "model" VARCHAR(256) NOT NULL,
    "input_micros" BIGINT NOT NULL,
    "output_micros" BIGINT NOT NULL,
    "cache_read_micros" BIGINT,
    "cache_write_micros" BIGINT,
    "context_window" INTEGER,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "model_prices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "global_settings" (
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "key" VARCHAR(128) NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "global_settings_pkey" PRIMARY KEY ("tenant_id","key")
);

-- CreateTable
CREATE TABLE "llm_call_logs" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "session_id" VARCHAR(128),
    "run_id" VARCHAR(64),
    "step_id" VARCHAR(64),
    "agent_id" VARCHAR(128),
    "request_id" VARCHAR(128),
    "user_id" VARCHAR(64),
    "provider" VARCHAR(64) NOT NULL,
    "model" VARCHAR(256) NOT NULL,
    "key_source" VARCHAR(32),
    "key_masked" VARCHAR(64),
    "input_tokens" INTEGER NOT NULL DEFAULT 0,
    "output_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_read_tokens" INTEGER NOT NULL DEFAULT 0,
    "cache_write_tokens" INTEGER NOT NULL DEFAULT 0,
    "total_tokens" INTEGER NOT NULL DEFAULT 0,
    "cost_input_micros" BIGINT,
    "cost_output_micros" BIGINT,
    "cost_total_micros" BIGINT,
    "cost_approximate" BOOLEAN NOT NULL DEFAULT false,
    "duration_ms" INTEGER,
    "tool_call_count" INTEGER NOT NULL DEFAULT 0,
    "has_thinking" BOOLEAN NOT NULL DEFAULT false,
    "stop_reason" VARCHAR(64),
    "status" INTEGER,
    "error" TEXT,
    "created_at" BIGINT NOT NULL,

    CONSTRAINT "llm_call_logs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pipelines" (
    "id" VARCHAR(128) NOT NULL,
    "tenant_id" VARCHAR(64),
    "slug" VARCHAR(128) NOT NULL,
    "name" VARCHAR(256) NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "version" VARCHAR(64),
    "yaml_content" TEXT NOT NULL,
    "is_global" BOOLEAN NOT NULL DEFAULT false,
    "file" VARCHAR(256),
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "pipelines_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "runs" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "pipeline_id" VARCHAR(128) NOT NULL,
    "pipeline_name" VARCHAR(256),
    "pipeline_yaml" TEXT NOT NULL,
    "project_id" VARCHAR(64),
    "task_description" TEXT NOT NULL,
    "status" VARCHAR(16) NOT NULL DEFAULT 'pending',
    "current_step_id" VARCHAR(64),
    "failure_code" VARCHAR(64),
    "failure_message" TEXT,
    "human_context" JSONB,
    "repository" VARCHAR(2000),
    "base_branch" VARCHAR(200),
    "task_branch" VARCHAR(200),
    "workspace_type" VARCHAR(32),
    "push_status" VARCHAR(16) NOT NULL DEFAULT 'none',
    "push_detail" TEXT,
    "initiated_by_user_id" VARCHAR(64),
    "model_override" VARCHAR(256),
    "key_resolution" JSONB,
    "steps_total" INTEGER NOT NULL DEFAULT 0,
    "steps_completed" INTEGER NOT NULL DEFAULT 0,
    "cost_micros" BIGINT NOT NULL DEFAULT 0,
    "input_tokens" BIGINT NOT NULL DEFAULT 0,
    "output_tokens" BIGINT NOT NULL DEFAULT 0,
    "cost_approximate" BOOLEAN NOT NULL DEFAULT false,
    "lease_epoch" INTEGER NOT NULL DEFAULT 0,
    "lease_owner" VARCHAR(128),
    "status_cursor" VARCHAR(32) NOT NULL DEFAULT '0-0',
    "cancel_requested_at" BIGINT,
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "started_at" BIGINT,
    "completed_at" BIGINT,

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "steps" (
    "id" VARCHAR(200) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "run_id" VARCHAR(64) NOT NULL,
    "step_id" VARCHAR(64) NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "sequence" INTEGER NOT NULL,
    "agent_id" VARCHAR(128) NOT NULL,
    "agent_name" VARCHAR(256),
    "agent_emoji" VARCHAR(16),
    "status" VARCHAR(16) NOT NULL DEFAULT 'pending',
    "inputs" JSONB NOT NULL DEFAULT '{}',
    "outputs" JSONB NOT NULL DEFAULT '{}',
    "summary" TEXT,
    "failure_code" VARCHAR(64),
    "error" TEXT,
    "retry_count" INTEGER NOT NULL DEFAULT 0,
    "max_retries" INTEGER NOT NULL DEFAULT 3,
    "session_id" VARCHAR(64),
    "commit_hash" VARCHAR(64),
    "commit_message" TEXT,
    "model_used" VARCHAR(256),
    "human_context" TEXT,
    "cost_micros" BIGINT NOT NULL DEFAULT 0,
    "input_tokens" BIGINT NOT NULL DEFAULT 0,
    "output_tokens" BIGINT NOT NULL DEFAULT 0,
    "queued_at" BIGINT,
    "started_at" BIGINT,
    "deadline_at" BIGINT,
    "completed_at" BIGINT,

    CONSTRAINT "steps_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outputs" (
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "run_id" VARCHAR(64) NOT NULL,
    "key" VARCHAR(64) NOT NULL,
    "step_id" VARCHAR(64) NOT NULL,
    "value" TEXT NOT NULL,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "outputs_pkey" PRIMARY KEY ("tenant_id","run_id","key")
);

-- CreateTable
CREATE TABLE "loop_state" (
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "run_id" VARCHAR(64) NOT NULL,
    "step_id" VARCHAR(64) NOT NULL,
    "items" JSONB NOT NULL,
    "current_index" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "loop_state_pkey" PRIMARY KEY ("tenant_id","run_id","step_id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "agent_id" VARCHAR(128) NOT NULL,
    "user_id" VARCHAR(64),
    "source" VARCHAR(32) NOT NULL,
    "source_id" VARCHAR(128),
    "workload" VARCHAR(128),
    "status" VARCHAR(16) NOT NULL DEFAULT 'starting',
    "user_prompt" TEXT,
    "output" TEXT,
    "error" TEXT,
    "model" VARCHAR(256),
    "turn_count" INTEGER NOT NULL DEFAULT 0,
    "created_at" BIGINT NOT NULL,
    "started_at" BIGINT,
    "completed_at" BIGINT,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session_events" (
    "id" VARCHAR(64) NOT NULL,
    "tenant_id" VARCHAR(64) NOT NULL DEFAULT djinnbot_tenant(),
    "session_id" VARCHAR(64) NOT NULL,
    "stream_id" VARCHAR(32) NOT NULL,
    "event_type" VARCHAR(32) NOT NULL,
    "timestamp" BIGINT NOT NULL,
    "data" JSONB NOT NULL,

    CONSTRAINT "session_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "agents_tenant_id_slug_key" ON "agents"("tenant_id", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "agents_tenant_id_id_key" ON "agents"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "idx_agent_templates_tenant" ON "agent_templates"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_templates_tenant_id_slug_key" ON "agent_templates"("tenant_id", "slug") NULLS NOT DISTINCT;

-- CreateIndex
CREATE UNIQUE INDEX "tenants_slug_key" ON "tenants"("slug");

-- CreateIndex
CREATE INDEX "idx_tenants_owner" ON "tenants"("owner_user_id");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "users_tenant_id_id_key" ON "users"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "user_sessions_refresh_token_hash_key" ON "user_sessions"("refresh_token_hash");

-- CreateIndex
CREATE INDEX "idx_user_sessions_tenant" ON "user_sessions"("tenant_id", "user_id");

-- CreateIndex
CREATE INDEX "idx_user_sessions_used" ON "user_sessions" USING GIN ("used_token_hashes");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys"("key_hash");

-- CreateIndex
CREATE INDEX "idx_api_keys_tenant" ON "api_keys"("tenant_id", "user_id");

-- CreateIndex
CREATE INDEX "idx_api_keys_session" ON "api_keys"("tenant_id", "session_id");

-- CreateIndex
CREATE INDEX "idx_audit_log_tenant" ON "audit_log"("tenant_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "idx_outbox_tenant" ON "outbox"("tenant_id", "created_at");

-- CreateIndex
CREATE INDEX "idx_outbox_oldest" ON "outbox"("created_at");

-- CreateIndex
CREATE INDEX "idx_model_providers_tenant" ON "model_providers"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "model_providers_tenant_id_provider_id_key" ON "model_providers"("tenant_id", "provider_id") NULLS NOT DISTINCT;

-- CreateIndex
CREATE INDEX "idx_model_prices_tenant" ON "model_prices"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "model_prices_tenant_id_model_key" ON "model_prices"("tenant_id", "model") NULLS NOT DISTINCT;

-- CreateIndex
CREATE INDEX "idx_llm_calls_tenant" ON "llm_call_logs"("tenant_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "idx_llm_calls_run" ON "llm_call_logs"("tenant_id", "run_id");

-- CreateIndex
CREATE INDEX "idx_pipelines_tenant" ON "pipelines"("tenant_id");

-- CreateIndex
CREATE UNIQUE INDEX "pipelines_tenant_id_slug_key" ON "pipelines"("tenant_id", "slug") NULLS NOT DISTINCT;

-- CreateIndex
CREATE INDEX "idx_runs_tenant" ON "runs"("tenant_id", "status");

-- CreateIndex
CREATE INDEX "idx_runs_newest" ON "runs"("tenant_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "runs_tenant_id_id_key" ON "runs"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "steps_tenant_id_run_id_step_id_attempt_key" ON "steps"("tenant_id", "run_id", "step_id", "attempt");

-- CreateIndex
CREATE UNIQUE INDEX "steps_tenant_id_run_id_sequence_key" ON "steps"("tenant_id", "run_id", "sequence");

-- CreateIndex
CREATE INDEX "idx_sessions_tenant" ON "sessions"("tenant_id", "agent_id");

-- CreateIndex
CREATE INDEX "idx_sessions_source" ON "sessions"("tenant_id", "source", "source_id");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_tenant_id_id_key" ON "sessions"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "session_events_tenant_id_session_id_stream_id_key" ON "session_events"("tenant_id", "session_id", "stream_id");

-- AddForeignKey
ALTER TABLE "agents" ADD CONSTRAINT "agents_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_templates" ADD CONSTRAINT "agent_templates_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tenants" ADD CONSTRAINT "fk_tenants_owner" FOREIGN KEY ("id", "owner_user_id") REFERENCES "users"("tenant_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_sessions" ADD CONSTRAINT "user_sessions_tenant_id_user_id_fkey" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_user_id_fkey" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_run_id_fkey" FOREIGN KEY ("tenant_id", "run_id") REFERENCES "runs"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_log" ADD CONSTRAINT "audit_log_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_providers" ADD CONSTRAINT "model_providers_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_prices" ADD CONSTRAINT "model_prices_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "global_settings" ADD CONSTRAINT "global_settings_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "llm_call_logs" ADD CONSTRAINT "llm_call_logs_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pipelines" ADD CONSTRAINT "pipelines_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "steps" ADD CONSTRAINT "steps_tenant_id_run_id_fkey" FOREIGN KEY ("tenant_id", "run_id") REFERENCES "runs"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outputs" ADD CONSTRAINT "outputs_tenant_id_run_id_fkey" FOREIGN KEY ("tenant_id", "run_id") REFERENCES "runs"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "loop_state" ADD CONSTRAINT "loop_state_tenant_id_run_id_fkey" FOREIGN KEY ("tenant_id", "run_id") REFERENCES "runs"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session_events" ADD CONSTRAINT "session_events_tenant_id_session_id_fkey" FOREIGN KEY ("tenant_id", "session_id") REFERENCES "sessions"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Row-level security: one rule for every table. djinnbot_protect is called by every later migration that adds a table.
CREATE FUNCTION djinnbot_protect(target regclass, allow_global boolean DEFAULT false) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  -- NULLIF: a pooled connection answers '' after its first transaction, and '' must match nothing.
  mine text := $q$tenant_id = NULLIF(current_setting('app.tenant_id', true), '')$q$;
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  IF allow_global THEN
    -- Global rows are readable by every tenant and writable by none.
    EXECUTE format('CREATE POLICY tenant_read ON %s FOR SELECT TO djinnbot_app USING (tenant_id IS NULL OR %s)', target, mine);
    EXECUTE format('CREATE POLICY tenant_insert ON %s FOR INSERT TO djinnbot_app WITH CHECK (%s)', target, mine);
    EXECUTE format('CREATE POLICY tenant_update ON %s FOR UPDATE TO djinnbot_app USING (%s) WITH CHECK (%s)', target, mine, mine);
    EXECUTE format('CREATE POLICY tenant_delete ON %s FOR DELETE TO djinnbot_app USING (%s)', target, mine);
  ELSE
    EXECUTE format('CREATE POLICY tenant_rows ON %s TO djinnbot_app USING (%s) WITH CHECK (%s)', target, mine, mine);
  END IF;
  EXECUTE format('CREATE POLICY system_rows ON %s TO djinnbot_system USING (true) WITH CHECK (true)', target);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO djinnbot_app, djinnbot_system', target);
END $$;
REVOKE ALL ON FUNCTION djinnbot_protect(regclass, boolean) FROM PUBLIC;

GRANT USAGE ON SCHEMA public TO djinnbot_app, djinnbot_system;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

SELECT djinnbot_protect('users');
SELECT djinnbot_protect('user_sessions');
SELECT djinnbot_protect('api_keys');
SELECT djinnbot_protect('agents');
SELECT djinnbot_protect('runs');
SELECT djinnbot_protect('steps');
SELECT djinnbot_protect('outputs');
SELECT djinnbot_protect('loop_state');
SELECT djinnbot_protect('sessions');
SELECT djinnbot_protect('session_events');
SELECT djinnbot_protect('global_settings');
SELECT djinnbot_protect('llm_call_logs');
SELECT djinnbot_protect('audit_log');
SELECT djinnbot_protect('outbox');
SELECT djinnbot_protect('agent_templates', true);
SELECT djinnbot_protect('pipelines', true);
SELECT djinnbot_protect('model_providers', true);
SELECT djinnbot_protect('model_prices', true);

-- The tenant itself: its id is the tenant. A tenant changes its names; its status, limits and owner are the operator's.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON tenants TO djinnbot_app
  USING (id = NULLIF(current_setting('app.tenant_id', true), '')) WITH CHECK (id = NULLIF(current_setting('app.tenant_id', true), ''));
CREATE POLICY system_rows ON tenants TO djinnbot_system USING (true) WITH CHECK (true);
GRANT SELECT ON tenants TO djinnbot_app;
GRANT UPDATE (name, slug, updated_at) ON tenants TO djinnbot_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenants TO djinnbot_system;

-- The audit log only grows.
REVOKE UPDATE, DELETE ON audit_log FROM djinnbot_app;

-- States are a closed list also in the database.
ALTER TABLE runs ADD CONSTRAINT runs_status_known
  CHECK (status IN ('pending', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled'));
ALTER TABLE steps ADD CONSTRAINT steps_status_known
  CHECK (status IN ('pending', 'queued', 'running', 'waiting', 'completed', 'failed', 'retrying', 'cancelled'));

-- What sweeps look for every second: few open rows among many finished ones.
CREATE INDEX "idx_runs_open" ON "runs"("status", "created_at") WHERE status IN ('pending', 'running', 'waiting', 'paused');
