-- dose_segment: one row per stretch of days on which a patient's daily dose of a drug is constant.
-- Key: patient_id, drug, segment_start; the segments of a patient and drug are disjoint.
-- Columns: patient_id, drug, period_start, segment_start, segment_end (exclusive),
-- daily_dose_mg (mg/day; NULL = unknown or pulse only), dose_known, is_pulse.
-- Rule: doses of supplies that overlap are added, or under "max" the largest is taken. One
-- supply of unknown dose makes the day's dose unknown. Pulses cover days and carry no daily dose.
CREATE OR REPLACE TABLE dose_segment AS
WITH change AS (
    SELECT
        patient_id,
        drug,
        period_start,
        supply_start AS change_date,
        1 AS supplies,
        CASE WHEN is_pulse THEN 1 ELSE 0 END AS pulses,
        CASE WHEN NOT is_pulse AND daily_dose_mg IS NULL THEN 1 ELSE 0 END AS unknown_doses,
        COALESCE(daily_dose_mg, 0) AS dose_mg
    FROM supply
    UNION ALL
    SELECT
        patient_id,
        drug,
        period_start,
        supply_end,
        -1,
        CASE WHEN is_pulse THEN -1 ELSE 0 END,
        CASE WHEN NOT is_pulse AND daily_dose_mg IS NULL THEN -1 ELSE 0 END,
        -COALESCE(daily_dose_mg, 0)
    FROM supply
),
change_day AS (
    SELECT
        patient_id,
        drug,
        period_start,
        change_date,
        SUM(supplies) AS supplies,
        SUM(pulses) AS pulses,
        SUM(unknown_doses) AS unknown_doses,
        SUM(dose_mg) AS dose_mg
    FROM change
    GROUP BY patient_id, drug, period_start, change_date
),
step AS (
    SELECT
        patient_id,
        drug,
        period_start,
        change_date AS segment_start,
        LEAD(change_date) OVER by_day AS segment_end,
        SUM(supplies) OVER so_far AS supplies,
        SUM(pulses) OVER so_far AS pulses,
        SUM(unknown_doses) OVER so_far AS unknown_doses,
        SUM(dose_mg) OVER so_far AS dose_mg
    FROM change_day
    WINDOW
        by_day AS (PARTITION BY patient_id, drug, period_start ORDER BY change_date),
        so_far AS (
            PARTITION BY patient_id, drug, period_start ORDER BY change_date
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
),
largest AS (
    SELECT
        step.patient_id, step.drug, step.segment_start, MAX(supply.daily_dose_mg) AS dose_mg
    FROM step
    INNER JOIN study_drug ON study_drug.drug = step.drug AND study_drug.overlap = 'max'
    INNER JOIN supply
        ON supply.patient_id = step.patient_id
        AND supply.drug = step.drug
        AND supply.supply_start <= step.segment_start
        AND supply.supply_end >= step.segment_end
    WHERE step.supplies > 0
    GROUP BY step.patient_id, step.drug, step.segment_start
),
dosed AS (
    SELECT
        step.patient_id,
        step.drug,
        step.period_start,
        step.segment_start,
        step.segment_end,
        step.pulses = step.supplies AS is_pulse,
        step.unknown_doses = 0 AND step.pulses < step.supplies AS dose_known,
        CASE
            WHEN step.unknown_doses = 0 AND step.pulses < step.supplies
                THEN COALESCE(largest.dose_mg, step.dose_mg)
        END AS daily_dose_mg
    FROM step
    LEFT JOIN largest
        ON largest.patient_id = step.patient_id
        AND largest.drug = step.drug
        AND largest.segment_start = step.segment_start
    WHERE step.supplies > 0
),
numbered AS (
    SELECT
        *,
        CASE
            WHEN LAG(segment_end) OVER by_start = segment_start
                AND LAG(is_pulse) OVER by_start = is_pulse
                AND LAG(dose_known) OVER by_start = dose_known
                AND COALESCE(LAG(daily_dose_mg) OVER by_start, 0) = COALESCE(daily_dose_mg, 0)
                THEN 0
            ELSE 1
        END AS is_new
    FROM dosed
    WINDOW by_start AS (PARTITION BY patient_id, drug, period_start ORDER BY segment_start)
),
grouped AS (
    SELECT
        *,
        SUM(is_new) OVER (
            PARTITION BY patient_id, drug, period_start ORDER BY segment_start
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS segment_number
    FROM numbered
)
SELECT
    patient_id,
    drug,
    period_start,
    MIN(segment_start) AS segment_start,
    MAX(segment_end) AS segment_end,
    MAX(daily_dose_mg) AS daily_dose_mg,
    dose_known,
    is_pulse
FROM grouped
GROUP BY patient_id, drug, period_start, segment_number, dose_known, is_pulse
