-- covariate_number: one row per cohort patient and covariate that is a number at the index date.
-- Key: patient_id, covariate.
-- Columns: patient_id, covariate, value (years, points, mg, or the unit of the test), source (what
-- it was taken from), censored (value is the bound of a censored result).
-- Rule: age in completed days / 365.25; what is measured is the latest on or before the index date,
-- in the covariate's window. mean_daily_dose is over the oral days of known dose, 0 without oral
-- supply; cumulative_dose adds pulses, and is missing when any dose is; both are missing when the
-- window was not observed.
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
latest AS (
    SELECT patient_id, covariate, value, source, censored
    FROM covariate_measured
    WHERE measured_day <= 0
    QUALIFY
        ROW_NUMBER() OVER (PARTITION BY patient_id, covariate ORDER BY measured_day DESC) = 1
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
SELECT patient_id, covariate, value, source, censored FROM latest
UNION ALL
SELECT patient_id, covariate, value, source, FALSE AS censored FROM dose_value
WHERE value IS NOT NULL
