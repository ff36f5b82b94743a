-- covariate_number: one row per cohort patient and covariate that is measured as a number.
-- Key: patient_id, covariate.
-- Columns: patient_id, covariate, value (years, points, or the unit of the test).
-- Rule: age in completed days / 365.25; labs and scores are the latest in the covariate's window;
-- eGFR is CKD-EPI 2021 (Inker, NEJM 2021;385:1737) from creatinine in umol/L (88.4 per mg/dL).
CREATE OR REPLACE TABLE covariate_number AS
WITH age AS (
    SELECT
        cohort.patient_id,
        covariate_definition.covariate,
        DATE_DIFF('day', patient.birth_date, cohort.index_date) / 365.25E0 AS value
    FROM cohort
    INNER JOIN patient ON patient.patient_id = cohort.patient_id
    INNER JOIN covariate_definition ON covariate_definition.kind = 'age'
),
lab AS (
    SELECT
        cohort.patient_id,
        covariate_definition.covariate,
        CAST(baseline_lab.value AS DOUBLE) AS value
    FROM cohort
    INNER JOIN covariate_definition ON covariate_definition.kind = 'lab'
    INNER JOIN baseline_lab
        ON baseline_lab.patient_id = cohort.patient_id
        AND baseline_lab.test = covariate_definition.concept
        AND baseline_lab.from_day = covariate_definition.from_day
),
creatinine AS (
    SELECT
        cohort.patient_id,
        covariate_definition.covariate,
        patient.sex,
        DATE_DIFF('day', patient.birth_date, baseline_lab.sample_date) / 365.25E0 AS age_years,
        CAST(baseline_lab.value AS DOUBLE) / 88.4E0
            / CASE patient.sex WHEN 'female' THEN 0.7E0 ELSE 0.9E0 END AS relative_creatinine
    FROM cohort
    INNER JOIN patient ON patient.patient_id = cohort.patient_id
    INNER JOIN covariate_definition ON covariate_definition.kind = 'egfr'
    INNER JOIN baseline_lab
        ON baseline_lab.patient_id = cohort.patient_id
        AND baseline_lab.test = 'serum_creatinine'
        AND baseline_lab.from_day = covariate_definition.from_day
    WHERE baseline_lab.value > 0
),
egfr AS (
    SELECT
        patient_id,
        covariate,
        142
            * POWER(
                LEAST(relative_creatinine, 1E0),
                CASE sex WHEN 'female' THEN -0.241E0 ELSE -0.302E0 END
            )
            * POWER(GREATEST(relative_creatinine, 1E0), -1.200E0)
            * POWER(0.9938E0, age_years)
            * CASE sex WHEN 'female' THEN 1.012E0 ELSE 1E0 END AS value
    FROM creatinine
    WHERE age_years >= 18
),
score AS (
    SELECT
        cohort.patient_id,
        covariate_definition.covariate,
        CAST(assessment_day.score AS DOUBLE) AS value
    FROM cohort
    INNER JOIN covariate_definition ON covariate_definition.kind = 'assessment'
    INNER JOIN assessment_day
        ON assessment_day.patient_id = cohort.patient_id
        AND assessment_day.instrument = covariate_definition.concept
        AND assessment_day.assessment_date
        >= cohort.index_date + covariate_definition.from_day
        AND assessment_day.assessment_date <= cohort.index_date
    QUALIFY
        ROW_NUMBER() OVER (
            PARTITION BY cohort.patient_id, covariate_definition.covariate
            ORDER BY assessment_day.assessment_date DESC
        ) = 1
)
SELECT patient_id, covariate, value FROM age
UNION ALL
SELECT patient_id, covariate, value FROM lab
UNION ALL
SELECT patient_id, covariate, value FROM egfr
UNION ALL
SELECT patient_id, covariate, value FROM score
