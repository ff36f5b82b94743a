-- combination_use: one row per cohort patient and combination given at one time in the window.
-- Key: patient_id, combination.
-- Columns: patient_id, combination, overlap_days (days of both eras inside the exposure window).
-- Rule: combination eras clipped to the exposure window and added up.
CREATE OR REPLACE TABLE combination_use AS
SELECT
    exposure_window.patient_id,
    combination_era.combination,
    CAST(
        SUM(
            DATE_DIFF(
                'day',
                GREATEST(combination_era.era_start, exposure_window.window_start),
                LEAST(combination_era.era_end, exposure_window.window_end)
            )
        ) AS BIGINT
    ) AS overlap_days
FROM exposure_window
INNER JOIN combination_era
    ON combination_era.patient_id = exposure_window.patient_id
    AND combination_era.era_start < exposure_window.window_end
    AND combination_era.era_end > exposure_window.window_start
GROUP BY exposure_window.patient_id, combination_era.combination
