-- patient: one row per usable patient.
-- Key: patient_id.
-- Columns: patient_id, sex (female, male), birth_date, death_date (NULL when alive).
CREATE OR REPLACE TABLE patient AS
SELECT patient_id, sex, birth_date, death_date
FROM patient_checked
WHERE reason IS NULL
