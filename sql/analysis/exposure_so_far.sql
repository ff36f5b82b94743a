-- exposure_so_far: one row per cohort patient, day looked at while at risk, lag and drug taken by then.
-- Key: patient_id, day, lag_days, drug.
-- Columns: patient_id, day, lag_days, drug, first_day (of use), in_use (the day is inside an era),
-- covered_days, cumulative_dose_mg (known doses) and unknown_dose_days (all before that day),
-- daily_dose_mg (of that day; NULL = none, unknown or a pulse).
-- Rule: what could be known lag_days before the day, of follow-up alone: an era that began on or
-- before it, supply of the days before it. Nothing later counts. Drugs not yet taken have no row.
CREATE OR REPLACE TABLE exposure_so_far AS
WITH looked_at AS (
    SELECT
        analysis_set.patient_id,
        exposure_look.day,
        exposure_look.lag_days,
        analysis_set.index_date,
        analysis_set.index_date + (exposure_look.day - exposure_look.lag_days) AS known_date
    FROM analysis_set
    INNER JOIN exposure_look
        ON exposure_look.day < analysis_set.time_days
        AND exposure_look.day >= exposure_look.lag_days
),
begun AS (
    SELECT
        looked_at.patient_id,
        looked_at.day,
        looked_at.lag_days,
        drug_era.drug,
        MIN(
            GREATEST(DATE_DIFF('day', looked_at.index_date, drug_era.era_start), 0)
        ) AS first_day,
        MAX(CASE WHEN drug_era.era_end > looked_at.known_date THEN 1 ELSE 0 END) = 1 AS in_use
    FROM looked_at
    INNER JOIN drug_era
        ON drug_era.patient_id = looked_at.patient_id
        AND drug_era.era_start <= looked_at.known_date
        AND drug_era.era_end > looked_at.index_date
    GROUP BY looked_at.patient_id, looked_at.day, looked_at.lag_days, drug_era.drug
),
supplied AS (
    SELECT
        looked_at.patient_id,
        looked_at.day,
        looked_at.lag_days,
        dose_segment.drug,
        dose_segment.daily_dose_mg,
        dose_segment.dose_known,
        dose_segment.is_pulse,
        dose_segment.segment_end > looked_at.known_date AS on_the_day,
        DATE_DIFF(
            'day',
            GREATEST(dose_segment.segment_start, looked_at.index_date),
            LEAST(dose_segment.segment_end, looked_at.known_date)
        ) AS days
    FROM looked_at
    INNER JOIN dose_segment
        ON dose_segment.patient_id = looked_at.patient_id
        AND dose_segment.segment_start <= looked_at.known_date
        AND dose_segment.segment_end > looked_at.index_date
),
summed AS (
    SELECT
        patient_id,
        day,
        lag_days,
        drug,
        CAST(SUM(days) AS BIGINT) AS covered_days,
        SUM(days * daily_dose_mg) AS cumulative_dose_mg,
        CAST(SUM(CASE WHEN dose_known OR is_pulse THEN 0 ELSE days END) AS BIGINT)
            AS unknown_dose_days,
        MAX(CASE WHEN on_the_day THEN daily_dose_mg END) AS daily_dose_mg
    FROM supplied
    GROUP BY patient_id, day, lag_days, drug
)
SELECT
    begun.patient_id,
    begun.day,
    begun.lag_days,
    begun.drug,
    begun.first_day,
    begun.in_use,
    COALESCE(summed.covered_days, 0) AS covered_days,
    CAST(COALESCE(summed.cumulative_dose_mg, 0) AS DOUBLE) AS cumulative_dose_mg,
    COALESCE(summed.unknown_dose_days, 0) AS unknown_dose_days,
    CAST(summed.daily_dose_mg AS DOUBLE) AS daily_dose_mg
FROM begun
LEFT JOIN summed
    ON summed.patient_id = begun.patient_id
    AND summed.day = begun.day
    AND summed.lag_days = begun.lag_days
    AND summed.drug = begun.drug
