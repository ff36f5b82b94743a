-- prescription: one row per generated prescription, as sql/intake would give it.
-- Key: prescription_id.
-- Columns: prescription_id, patient_id, drug, supply_start, supply_end (exclusive),
-- daily_dose_mg (mg/day), pulse_dose_mg (none), is_pulse (never).
SELECT
    'r' || LPAD(CAST(number AS VARCHAR), 8, '0') AS prescription_id,
    'p' || LPAD(CAST(patient AS VARCHAR), 8, '0') AS patient_id,
    CASE drug
        WHEN 0 THEN 'tacrolimus'
        WHEN 1 THEN 'mycophenolate'
        WHEN 2 THEN 'hydroxychloroquine'
        ELSE 'prednisone'
    END AS drug,
    CAST('2010-01-01' AS DATE) + start_day AS supply_start,
    CAST('2010-01-01' AS DATE) + start_day + days AS supply_end,
    CAST(half_mg / 2 AS DECIMAL(12, 3)) AS daily_dose_mg,
    CAST(NULL AS DECIMAL(12, 3)) AS pulse_dose_mg,
    FALSE AS is_pulse
FROM drawn
