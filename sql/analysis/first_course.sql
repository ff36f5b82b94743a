-- first_course: one row per cohort patient who was on the exposure drug during follow-up.
-- Key: patient_id.
-- Columns: patient_id, start_day (from the index date), course_days (to the end of the course or
-- of follow-up; at least 1), stopped (the course ended before follow-up did).
-- Rule: the patient's first era that reaches into follow-up, clipped to it. Where death or the
-- end of observation came within grace_days of its end, a late refill cannot be told from a stop:
-- it did not stop.
CREATE OR REPLACE TABLE first_course AS
WITH era AS (
    SELECT
        cohort.patient_id,
        cohort.index_date,
        cohort.exit_date,
        cohort.exit_reason,
        study_drug.grace_days,
        drug_era.era_end,
        GREATEST(drug_era.era_start, cohort.index_date) AS course_start,
        ROW_NUMBER() OVER (PARTITION BY cohort.patient_id ORDER BY drug_era.era_start)
            AS era_number
    FROM cohort
    CROSS JOIN exposure_setting
    INNER JOIN drug_era
        ON drug_era.patient_id = cohort.patient_id
        AND drug_era.drug = exposure_setting.drug
        AND drug_era.era_start < cohort.exit_date
        AND drug_era.era_end > cohort.index_date
    INNER JOIN study_drug ON study_drug.drug = drug_era.drug
)
SELECT
    patient_id,
    DATE_DIFF('day', index_date, course_start) AS start_day,
    DATE_DIFF('day', course_start, LEAST(era_end, exit_date)) AS course_days,
    CASE
        WHEN exit_reason IN ('death', 'observation_end') THEN era_end + grace_days < exit_date
        ELSE era_end < exit_date
    END AS stopped
FROM era
WHERE era_number = 1
