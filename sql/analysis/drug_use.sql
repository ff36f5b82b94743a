-- drug_use: one row per exposure window and drug of the study, used or not.
-- Key: patient_id, window_start, drug.
-- Columns: patient_id, window_start, drug, used, first_day (from window_start), covered_days,
-- proportion_covered (of the window's days), known_dose_days, unknown_dose_days,
-- cumulative_dose_mg, mean_daily_dose_mg (per covered day of known dose), time_weighted_dose_mg
-- (per day of the window), peak_daily_dose_mg, held_dose_mg (highest held for held_days), pulses,
-- pulse_dose_mg (their sum), total_dose_mg (oral days and pulses).
-- Rule: every figure is taken over the window, clipped to it. Days covered by a pulse are covered
-- days and carry no daily dose; its mg count where it was given. With a day or pulse of unknown
-- dose there is no time-weighted dose and no sum over it.
CREATE OR REPLACE TABLE drug_use AS
WITH in_window AS (
    SELECT
        exposure_window.patient_id,
        exposure_window.window_start,
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
        window_start,
        drug,
        MIN(first_day) AS first_day,
        CAST(SUM(days) AS BIGINT) AS covered_days,
        CAST(SUM(CASE WHEN dose_known THEN days ELSE 0 END) AS BIGINT) AS known_dose_days,
        CAST(SUM(CASE WHEN dose_known OR is_pulse THEN 0 ELSE days END) AS BIGINT)
            AS unknown_dose_days,
        SUM(days * daily_dose_mg) AS cumulative_dose_mg,
        MAX(daily_dose_mg) AS peak_daily_dose_mg
    FROM in_window
    GROUP BY patient_id, window_start, drug
),
pulsed AS (
    SELECT
        exposure_window.patient_id,
        exposure_window.window_start,
        prescription.drug,
        COUNT(*) AS pulses,
        CASE WHEN COUNT(*) = COUNT(prescription.pulse_dose_mg) THEN SUM(prescription.pulse_dose_mg) END
            AS pulse_dose_mg
    FROM exposure_window
    INNER JOIN prescription
        ON prescription.patient_id = exposure_window.patient_id
        AND prescription.supply_start >= exposure_window.window_start
        AND prescription.supply_start < exposure_window.window_end
    WHERE prescription.is_pulse
    GROUP BY exposure_window.patient_id, exposure_window.window_start, prescription.drug
)
SELECT
    exposure_window.patient_id,
    exposure_window.window_start,
    study_drug.drug,
    summed.patient_id IS NOT NULL AS used,
    summed.first_day,
    COALESCE(summed.covered_days, 0) AS covered_days,
    CAST(COALESCE(summed.covered_days, 0) AS DOUBLE) / NULLIF(
        DATE_DIFF('day', exposure_window.window_start, exposure_window.window_end), 0
    ) AS proportion_covered,
    COALESCE(summed.known_dose_days, 0) AS known_dose_days,
    COALESCE(summed.unknown_dose_days, 0) AS unknown_dose_days,
    summed.cumulative_dose_mg,
    CAST(summed.cumulative_dose_mg AS DOUBLE) / NULLIF(summed.known_dose_days, 0)
        AS mean_daily_dose_mg,
    CASE
        WHEN summed.unknown_dose_days = 0
            THEN CAST(summed.cumulative_dose_mg AS DOUBLE) / DATE_DIFF(
                'day', exposure_window.window_start, exposure_window.window_end
            )
    END AS time_weighted_dose_mg,
    summed.peak_daily_dose_mg,
    held_dose.held_dose_mg,
    COALESCE(pulsed.pulses, 0) AS pulses,
    pulsed.pulse_dose_mg,
    CASE
        WHEN COALESCE(summed.unknown_dose_days, 0) = 0
            AND (pulsed.pulses IS NULL OR pulsed.pulse_dose_mg IS NOT NULL)
            THEN COALESCE(summed.cumulative_dose_mg, 0) + COALESCE(pulsed.pulse_dose_mg, 0)
    END AS total_dose_mg
FROM exposure_window
CROSS JOIN study_drug
LEFT JOIN summed
    ON summed.patient_id = exposure_window.patient_id
    AND summed.window_start = exposure_window.window_start
    AND summed.drug = study_drug.drug
LEFT JOIN pulsed
    ON pulsed.patient_id = exposure_window.patient_id
    AND pulsed.window_start = exposure_window.window_start
    AND pulsed.drug = study_drug.drug
LEFT JOIN held_dose
    ON held_dose.patient_id = exposure_window.patient_id
    AND held_dose.window_start = exposure_window.window_start
    AND held_dose.drug = study_drug.drug
