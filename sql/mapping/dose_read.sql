-- dose_read: one row per drug, route and where the dose was read: the doses that were read.
-- Key: drug, route, dose_from.
-- Columns: drug, route, dose_from (as in order_supply; unknown where none), row_count, patients,
-- low_mg, median_mg, high_mg (5th, 50th and 95th percentile of mg a day, of an infusion mg in all).
-- Rule: a strength or a quantity in another unit than the mapping says is seen here.
CREATE OR REPLACE TABLE dose_read AS
SELECT
    drug,
    route,
    COALESCE(dose_from, 'unknown') AS dose_from,
    COUNT(*) AS row_count,
    COUNT(DISTINCT patient_id) AS patients,
    QUANTILE_CONT(COALESCE(daily_dose_mg, pulse_dose_mg), 0.05) AS low_mg,
    QUANTILE_CONT(COALESCE(daily_dose_mg, pulse_dose_mg), 0.5) AS median_mg,
    QUANTILE_CONT(COALESCE(daily_dose_mg, pulse_dose_mg), 0.95) AS high_mg
FROM mapped_prescription
WHERE fate = 'used'
GROUP BY drug, route, COALESCE(dose_from, 'unknown')
