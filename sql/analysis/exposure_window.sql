-- exposure_window: one row per cohort patient: the days over which exposure is counted.
-- Key: patient_id, window_start.
-- Columns: patient_id, window_start (index date), window_end (exclusive), window_end_reason
-- (response, landmark, or the reason of exit).
-- Rule: exposure counts until the response or the end of follow-up, or, when the study says
-- "exit", over all of follow-up; never past the landmark_day, when the study has one. On a shared
-- day the response is the reason, then the landmark.
CREATE OR REPLACE TABLE exposure_window AS
WITH possible_end AS (
    SELECT
        cohort.patient_id,
        cohort.index_date,
        cohort.exit_date,
        cohort.exit_reason,
        CASE WHEN exposure_setting.until = 'outcome' THEN response.response_date END
            AS response,
        cohort.index_date + exposure_setting.landmark_day AS landmark
    FROM cohort
    INNER JOIN response ON response.patient_id = cohort.patient_id
    CROSS JOIN exposure_setting
)
SELECT
    patient_id,
    index_date AS window_start,
    LEAST(response, landmark, exit_date) AS window_end,
    CASE LEAST(response, landmark, exit_date)
        WHEN response THEN 'response'
        WHEN landmark THEN 'landmark'
        ELSE exit_reason
    END AS window_end_reason
FROM possible_end
