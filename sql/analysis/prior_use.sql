-- prior_use: one row per cohort patient: what was seen of the exposure drug before follow-up.
-- Key: patient_id.
-- Columns: patient_id, observed_days (under observation before the index date), used_before (any
-- prescription of the exposure drug began before the index date, in all the data).
-- Rule: as for entry, a start outside observation counts; observed_days are those of the
-- observation period that holds the index date, and so what a washout can be judged by.
CREATE OR REPLACE TABLE prior_use AS
WITH earlier AS (
    SELECT DISTINCT prescription_checked.patient_id
    FROM prescription_checked
    INNER JOIN exposure_setting ON exposure_setting.drug = prescription_checked.drug
    INNER JOIN cohort
        ON cohort.patient_id = prescription_checked.patient_id
        AND prescription_checked.supply_start < cohort.index_date
    WHERE
        prescription_checked.reason IS NULL
        OR prescription_checked.reason = 'outside_observation'
)
SELECT
    cohort.patient_id,
    DATE_DIFF('day', entry.observed_from, cohort.index_date) AS observed_days,
    earlier.patient_id IS NOT NULL AS used_before
FROM cohort
INNER JOIN entry ON entry.patient_id = cohort.patient_id
LEFT JOIN earlier ON earlier.patient_id = cohort.patient_id
