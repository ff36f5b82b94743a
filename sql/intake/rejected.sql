-- rejected: one row per row of the extract that cannot be used.
-- Key: none; row_key is the patient's, or the prescription's, identifier.
-- Columns: table_name, row_key, reason.
CREATE OR REPLACE TABLE rejected AS
SELECT 'patient' AS table_name, patient_id AS row_key, reason
FROM patient_checked WHERE reason IS NOT NULL
UNION ALL
SELECT 'observation_period', patient_id, reason
FROM observation_period_checked WHERE reason IS NOT NULL
UNION ALL
SELECT 'prescription', prescription_id, reason
FROM prescription_checked WHERE reason IS NOT NULL
UNION ALL
SELECT 'lab', patient_id, reason FROM lab_checked WHERE reason IS NOT NULL
UNION ALL
SELECT 'diagnosis', patient_id, reason FROM diagnosis_checked WHERE reason IS NOT NULL
UNION ALL
SELECT 'procedure', patient_id, reason FROM procedure_checked WHERE reason IS NOT NULL
UNION ALL
SELECT 'biopsy', patient_id, reason FROM biopsy_checked WHERE reason IS NOT NULL
UNION ALL
SELECT 'assessment', patient_id, reason FROM assessment_checked WHERE reason IS NOT NULL
