-- interval_covariate: one row per interval of follow-up and covariate measured by its start.
-- Key: patient_id, start_day, covariate.
-- Columns: patient_id, start_day, covariate, measured_day (from the index date), value.
-- Rule: the latest value on or before start_day, carried forward however old it is.
CREATE OR REPLACE TABLE interval_covariate AS
WITH valid AS (
    SELECT
        *,
        LEAD(measured_day) OVER (PARTITION BY patient_id, covariate ORDER BY measured_day)
            AS next_day
    FROM covariate_measured
)
SELECT
    person_interval.patient_id,
    person_interval.start_day,
    valid.covariate,
    valid.measured_day,
    valid.value
FROM person_interval
INNER JOIN valid
    ON valid.patient_id = person_interval.patient_id
    AND valid.measured_day <= person_interval.start_day
    AND (valid.next_day IS NULL OR valid.next_day > person_interval.start_day)
