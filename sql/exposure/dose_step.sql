-- dose_step: one row per stretch of days on which a patient's daily dose of a drug is constant.
-- Key: period_number, drug_number, segment_start; dose_segment has the same rows, by name.
-- Columns: period_number, drug_number, segment_start, segment_end (exclusive), daily_dose_mg
-- (mg/day; NULL = unknown or pulse only), dose_known, is_pulse, gap_days (uncovered days since
-- the segment before it; 0 = none), prescriptions (that begin in it).
-- Rule: doses of supplies that overlap are added, or under "max" the largest is taken. One
-- supply of unknown dose makes the day's dose unknown. Pulses cover days and carry no daily dose.
-- A supply that touches no other is a segment; in the others doses are summed over the dates on
-- which they change (level: the dose, -1 unknown, -2 pulse only, -3 no supply).
CREATE OR REPLACE TABLE dose_step AS
WITH with_neighbours AS (
    SELECT
        period_number,
        drug_number,
        supply_start,
        supply_end,
        daily_dose_mg,
        is_pulse,
        MAX(supply_end) OVER (
            PARTITION BY period_number, drug_number ORDER BY supply_start, supply_end
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier_end,
        LEAD(supply_start) OVER (
            PARTITION BY period_number, drug_number ORDER BY supply_start, supply_end
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
        CASE
            WHEN earlier_end < supply_start
                THEN CAST(DATE_DIFF('day', earlier_end, supply_start) AS INTEGER)
            ELSE 0
        END AS gap_days,
        COALESCE(earlier_end >= supply_start, FALSE)
            OR COALESCE(next_start <= supply_end, FALSE) AS touches
    FROM with_neighbours
),
change AS (
    SELECT
        period_number,
        drug_number,
        supply_start AS change_date,
        gap_days,
        CAST(1 AS TINYINT) AS supplies,
        CAST(1 AS TINYINT) AS starts,
        CAST(CASE WHEN is_pulse THEN 1 ELSE 0 END AS TINYINT) AS pulses,
        CAST(CASE WHEN NOT is_pulse AND daily_dose_mg IS NULL THEN 1 ELSE 0 END AS TINYINT)
            AS unknown_doses,
        COALESCE(daily_dose_mg, 0) AS dose_mg
    FROM placed
    WHERE touches
    UNION ALL
    SELECT
        period_number,
        drug_number,
        supply_end,
        0,
        -1,
        0,
        CASE WHEN is_pulse THEN -1 ELSE 0 END,
        CASE WHEN NOT is_pulse AND daily_dose_mg IS NULL THEN -1 ELSE 0 END,
        -COALESCE(daily_dose_mg, 0)
    FROM placed
    WHERE touches
),
counted AS (
    SELECT
        period_number,
        drug_number,
        change_date,
        LEAD(change_date) OVER by_date AS next_date,
        MAX(gap_days) OVER of_date AS gap_days,
        SUM(supplies) OVER by_date AS supplies,
        SUM(starts) OVER by_date AS starts,
        SUM(pulses) OVER by_date AS pulses,
        SUM(unknown_doses) OVER by_date AS unknown_doses,
        SUM(dose_mg) OVER by_date AS dose_mg
    FROM change
    WINDOW
        by_date AS (PARTITION BY period_number, drug_number ORDER BY change_date),
        of_date AS (
            PARTITION BY period_number, drug_number ORDER BY change_date
            RANGE BETWEEN CURRENT ROW AND CURRENT ROW
        )
),
step AS (
    SELECT *
    FROM counted
    WHERE next_date IS NULL OR next_date > change_date
),
largest AS (
    SELECT
        change.period_number,
        change.drug_number,
        change.change_date,
        MAX(placed.daily_dose_mg) AS dose_mg
    FROM study_drug
    INNER JOIN change ON change.drug_number = study_drug.drug_number
    INNER JOIN placed
        ON placed.period_number = change.period_number
        AND placed.drug_number = change.drug_number
        AND placed.supply_start <= change.change_date
        AND placed.supply_end > change.change_date
    WHERE study_drug.overlap = 'max'
    GROUP BY change.period_number, change.drug_number, change.change_date
),
levelled AS (
    SELECT
        step.period_number,
        step.drug_number,
        step.change_date,
        step.gap_days,
        CAST(step.starts AS INTEGER) AS starts,
        CAST(
            CASE
                WHEN step.supplies = 0 THEN -3
                WHEN step.pulses = step.supplies THEN -2
                WHEN step.unknown_doses > 0 THEN -1
                ELSE COALESCE(largest.dose_mg, step.dose_mg)
            END AS DECIMAL(12, 3)
        ) AS level
    FROM step
    LEFT JOIN largest
        ON largest.period_number = step.period_number
        AND largest.drug_number = step.drug_number
        AND largest.change_date = step.change_date
),
with_earlier AS (
    SELECT
        *,
        LAG(level) OVER by_date AS earlier_level,
        COALESCE(LAG(starts) OVER by_date, 0) AS earlier_starts
    FROM levelled
    WINDOW by_date AS (PARTITION BY period_number, drug_number ORDER BY change_date)
),
segment AS (
    SELECT
        period_number,
        drug_number,
        change_date AS segment_start,
        LEAD(change_date) OVER by_date AS segment_end,
        level,
        gap_days,
        LEAD(earlier_starts) OVER by_date - earlier_starts AS prescriptions
    FROM with_earlier
    WHERE earlier_level IS NULL OR earlier_level <> level
    WINDOW by_date AS (PARTITION BY period_number, drug_number ORDER BY change_date)
)
SELECT
    period_number,
    drug_number,
    segment_start,
    segment_end,
    CASE WHEN level >= 0 THEN level END AS daily_dose_mg,
    level >= 0 AS dose_known,
    level = -2 AS is_pulse,
    gap_days,
    prescriptions
FROM segment
WHERE level > -3
UNION ALL
SELECT
    period_number,
    drug_number,
    supply_start,
    supply_end,
    CASE WHEN NOT is_pulse THEN daily_dose_mg END,
    NOT is_pulse AND daily_dose_mg IS NOT NULL,
    is_pulse,
    gap_days,
    1
FROM placed
WHERE NOT touches
