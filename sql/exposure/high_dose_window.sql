-- high_dose_window: one row per maximal stretch in which a patient's daily dose of a drug is high.
-- Key: patient_id, drug, window_start.
-- Columns: patient_id, drug, window_start, window_end (exclusive), high_days (days at a high
-- dose), gap_days (the other days inside), mean_daily_dose_mg (per day at a high dose).
-- Rule: a day is high when its dose is known and at least the drug's high_dose_mg; stretches are
-- joined while the days between are at most high_dose_gap_days, covered or not.
CREATE OR REPLACE TABLE high_dose_window AS
WITH high AS (
    SELECT
        dose_segment.patient_id,
        dose_segment.drug,
        dose_segment.period_number,
        dose_segment.segment_start,
        dose_segment.segment_end,
        dose_segment.daily_dose_mg,
        COALESCE(study_drug.high_dose_gap_days, 0) AS high_dose_gap_days,
        MAX(dose_segment.segment_end) OVER (
            PARTITION BY dose_segment.period_number, dose_segment.drug_number
            ORDER BY dose_segment.segment_start
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier_end
    FROM dose_segment
    INNER JOIN study_drug
        ON study_drug.drug_number = dose_segment.drug_number
        AND dose_segment.daily_dose_mg >= study_drug.high_dose_mg
),
with_break AS (
    SELECT
        *,
        DATE_DIFF('day', segment_start, segment_end) AS days,
        MAX(
            CASE
                WHEN DATE_DIFF('day', earlier_end, segment_start) > high_dose_gap_days
                    THEN segment_start
            END
        ) OVER (
            PARTITION BY period_number, drug ORDER BY segment_start
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS latest_break
    FROM high
)
SELECT
    patient_id,
    drug,
    MIN(segment_start) AS window_start,
    MAX(segment_end) AS window_end,
    CAST(SUM(days) AS BIGINT) AS high_days,
    CAST(DATE_DIFF('day', MIN(segment_start), MAX(segment_end)) - SUM(days) AS BIGINT) AS gap_days,
    CAST(SUM(days * daily_dose_mg) AS DOUBLE) / CAST(SUM(days) AS DOUBLE) AS mean_daily_dose_mg
FROM with_break
GROUP BY patient_id, period_number, drug, latest_break
