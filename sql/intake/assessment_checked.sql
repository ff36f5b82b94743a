-- assessment_checked: one row per row of the extract's assessment table.
-- Key: none.
-- Columns: patient_id, instrument, assessment_date, score (points); in_scope (an instrument of
-- the study); reason (NULL when usable).
CREATE OR REPLACE TABLE assessment_checked AS
WITH typed AS (
    SELECT
        CAST(patient_id AS VARCHAR) AS patient_id,
        CAST(instrument AS VARCHAR) AS instrument,
        CAST(assessment_date AS DATE) AS assessment_date,
        TRY_CAST(score AS DECIMAL(12, 4)) AS score
    FROM raw_assessment
)
SELECT
    typed.patient_id,
    typed.instrument,
    typed.assessment_date,
    typed.score,
    study_concept.concept IS NOT NULL AS in_scope,
    CASE
        WHEN study_concept.concept IS NULL THEN NULL
        WHEN patient.patient_id IS NULL THEN 'unknown_patient'
        WHEN typed.assessment_date IS NULL THEN 'missing_date'
        WHEN typed.assessment_date > study_setting.today THEN 'date_in_the_future'
        WHEN typed.score IS NULL THEN 'missing_value'
        WHEN typed.score < 0 OR typed.score > 105 THEN 'value_out_of_range'
    END AS reason
FROM typed
LEFT JOIN study_concept
    ON study_concept.concept = typed.instrument AND study_concept.source = 'assessment'
LEFT JOIN patient ON patient.patient_id = typed.patient_id
CROSS JOIN study_setting
