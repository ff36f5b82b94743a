-- held_dose: one row per exposure window and drug with a dose held for some time.
-- Key: patient_id, window_start, drug.
-- Columns: patient_id, window_start, drug, held_dose_mg (mg/day).
-- Rule: the highest daily dose that was not fallen short of on held_days days in a row inside the
-- window; a day without supply or of unknown dose ends the row of days.
CREATE OR REPLACE TABLE held_dose AS
WITH inside AS (
    SELECT
        exposure_window.patient_id,
        exposure_window.window_start,
        dose_segment.drug,
        dose_segment.daily_dose_mg,
        GREATEST(dose_segment.segment_start, exposure_window.window_start) AS segment_start,
        LEAST(dose_segment.segment_end, exposure_window.window_end) AS segment_end
    FROM exposure_window
    INNER JOIN dose_segment
        ON dose_segment.patient_id = exposure_window.patient_id
        AND dose_segment.segment_start < exposure_window.window_end
        AND dose_segment.segment_end > exposure_window.window_start
    WHERE dose_segment.dose_known
),
level AS (
    SELECT DISTINCT patient_id, window_start, drug, daily_dose_mg AS level_mg
    FROM inside
),
at_level AS (
    SELECT
        level.patient_id,
        level.window_start,
        level.drug,
        level.level_mg,
        inside.segment_start,
        inside.segment_end,
        MAX(inside.segment_end) OVER (
            PARTITION BY level.patient_id, level.window_start, level.drug, level.level_mg
            ORDER BY inside.segment_start
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier_end
    FROM level
    INNER JOIN inside
        ON inside.patient_id = level.patient_id
        AND inside.window_start = level.window_start
        AND inside.drug = level.drug
        AND inside.daily_dose_mg >= level.level_mg
),
with_break AS (
    SELECT
        *,
        MAX(CASE WHEN earlier_end < segment_start THEN segment_start END) OVER (
            PARTITION BY patient_id, window_start, drug, level_mg ORDER BY segment_start
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS latest_break
    FROM at_level
),
stretch AS (
    SELECT
        patient_id,
        window_start,
        drug,
        level_mg,
        DATE_DIFF('day', MIN(segment_start), MAX(segment_end)) AS days
    FROM with_break
    GROUP BY patient_id, window_start, drug, level_mg, latest_break
)
SELECT
    stretch.patient_id,
    stretch.window_start,
    stretch.drug,
    MAX(stretch.level_mg) AS held_dose_mg
FROM stretch
CROSS JOIN course_setting
WHERE stretch.days >= course_setting.held_days
GROUP BY stretch.patient_id, stretch.window_start, stretch.drug
