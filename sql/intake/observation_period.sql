-- observation_period: one row per stretch of time in which a patient was observed.
-- Key: patient_id, period_start; the periods of one patient are disjoint.
-- Columns: patient_id, period_start, period_end (exclusive: the day after the last day),
-- period_number (1, 2, ... over all patients).
-- Rule: periods that overlap or touch are one. The end seen so far is a running maximum,
-- so a short period inside a long one does not split it.
CREATE OR REPLACE TABLE observation_period AS
WITH half_open AS (
    SELECT patient_id, start_date AS period_start, end_date + 1 AS period_end
    FROM observation_period_checked
    WHERE reason IS NULL
),
with_earlier_end AS (
    SELECT
        *,
        MAX(period_end) OVER (
            PARTITION BY patient_id ORDER BY period_start, period_end
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier_end
    FROM half_open
),
numbered AS (
    SELECT
        *,
        SUM(CASE WHEN period_start <= earlier_end THEN 0 ELSE 1 END) OVER (
            PARTITION BY patient_id ORDER BY period_start, period_end
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS period_number
    FROM with_earlier_end
)
SELECT
    patient_id,
    MIN(period_start) AS period_start,
    MAX(period_end) AS period_end,
    CAST(ROW_NUMBER() OVER (ORDER BY patient_id, MIN(period_start)) AS INTEGER) AS period_number
FROM numbered
GROUP BY patient_id, period_number
