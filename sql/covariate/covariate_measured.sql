-- covariate_measured: one row per cohort patient, measured covariate and day of a measurement.
-- Key: patient_id, covariate, measured_day.
-- Columns: patient_id, covariate, measured_day (from the index date), value (points, or the unit
-- of the test), source (what was measured), censored (value is a bound).
-- Rule: labs and scores from the covariate's from_day on, up to the index date or the last day on
-- which the study looks at them again; eGFR is CKD-EPI 2021 (Inker, NEJM 2021;385:1737) from
-- creatinine in umol/L (88.4 per mg/dL).
CREATE OR REPLACE TABLE covariate_measured AS
WITH looked_at AS (
    SELECT
        cohort.patient_id,
        cohort.index_date,
        covariate_definition.covariate,
        covariate_definition.kind,
        covariate_definition.concept,
        cohort.index_date + covariate_definition.from_day AS first_date,
        cohort.index_date + COALESCE(last_look.last_day, 0) AS last_date
    FROM cohort
    INNER JOIN covariate_definition
        ON covariate_definition.kind IN ('lab', 'egfr', 'assessment')
    CROSS JOIN (SELECT MAX(start_day) AS last_day FROM follow_up_interval) AS last_look
),
lab AS (
    SELECT
        looked_at.patient_id,
        looked_at.covariate,
        DATE_DIFF('day', looked_at.index_date, lab_day.sample_date) AS measured_day,
        CAST(lab_day.value AS DOUBLE) AS value,
        lab_day.source,
        lab_day.censored
    FROM looked_at
    INNER JOIN lab_day
        ON lab_day.patient_id = looked_at.patient_id
        AND lab_day.test = looked_at.concept
        AND lab_day.sample_date >= looked_at.first_date
        AND lab_day.sample_date <= looked_at.last_date
    WHERE looked_at.kind = 'lab'
),
creatinine AS (
    SELECT
        looked_at.patient_id,
        looked_at.covariate,
        DATE_DIFF('day', looked_at.index_date, lab_day.sample_date) AS measured_day,
        patient.sex,
        DATE_DIFF('day', patient.birth_date, lab_day.sample_date) / 365.25E0 AS age_years,
        CAST(lab_day.value AS DOUBLE) / 88.4E0
            / CASE patient.sex WHEN 'female' THEN 0.7E0 ELSE 0.9E0 END AS relative_creatinine,
        lab_day.source,
        lab_day.censored
    FROM looked_at
    INNER JOIN patient ON patient.patient_id = looked_at.patient_id
    INNER JOIN lab_day
        ON lab_day.patient_id = looked_at.patient_id
        AND lab_day.test = 'serum_creatinine'
        AND lab_day.sample_date >= looked_at.first_date
        AND lab_day.sample_date <= looked_at.last_date
    WHERE looked_at.kind = 'egfr' AND lab_day.value > 0
),
egfr AS (
    SELECT
        patient_id,
        covariate,
        measured_day,
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
        looked_at.patient_id,
        looked_at.covariate,
        DATE_DIFF('day', looked_at.index_date, assessment_day.assessment_date) AS measured_day,
        CAST(assessment_day.score AS DOUBLE) AS value,
        assessment_day.instrument AS source,
        FALSE AS censored
    FROM looked_at
    INNER JOIN assessment_day
        ON assessment_day.patient_id = looked_at.patient_id
        AND assessment_day.instrument = looked_at.concept
        AND assessment_day.assessment_date >= looked_at.first_date
        AND assessment_day.assessment_date <= looked_at.last_date
    WHERE looked_at.kind = 'assessment'
)
SELECT patient_id, covariate, measured_day, value, source, censored FROM lab
UNION ALL
SELECT patient_id, covariate, measured_day, value, source, censored FROM egfr
UNION ALL
SELECT patient_id, covariate, measured_day, value, source, censored FROM score
