-- record_day: one row per patient and day on which the hospital recorded anything of use.
-- Key: patient_id, record_date.
-- Columns: patient_id, record_date.
CREATE OR REPLACE TABLE record_day AS
SELECT patient_id, start_date AS record_date FROM stay WHERE fate = 'used'
UNION
SELECT patient_id, end_date FROM stay WHERE fate = 'used' AND end_date IS NOT NULL
UNION
SELECT patient_id, start_date FROM mapped_prescription WHERE fate = 'used'
UNION
SELECT patient_id, sample_date FROM mapped_lab WHERE fate = 'used'
UNION
SELECT patient_id, diagnosis_date FROM mapped_diagnosis WHERE fate = 'used'
UNION
SELECT patient_id, procedure_date FROM mapped_procedure WHERE fate = 'used'
UNION
SELECT patient_id, biopsy_date FROM mapped_biopsy WHERE fate = 'used'
UNION
SELECT patient_id, assessment_date FROM mapped_assessment WHERE fate = 'used'
