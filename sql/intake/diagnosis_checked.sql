-- diagnosis_checked: one row per row of the extract's diagnosis table.
-- Key: none.
-- Columns: patient_id, concept, diagnosis_date; in_scope (a concept of the study);
-- reason (NULL when usable).
CREATE OR REPLACE TABLE diagnosis_checked AS
WITH typed AS (
    SELECT
        CAST(patient_id AS VARCHAR) AS patient_id,
        CAST(concept AS VARCHAR) AS concept,
        CAST(diagnosis_date AS DATE) AS diagnosis_date
    FROM raw_diagnosis
)
SELECT
    typed.patient_id,
    typed.concept,
    typed.diagnosis_date,
    study_concept.concept IS NOT NULL AS in_scope,
    CASE
        WHEN study_concept.concept IS NULL THEN NULL
        WHEN patient.patient_id IS NULL THEN 'unknown_patient'
        WHEN typed.diagnosis_date IS NULL THEN 'missing_date'
        WHEN typed.diagnosis_date > study_setting.today THEN 'date_in_the_future'
    END AS reason
FROM typed
LEFT JOIN study_concept
    ON study_concept.concept = typed.concept AND study_concept.source = 'diagnosis'
LEFT JOIN patient ON patient.patient_id = typed.patient_id
CROSS JOIN study_setting
