-- prescription: one row per usable prescription of a drug of the study.
-- Key: prescription_id.
-- Columns: prescription_id, patient_id, drug, supply_start, supply_end (exclusive),
-- daily_dose_mg (mg/day; NULL = unknown, or a pulse), pulse_dose_mg (mg), is_pulse; drug_given (the
-- name in the extract).
CREATE OR REPLACE TABLE prescription AS
SELECT
    prescription_id,
    patient_id,
    drug,
    supply_start,
    supply_end,
    daily_dose_mg,
    pulse_dose_mg,
    is_pulse,
    drug_given
FROM prescription_checked
WHERE is_study_drug AND reason IS NULL
