-- prescription: one row per usable prescription of a drug of the study.
-- Key: prescription_id.
-- Columns: prescription_id, patient_id, drug, supply_start, supply_end (exclusive),
-- daily_dose_mg (mg/day; NULL = unknown, or a pulse), pulse_dose_mg (mg), is_pulse.
CREATE OR REPLACE TABLE prescription AS
SELECT
    prescription_checked.prescription_id,
    prescription_checked.patient_id,
    prescription_checked.drug,
    prescription_checked.supply_start,
    prescription_checked.supply_end,
    prescription_checked.daily_dose_mg,
    prescription_checked.pulse_dose_mg,
    prescription_checked.is_pulse
FROM prescription_checked
INNER JOIN study_drug ON study_drug.drug = prescription_checked.drug
WHERE prescription_checked.reason IS NULL
