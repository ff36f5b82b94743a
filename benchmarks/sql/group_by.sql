-- group_by: one row per patient and drug: the floor that the benchmarks are measured against.
-- Key: patient_id, drug.
-- Columns: patient_id, drug, first_start, last_end (exclusive), dose_mg, prescriptions.
CREATE OR REPLACE TABLE group_by AS
SELECT
    patient_id,
    drug,
    MIN(supply_start) AS first_start,
    MAX(supply_end) AS last_end,
    SUM(daily_dose_mg) AS dose_mg,
    COUNT(*) AS prescriptions
FROM prescription
GROUP BY patient_id, drug
