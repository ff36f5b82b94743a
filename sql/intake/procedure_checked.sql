-- procedure_checked: one row per row of the extract's procedure table.
-- Key: none.
-- Columns: patient_id, concept, procedure_date; in_scope (a concept of the study);
-- reason (NULL when usable).
CREATE OR REPLACE TABLE procedure_checked AS
WITH typed AS (
    SELECT
        CAST(patient_id AS VARCHAR) AS patient_id,
        CAST(concept AS VARCHAR) AS concept,
        CAST(procedure_date AS DATE) AS procedure_date
    FROM raw_procedure
)
SELECT
    typed.patient_id,
    typed.concept,
    typed.procedure_date,
    study_concept.concept IS NOT NULL AS in_scope,
    CASE
        WHEN study_concept.concept IS NULL THEN NULL
        WHEN patient.patient_id IS NULL THEN 'unknown_patient'
        WHEN typed.procedure_date IS NULL THEN 'missing_date'
        WHEN typed.procedure_date > study_setting.today THEN 'date_in_the_future'
    END AS reason
FROM typed
LEFT JOIN study_concept
    ON study_concept.concept = typed.concept AND study_concept.source = 'procedure'
LEFT JOIN patient ON patient.patient_id = typed.patient_id
CROSS JOIN study_setting
