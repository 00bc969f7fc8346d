-- The history of runs: every attempt, also those that failed. What a run found is visible by its row in runs alone, which
-- only a completed pass writes; nothing reads findings by this table.
--
-- An attempt is written when it begins (running) and again when it ends; of several rows the one that finished last holds.
-- An attempt whose process was killed is ended by the next leader.
CREATE TABLE {{local "run_attempts"}}
(
    started_at     DateTime64(3, 'UTC') COMMENT 'as in runs',
    process        String COMMENT 'host and process id, host:pid',
    status         LowCardinality(String) COMMENT 'running, done, failed or interrupted',
    finished_at    DateTime64(3, 'UTC') COMMENT 'of a running attempt its start',
    kind           LowCardinality(String) COMMENT 'fast, nightly, daily, monthly or manual',
    as_of          Date COMMENT 'the date judged; of a monthly run the last day of its month',
    catch_up       Bool COMMENT 'its turn had come before the process that made it led',
    attempt        UInt32 COMMENT 'counts a process''s attempts at the same work, from 1',
    run            UInt64 COMMENT 'number of the run in runs; 0 of a monthly run and of an attempt that made none',
    warnings       UInt32 COMMENT 'active ones',
    policy_version String,
    stages         Map(String, Float64) COMMENT 'seconds by stage',
    error          String
)
ENGINE = {{replacing}}
ORDER BY (started_at, process, status);
{{distributed "run_attempts" "process"}}
