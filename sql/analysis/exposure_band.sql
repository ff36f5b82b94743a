-- exposure_band: one row per exposure window and drug: the bands of its mean dose and its days.
-- Key: patient_id, window_start, drug.
-- Columns: patient_id, window_start, drug, dose_band, duration_band.
-- Rule: dose bands are closed on the left, duration bands on the right; "never" is no use in the
-- window, "unknown" is use with no known dose. The bands are those of the exposure drug.
CREATE OR REPLACE TABLE exposure_band AS
SELECT
    drug_use.patient_id,
    drug_use.window_start,
    drug_use.drug,
    CASE
        WHEN NOT drug_use.used THEN 'never'
        ELSE COALESCE(dose_band.level, 'unknown')
    END AS dose_band,
    CASE WHEN NOT drug_use.used THEN 'never' ELSE duration_band.level END AS duration_band
FROM drug_use
LEFT JOIN dose_band
    ON (dose_band.from_value IS NULL OR drug_use.mean_daily_dose_mg >= dose_band.from_value)
    AND (dose_band.to_value IS NULL OR drug_use.mean_daily_dose_mg < dose_band.to_value)
    AND drug_use.mean_daily_dose_mg IS NOT NULL
LEFT JOIN duration_band
    ON (duration_band.from_value IS NULL OR drug_use.covered_days > duration_band.from_value)
    AND (duration_band.to_value IS NULL OR drug_use.covered_days <= duration_band.to_value)
