-- The latest places that agents were not let to, without reading the transcripts of all runs.
CREATE INDEX "idx_session_events_refused" ON "session_events"("tenant_id", "timestamp" DESC) WHERE "event_type" = 'EGRESS_REFUSED';
