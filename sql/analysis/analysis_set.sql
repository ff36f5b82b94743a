-- analysis_set: one row per cohort patient; covariates and drugs are joined to it by name.
-- Key: patient_id.
-- Columns: patient_id, index_date, exit_date, exit_reason, assessed, response, response_date,
-- time_days (to the first of response and exit; at least 1), event (0 censored, 1 response,
-- 2 death or kidney failure), window_days (over which exposure is counted), dose_band,
-- duration_band (of the exposure drug), regimen.
-- Rule: what was found of each patient, side by side; an event on the index date counts as day 1.
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
    DATE_DIFF('day', exposure_window.window_start, exposure_window.window_end) AS window_days,
    exposure_band.dose_band,
    exposure_band.duration_band,
    regimen.regimen
FROM cohort
CROSS JOIN exposure_setting
INNER JOIN response ON response.patient_id = cohort.patient_id
INNER JOIN exposure_window ON exposure_window.patient_id = cohort.patient_id
INNER JOIN regimen ON regimen.patient_id = cohort.patient_id
INNER JOIN exposure_band
    ON exposure_band.patient_id = cohort.patient_id
    AND exposure_band.drug = exposure_setting.drug
