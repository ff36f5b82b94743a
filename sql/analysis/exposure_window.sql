-- exposure_window: one row per cohort patient.
-- Key: patient_id.
-- Columns: patient_id, window_start (index date), window_end (exclusive), window_end_reason
-- (response, or the reason of exit).
-- Rule: exposure counts until the response or the end of follow-up, or, when the study says
-- "exit", over all of follow-up.
CREATE OR REPLACE TABLE exposure_window AS
SELECT
    cohort.patient_id,
    cohort.index_date AS window_start,
    CASE
        WHEN study_setting.exposure_until = 'outcome' AND response.response_date IS NOT NULL
            THEN response.response_date
        ELSE cohort.exit_date
    END AS window_end,
    CASE
        WHEN study_setting.exposure_until = 'outcome' AND response.response_date IS NOT NULL
            THEN 'response'
        ELSE cohort.exit_reason
    END AS window_end_reason
FROM cohort
INNER JOIN response ON response.patient_id = cohort.patient_id
CROSS JOIN study_setting
