-- drug_use: one row per cohort patient and drug of the study, used or not.
-- Key: patient_id, drug.
-- Columns: patient_id, drug, used, first_day (from the index date), covered_days,
-- known_dose_days, unknown_dose_days, mean_daily_dose_mg (per covered day of known dose).
-- Rule: every figure is taken over the exposure window, clipped to it. Days covered by a pulse
-- are covered days and carry no daily dose.
CREATE OR REPLACE TABLE drug_use AS
WITH in_window AS (
    SELECT
        dose_segment.patient_id,
        dose_segment.drug,
        dose_segment.daily_dose_mg,
        dose_segment.dose_known,
        dose_segment.is_pulse,
        DATE_DIFF(
            'day',
            exposure_window.window_start,
            GREATEST(dose_segment.segment_start, exposure_window.window_start)
        ) AS first_day,
        DATE_DIFF(
            'day',
            GREATEST(dose_segment.segment_start, exposure_window.window_start),
            LEAST(dose_segment.segment_end, exposure_window.window_end)
        ) AS days
    FROM exposure_window
    INNER JOIN dose_segment
        ON dose_segment.patient_id = exposure_window.patient_id
        AND dose_segment.segment_start < exposure_window.window_end
        AND dose_segment.segment_end > exposure_window.window_start
),
summed AS (
    SELECT
        patient_id,
        drug,
        MIN(first_day) AS first_day,
        SUM(days) AS covered_days,
        SUM(CASE WHEN dose_known THEN days ELSE 0 END) AS known_dose_days,
        SUM(CASE WHEN dose_known OR is_pulse THEN 0 ELSE days END) AS unknown_dose_days,
        SUM(days * daily_dose_mg) AS cumulative_dose_mg
    FROM in_window
    GROUP BY patient_id, drug
)
SELECT
    cohort.patient_id,
    study_drug.drug,
    summed.patient_id IS NOT NULL AS used,
    summed.first_day,
    CAST(COALESCE(summed.covered_days, 0) AS BIGINT) AS covered_days,
    CAST(COALESCE(summed.known_dose_days, 0) AS BIGINT) AS known_dose_days,
    CAST(COALESCE(summed.unknown_dose_days, 0) AS BIGINT) AS unknown_dose_days,
    CAST(summed.cumulative_dose_mg AS DOUBLE) / NULLIF(summed.known_dose_days, 0)
        AS mean_daily_dose_mg
FROM cohort
CROSS JOIN study_drug
LEFT JOIN summed
    ON summed.patient_id = cohort.patient_id AND summed.drug = study_drug.drug
