-- entry: one row per patient ever supplied with a drug of entry.
-- Key: patient_id.
-- Columns: patient_id, index_date (first ever start of any drug of entry), observed_from and
-- observed_to (exclusive) of the observation period that holds it.
-- Rule: the first start is looked for in all the data, inside the study period or not.
CREATE OR REPLACE TABLE entry AS
WITH first_start AS (
    SELECT supply.patient_id, MIN(supply.supply_start) AS index_date
    FROM supply
    INNER JOIN study_drug ON study_drug.drug = supply.drug AND study_drug.is_entry
    GROUP BY supply.patient_id
)
SELECT
    first_start.patient_id,
    first_start.index_date,
    observation_period.period_start AS observed_from,
    observation_period.period_end AS observed_to
FROM first_start
INNER JOIN observation_period
    ON observation_period.patient_id = first_start.patient_id
    AND observation_period.period_start <= first_start.index_date
    AND observation_period.period_end > first_start.index_date
