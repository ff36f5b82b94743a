-- interval_visit: one row per interval of follow-up.
-- Key: patient_id, start_day.
-- Columns: patient_id, start_day, measured_days (on which a test of the outcome was measured).
-- Rule: days after start_day up to stop_day, so that what an interval begins with is known before it
-- and the day on which the outcome is met counts.
CREATE OR REPLACE TABLE interval_visit AS
WITH measured AS (
    SELECT DISTINCT
        cohort.patient_id,
        follow_up_interval.start_day,
        DATE_DIFF('day', cohort.index_date, lab_day.sample_date) AS measured_day
    FROM cohort
    INNER JOIN lab_day ON lab_day.patient_id = cohort.patient_id
    INNER JOIN outcome_criterion ON outcome_criterion.test = lab_day.test
    INNER JOIN follow_up_interval
        ON DATE_DIFF('day', cohort.index_date, lab_day.sample_date) > follow_up_interval.start_day
        AND DATE_DIFF('day', cohort.index_date, lab_day.sample_date) <= follow_up_interval.stop_day
)
SELECT
    person_interval.patient_id,
    person_interval.start_day,
    COUNT(measured.measured_day) AS measured_days
FROM person_interval
LEFT JOIN measured
    ON measured.patient_id = person_interval.patient_id
    AND measured.start_day = person_interval.start_day
    AND measured.measured_day <= person_interval.stop_day
GROUP BY person_interval.patient_id, person_interval.start_day
