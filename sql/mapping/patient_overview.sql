-- patient_overview: one row per extract: how its patients and records fit each other.
-- Key: none (there is one row).
-- Columns: patients (in the patient tables), linked (identifiers merged into another), unobserved
-- (patients without a day of observation), strangers (identifiers in other tables that no patient
-- table has), births_assumed (patients whose day or month of birth was filled in), still_observed
-- (patients whose observation was said to end in the future), sexless and birthless (rows of patients used
-- without a sex, or a day of birth).
CREATE OR REPLACE TABLE patient_overview AS
WITH known AS (
    SELECT DISTINCT patient_id FROM mapped_patient WHERE fate = 'used'
),
observed AS (
    SELECT DISTINCT patient_id FROM mapped_observation_period WHERE fate = 'used'
),
mentioned AS (
    SELECT DISTINCT patient_id FROM patient_key
)
SELECT
    (SELECT COUNT(*) FROM known) AS patients,
    (SELECT COUNT(DISTINCT identifier) FROM patient_key WHERE is_linked) AS linked,
    COUNT(known.patient_id) FILTER (WHERE observed.patient_id IS NULL) AS unobserved,
    COUNT(*) FILTER (WHERE known.patient_id IS NULL) AS strangers,
    (
        SELECT COUNT(DISTINCT patient_id) FROM mapped_patient WHERE fate = 'used' AND birth_assumed
    ) AS births_assumed,
    (
        SELECT COUNT(DISTINCT patient_id)
        FROM mapped_observation_period
        WHERE fate = 'used' AND is_open
    ) AS still_observed,
    (SELECT COUNT(*) FROM mapped_patient WHERE fate = 'used' AND sex IS NULL) AS sexless,
    (SELECT COUNT(*) FROM mapped_patient WHERE fate = 'used' AND birth_date IS NULL) AS birthless
FROM mentioned
LEFT JOIN known ON known.patient_id = mentioned.patient_id
LEFT JOIN observed ON observed.patient_id = mentioned.patient_id
