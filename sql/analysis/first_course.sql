-- first_course: one row per cohort patient who was on the exposure drug during follow-up.
-- Key: patient_id.
-- Columns: patient_id, start_day (from the index date), course_days (to the end of the course or
-- of follow-up; at least 1), stopped (the course ended before follow-up did).
-- Rule: the patient's first era that reaches into follow-up, clipped to it.
CREATE OR REPLACE TABLE first_course AS
WITH era AS (
    SELECT
        cohort.patient_id,
        cohort.index_date,
        cohort.exit_date,
        drug_era.era_end,
        GREATEST(drug_era.era_start, cohort.index_date) AS course_start,
        ROW_NUMBER() OVER (PARTITION BY cohort.patient_id ORDER BY drug_era.era_start)
            AS era_number
    FROM cohort
    CROSS JOIN study_setting
    INNER JOIN drug_era
        ON drug_era.patient_id = cohort.patient_id
        AND drug_era.drug = study_setting.exposure_drug
        AND drug_era.era_start < cohort.exit_date
        AND drug_era.era_end > cohort.index_date
)
SELECT
    patient_id,
    DATE_DIFF('day', index_date, course_start) AS start_day,
    DATE_DIFF('day', course_start, LEAST(era_end, exit_date)) AS course_days,
    era_end < exit_date AS stopped
FROM era
WHERE era_number = 1
