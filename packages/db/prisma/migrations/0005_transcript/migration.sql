-- How far an execution's part of the run's stream is copied into session_events, and when all of it was.
ALTER TABLE "steps" ADD COLUMN "transcript_cursor" VARCHAR(32), ADD COLUMN "transcript_at" BIGINT;
-- Ended executions whose transcript is not complete: engines look for those that one of them left behind.
CREATE INDEX "idx_steps_transcript" ON "steps"("completed_at") WHERE "transcript_at" IS NULL AND "session_id" IS NOT NULL;
