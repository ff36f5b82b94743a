-- person_interval: one row per cohort patient and interval of follow-up that began at risk.
-- Key: patient_id, start_day.
-- Columns: patient_id, start_day, stop_day (days from the index date; [start_day, stop_day)),
-- event (at stop_day, as in analysis_set; 0 = none), censored (why follow-up ended at stop_day
-- without an event; NULL = it did not).
-- Rule: follow-up to the first of response and exit, cut at the study's interval_days; the last
-- interval ends with it. Empty when no analysis of the study asks for intervals.
CREATE OR REPLACE TABLE person_interval AS
SELECT
    analysis_set.patient_id,
    follow_up_interval.start_day,
    LEAST(follow_up_interval.stop_day, analysis_set.time_days) AS stop_day,
    CASE
        WHEN analysis_set.time_days <= follow_up_interval.stop_day THEN analysis_set.event
        ELSE 0
    END AS event,
    CASE
        WHEN analysis_set.time_days <= follow_up_interval.stop_day AND analysis_set.event = 0
            THEN analysis_set.exit_reason
    END AS censored
FROM analysis_set
INNER JOIN follow_up_interval ON follow_up_interval.start_day < analysis_set.time_days
