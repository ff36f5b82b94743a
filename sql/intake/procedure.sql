-- procedure: one row per patient, concept and day of record.
-- Key: patient_id, concept, procedure_date.
-- Columns: patient_id, concept, procedure_date.
CREATE OR REPLACE TABLE procedure AS
SELECT DISTINCT patient_id, concept, procedure_date
FROM procedure_checked
WHERE in_scope AND reason IS NULL
