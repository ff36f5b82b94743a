-- analysis_set: one row per cohort patient; covariates and drugs are joined to it by name.
-- Key: patient_id.
-- Columns: patient_id, index_date, exit_date, exit_reason, assessed, response, response_date,
-- time_days (to the first of response and exit; at least 1), event (0 censored, 1 response,
-- 2 death or kidney failure), dose_band, duration_band (of the exposure drug), regimen.
-- Rule: dose bands are closed on the left, duration bands on the right; "never" is no use in the
-- window, "unknown" is use with no known dose.
CREATE OR REPLACE TABLE analysis_set AS
SELECT
    cohort.patient_id,
    cohort.index_date,
    cohort.exit_date,
    cohort.exit_reason,
    response.assessments > 0 AS assessed,
    response.response_date IS NOT NULL AS response,
    response.response_date,
    GREATEST(
        DATE_DIFF(
            'day', cohort.index_date, COALESCE(response.response_date, cohort.exit_date)
        ),
        1
    ) AS time_days,
    CASE
        WHEN response.response_date IS NOT NULL THEN 1
        WHEN cohort.exit_reason IN ('death', 'kidney_failure') THEN 2
        ELSE 0
    END AS event,
    CASE
        WHEN NOT drug_use.used THEN 'never'
        ELSE COALESCE(dose_band.level, 'unknown')
    END AS dose_band,
    CASE WHEN NOT drug_use.used THEN 'never' ELSE duration_band.level END AS duration_band,
    regimen.regimen
FROM cohort
CROSS JOIN study_setting
INNER JOIN response ON response.patient_id = cohort.patient_id
INNER JOIN regimen ON regimen.patient_id = cohort.patient_id
INNER JOIN drug_use
    ON drug_use.patient_id = cohort.patient_id
    AND drug_use.drug = study_setting.exposure_drug
LEFT JOIN dose_band
    ON (dose_band.from_value IS NULL OR drug_use.mean_daily_dose_mg >= dose_band.from_value)
    AND (dose_band.to_value IS NULL OR drug_use.mean_daily_dose_mg < dose_band.to_value)
    AND drug_use.mean_daily_dose_mg IS NOT NULL
LEFT JOIN duration_band
    ON (duration_band.from_value IS NULL OR drug_use.covered_days > duration_band.from_value)
    AND (duration_band.to_value IS NULL OR drug_use.covered_days <= duration_band.to_value)
