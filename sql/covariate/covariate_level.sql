-- covariate_level: one row per cohort patient and covariate that is a category.
-- Key: patient_id, covariate.
-- Columns: patient_id, covariate, level.
-- Rule: bands are closed on the left; a condition is "yes" when any of its concepts is recorded in
-- the window, else "no"; a biopsy is the latest ever before or on the index date. What was not
-- recorded has no row.
CREATE OR REPLACE TABLE covariate_level AS
WITH banded AS (
    SELECT
        covariate_number.patient_id,
        covariate_number.covariate,
        covariate_band.level
    FROM covariate_number
    INNER JOIN covariate_band
        ON covariate_band.covariate = covariate_number.covariate
        AND (
            covariate_band.from_value IS NULL
            OR covariate_number.value >= covariate_band.from_value
        )
        AND (
            covariate_band.to_value IS NULL
            OR covariate_number.value < covariate_band.to_value
        )
),
sex AS (
    SELECT cohort.patient_id, covariate_definition.covariate, patient.sex AS level
    FROM cohort
    INNER JOIN patient ON patient.patient_id = cohort.patient_id
    INNER JOIN covariate_definition ON covariate_definition.kind = 'sex'
),
has_condition AS (
    SELECT DISTINCT cohort.patient_id, covariate_definition.covariate
    FROM cohort
    INNER JOIN covariate_definition ON covariate_definition.kind = 'condition'
    INNER JOIN covariate_concept
        ON covariate_concept.covariate = covariate_definition.covariate
    INNER JOIN diagnosis
        ON diagnosis.patient_id = cohort.patient_id
        AND diagnosis.concept = covariate_concept.concept
        AND diagnosis.diagnosis_date <= cohort.index_date
        AND (
            covariate_definition.from_day IS NULL
            OR diagnosis.diagnosis_date >= cohort.index_date + covariate_definition.from_day
        )
),
condition AS (
    SELECT
        cohort.patient_id,
        covariate_definition.covariate,
        CASE WHEN has_condition.patient_id IS NULL THEN 'no' ELSE 'yes' END AS level
    FROM cohort
    INNER JOIN covariate_definition ON covariate_definition.kind = 'condition'
    LEFT JOIN has_condition
        ON has_condition.patient_id = cohort.patient_id
        AND has_condition.covariate = covariate_definition.covariate
),
latest_biopsy AS (
    SELECT
        cohort.patient_id, covariate_definition.covariate, biopsy.isn_rps_class
    FROM cohort
    INNER JOIN covariate_definition ON covariate_definition.kind = 'biopsy'
    INNER JOIN biopsy
        ON biopsy.patient_id = cohort.patient_id
        AND biopsy.biopsy_date <= cohort.index_date
    QUALIFY
        ROW_NUMBER() OVER (
            PARTITION BY cohort.patient_id, covariate_definition.covariate
            ORDER BY biopsy.biopsy_date DESC
        ) = 1
),
biopsy_class AS (
    SELECT latest_biopsy.patient_id, latest_biopsy.covariate, biopsy_group.level
    FROM latest_biopsy
    INNER JOIN biopsy_group
        ON biopsy_group.covariate = latest_biopsy.covariate
        AND biopsy_group.isn_rps_class = latest_biopsy.isn_rps_class
)
SELECT patient_id, covariate, level FROM banded
UNION ALL
SELECT patient_id, covariate, level FROM sex
UNION ALL
SELECT patient_id, covariate, level FROM condition
UNION ALL
SELECT patient_id, covariate, level FROM biopsy_class
