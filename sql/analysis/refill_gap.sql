-- refill_gap: one row per stretch of days without supply between two supplies of the exposure drug.
-- Key: patient_id, gap_start.
-- Columns: patient_id, gap_start, gap_days (1 or more), bridged (an era goes on over it).
-- Rule: of cohort patients, both supplies beginning inside the exposure window; a gap is bridged
-- when it is at most the drug's grace_days.
CREATE OR REPLACE TABLE refill_gap AS
WITH followed AS (
    SELECT
        exposure_window.patient_id,
        dose_segment.segment_start,
        study_drug.grace_days,
        LAG(dose_segment.segment_end) OVER (
            PARTITION BY exposure_window.patient_id ORDER BY dose_segment.segment_start
        ) AS last_end
    FROM exposure_window
    CROSS JOIN exposure_setting
    INNER JOIN study_drug ON study_drug.drug = exposure_setting.drug
    INNER JOIN dose_segment
        ON dose_segment.patient_id = exposure_window.patient_id
        AND dose_segment.drug = exposure_setting.drug
        AND dose_segment.segment_start >= exposure_window.window_start
        AND dose_segment.segment_start < exposure_window.window_end
)
SELECT
    patient_id,
    last_end AS gap_start,
    DATE_DIFF('day', last_end, segment_start) AS gap_days,
    DATE_DIFF('day', last_end, segment_start) <= grace_days AS bridged
FROM followed
WHERE segment_start > last_end
