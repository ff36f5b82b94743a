-- entry: one row per patient ever prescribed a drug of entry.
-- Key: patient_id.
-- Columns: patient_id, index_date (first ever start of any drug of entry), observed_from and
-- observed_to (exclusive) of the observation period that holds it; NULL when none does.
-- Rule: the first start is looked for in all the data, inside the study period and under
-- observation or not, so that earlier use is never taken for none.
CREATE OR REPLACE TABLE entry AS
WITH first_start AS (
    SELECT prescription_checked.patient_id, MIN(prescription_checked.supply_start) AS index_date
    FROM prescription_checked
    INNER JOIN study_drug
        ON study_drug.drug = prescription_checked.drug AND study_drug.is_entry
    WHERE
        prescription_checked.reason IS NULL
        OR prescription_checked.reason = 'outside_observation'
    GROUP BY prescription_checked.patient_id
)
SELECT
    first_start.patient_id,
    first_start.index_date,
    observation_period.period_start AS observed_from,
    observation_period.period_end AS observed_to
FROM first_start
LEFT JOIN observation_period
    ON observation_period.patient_id = first_start.patient_id
    AND observation_period.period_start <= first_start.index_date
    AND observation_period.period_end > first_start.index_date
