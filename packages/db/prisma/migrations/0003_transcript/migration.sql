-- How far an execution's part of the run's stream is copied into session_events, and when all of it was.
ALTER TABLE "steps" ADD COLUMN "transcript_cursor" VARCHAR(32), ADD COLUMN "transcript_at" BIGINT;
-- Ended executions whose transcript is not complete: engines look for those that one of them left behind.
CREATE INDEX "idx_steps_transcript" ON "steps"("completed_at") WHERE "transcript_at" IS NULL AND "session_id" IS NOT NULL;
-- A transcript is read page by page in the order of the stream, whose ids are two numbers and not in order as text. As columns of their
-- own: under row-level security no index over an expression serves a comparison.
ALTER TABLE "session_events"
  ADD COLUMN "stream_ms" BIGINT GENERATED ALWAYS AS (split_part("stream_id", '-', 1)::bigint) STORED,
  ADD COLUMN "stream_seq" BIGINT GENERATED ALWAYS AS (split_part("stream_id", '-', 2)::bigint) STORED;
CREATE INDEX "idx_session_events_place" ON "session_events"("tenant_id", "session_id", "stream_ms", "stream_seq");
