-- diagnosis: one row per patient, concept and day of record.
-- Key: patient_id, concept, diagnosis_date.
-- Columns: patient_id, concept, diagnosis_date.
CREATE OR REPLACE TABLE diagnosis AS
SELECT DISTINCT patient_id, concept, diagnosis_date
FROM diagnosis_checked
WHERE in_scope AND reason IS NULL
