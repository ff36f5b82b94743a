-- covariate_number: one row per cohort patient and covariate that is measured as a number.
-- Key: patient_id, covariate.
-- Columns: patient_id, covariate, value (years, points, mg, or the unit of the test), source (what
-- it was taken from), censored (value is the bound of a censored result).
-- Rule: age in completed days / 365.25; labs and scores are the latest in the covariate's window;
-- eGFR is CKD-EPI 2021 (Inker, NEJM 2021;385:1737) from creatinine in umol/L (88.4 per mg/dL) at 18
-- years or more. mean_daily_dose is over the oral days of known dose, 0 without oral supply;
-- cumulative_dose adds pulses, and is missing when any dose is; both when the window was not observed.
CREATE OR REPLACE TABLE covariate_number AS
WITH age AS (
    SELECT
        cohort.patient_id,
        covariate_definition.covariate,
        DATE_DIFF('day', patient.birth_date, cohort.index_date) / 365.25E0 AS value,
        'birth_date' AS source,
        FALSE AS censored
    FROM cohort
    INNER JOIN patient ON patient.patient_id = cohort.patient_id
    INNER JOIN covariate_definition ON covariate_definition.kind = 'age'
),
lab AS (
    SELECT
        cohort.patient_id,
        covariate_definition.covariate,
        CAST(baseline_lab.value AS DOUBLE) AS value,
        baseline_lab.source,
        baseline_lab.censored
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
            / CASE patient.sex WHEN 'female' THEN 0.7E0 ELSE 0.9E0 END AS relative_creatinine,
        baseline_lab.source,
        baseline_lab.censored
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
            * CASE sex WHEN 'female' THEN 1.012E0 ELSE 1E0 END AS value,
        source,
        censored
    FROM creatinine
    WHERE age_years >= 18
),
score AS (
    SELECT
        cohort.patient_id,
        covariate_definition.covariate,
        CAST(assessment_day.score AS DOUBLE) AS value,
        assessment_day.instrument AS source,
        FALSE AS censored
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
),
dose AS (
    SELECT
        cohort.patient_id,
        covariate_definition.covariate,
        covariate_definition.kind,
        COUNT(dose_day.day) AS supplied_days,
        COUNT(CASE WHEN dose_day.oral_mg IS NOT NULL OR dose_day.oral_unknown THEN 1 END)
            AS oral_days,
        COUNT(CASE WHEN NOT dose_day.oral_unknown THEN dose_day.oral_mg END) AS known_oral_days,
        SUM(CASE WHEN NOT dose_day.oral_unknown THEN dose_day.oral_mg END) AS known_oral_mg,
        SUM(COALESCE(dose_day.oral_mg, 0) + COALESCE(dose_day.pulse_mg, 0)) AS all_mg,
        COUNT(CASE WHEN dose_day.oral_unknown OR dose_day.pulse_unknown THEN 1 END)
            AS unknown_days
    FROM cohort
    INNER JOIN covariate_definition
        ON covariate_definition.kind IN ('mean_daily_dose', 'cumulative_dose')
    INNER JOIN entry
        ON entry.patient_id = cohort.patient_id
        AND entry.observed_from <= cohort.index_date + covariate_definition.from_day
    LEFT JOIN dose_day
        ON dose_day.patient_id = cohort.patient_id
        AND dose_day.covariate = covariate_definition.covariate
    GROUP BY cohort.patient_id, covariate_definition.covariate, covariate_definition.kind
),
dose_value AS (
    SELECT
        patient_id,
        covariate,
        CASE
            WHEN kind = 'mean_daily_dose' AND oral_days = 0 THEN 0E0
            WHEN kind = 'mean_daily_dose'
                THEN CAST(known_oral_mg AS DOUBLE) / NULLIF(known_oral_days, 0)
            WHEN unknown_days = 0 THEN COALESCE(CAST(all_mg AS DOUBLE), 0E0)
        END AS value,
        CASE
            WHEN supplied_days = 0 THEN 'no prescription'
            WHEN unknown_days = 0 THEN 'prescription'
            ELSE 'prescription, without days of unknown dose'
        END AS source
    FROM dose
)
SELECT patient_id, covariate, value, source, censored FROM age
UNION ALL
SELECT patient_id, covariate, value, source, censored FROM lab
UNION ALL
SELECT patient_id, covariate, value, source, censored FROM egfr
UNION ALL
SELECT patient_id, covariate, value, source, censored FROM score
UNION ALL
SELECT patient_id, covariate, value, source, FALSE AS censored FROM dose_value
WHERE value IS NOT NULL
