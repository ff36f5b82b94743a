-- dose_segment: one row per stretch of days on which a patient's daily dose of a drug is constant.
-- Key: patient_id, drug, segment_start; the segments of a patient and drug are disjoint.
-- Columns: patient_id, drug, period_start, segment_start, segment_end (exclusive),
-- daily_dose_mg (mg/day; NULL = unknown or pulse only), dose_known, is_pulse, prescriptions (that
-- begin in it); period_number, drug_number (whole numbers, which sort faster than names).
-- Rule: doses of supplies that overlap are added, or under "max" the largest is taken. One
-- supply of unknown dose makes the day's dose unknown. Pulses cover days and carry no daily dose.
-- A supply that touches no other is a segment as it stands.
CREATE OR REPLACE TABLE dose_segment AS
WITH with_neighbours AS (
    SELECT
        period_number,
        drug_number,
        supply_start,
        supply_end,
        daily_dose_mg,
        is_pulse,
        MAX(supply_end) OVER (
            PARTITION BY period_number, drug_number ORDER BY supply_start, prescription_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier_end,
        LEAD(supply_start) OVER (
            PARTITION BY period_number, drug_number ORDER BY supply_start, prescription_id
        ) AS next_start
    FROM supply
),
placed AS (
    SELECT
        period_number,
        drug_number,
        supply_start,
        supply_end,
        daily_dose_mg,
        is_pulse,
        COALESCE(earlier_end >= supply_start, FALSE)
            OR COALESCE(next_start <= supply_end, FALSE) AS touches
    FROM with_neighbours
),
change AS (
    SELECT
        period_number,
        drug_number,
        supply_start AS change_date,
        1 AS supplies,
        1 AS starts,
        CASE WHEN is_pulse THEN 1 ELSE 0 END AS pulses,
        CASE WHEN NOT is_pulse AND daily_dose_mg IS NULL THEN 1 ELSE 0 END AS unknown_doses,
        COALESCE(daily_dose_mg, 0) AS dose_mg
    FROM placed
    WHERE touches
    UNION ALL
    SELECT
        period_number,
        drug_number,
        supply_end,
        -1,
        0,
        CASE WHEN is_pulse THEN -1 ELSE 0 END,
        CASE WHEN NOT is_pulse AND daily_dose_mg IS NULL THEN -1 ELSE 0 END,
        -COALESCE(daily_dose_mg, 0)
    FROM placed
    WHERE touches
),
change_day AS (
    SELECT
        period_number,
        drug_number,
        change_date,
        SUM(supplies) AS supplies,
        SUM(starts) AS starts,
        SUM(pulses) AS pulses,
        SUM(unknown_doses) AS unknown_doses,
        SUM(dose_mg) AS dose_mg
    FROM change
    GROUP BY period_number, drug_number, change_date
),
step AS (
    SELECT
        period_number,
        drug_number,
        change_date AS segment_start,
        starts,
        LEAD(change_date) OVER by_day AS segment_end,
        SUM(supplies) OVER so_far AS supplies,
        SUM(pulses) OVER so_far AS pulses,
        SUM(unknown_doses) OVER so_far AS unknown_doses,
        SUM(dose_mg) OVER so_far AS dose_mg
    FROM change_day
    WINDOW
        by_day AS (PARTITION BY period_number, drug_number ORDER BY change_date),
        so_far AS (
            PARTITION BY period_number, drug_number ORDER BY change_date
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
),
largest AS (
    SELECT
        step.period_number,
        step.drug_number,
        step.segment_start,
        MAX(placed.daily_dose_mg) AS dose_mg
    FROM step
    INNER JOIN study_drug
        ON study_drug.drug_number = step.drug_number AND study_drug.overlap = 'max'
    INNER JOIN placed
        ON placed.period_number = step.period_number
        AND placed.drug_number = step.drug_number
        AND placed.supply_start <= step.segment_start
        AND placed.supply_end >= step.segment_end
    WHERE step.supplies > 0
    GROUP BY step.period_number, step.drug_number, step.segment_start
),
dosed AS (
    SELECT
        step.period_number,
        step.drug_number,
        step.segment_start,
        step.segment_end,
        step.starts,
        step.pulses = step.supplies AS is_pulse,
        step.unknown_doses = 0 AND step.pulses < step.supplies AS dose_known,
        CASE
            WHEN step.unknown_doses = 0 AND step.pulses < step.supplies
                THEN CAST(COALESCE(largest.dose_mg, step.dose_mg) AS DECIMAL(18, 3))
        END AS daily_dose_mg
    FROM step
    LEFT JOIN largest
        ON largest.period_number = step.period_number
        AND largest.drug_number = step.drug_number
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
    WINDOW by_start AS (PARTITION BY period_number, drug_number ORDER BY segment_start)
),
grouped AS (
    SELECT
        *,
        SUM(is_new) OVER (
            PARTITION BY period_number, drug_number ORDER BY segment_start
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS segment_number
    FROM numbered
),
segment AS (
    SELECT
        period_number,
        drug_number,
        MIN(segment_start) AS segment_start,
        MAX(segment_end) AS segment_end,
        MAX(daily_dose_mg) AS daily_dose_mg,
        dose_known,
        is_pulse,
        CAST(SUM(starts) AS INTEGER) AS prescriptions
    FROM grouped
    GROUP BY period_number, drug_number, segment_number, dose_known, is_pulse
    UNION ALL
    SELECT
        period_number,
        drug_number,
        supply_start,
        supply_end,
        CAST(CASE WHEN NOT is_pulse THEN daily_dose_mg END AS DECIMAL(18, 3)),
        NOT is_pulse AND daily_dose_mg IS NOT NULL,
        is_pulse,
        1
    FROM placed
    WHERE NOT touches
)
SELECT
    observation_period.patient_id,
    study_drug.drug,
    observation_period.period_start,
    segment.segment_start,
    segment.segment_end,
    segment.daily_dose_mg,
    segment.dose_known,
    segment.is_pulse,
    segment.prescriptions,
    segment.period_number,
    segment.drug_number
FROM segment
INNER JOIN observation_period ON observation_period.period_number = segment.period_number
INNER JOIN study_drug ON study_drug.drug_number = segment.drug_number
