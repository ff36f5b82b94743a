-- sequence: one row per drug era, in its place in the patient's course of treatment.
-- Key: patient_id, drug, era_start.
-- Columns: patient_id, drug, era_start, era_end (exclusive), start_kind, end_kind, stop_manner,
-- days_to_restart (uncovered days until the next era of the drug; NULL = none).
-- Rule: a start is first_line (no drug before it), restart (the drug was taken before), switch
-- (another drug ended within switch_days of it), add_on (another goes on) or later_line. An end
-- is observation_end, switch (another drug started within switch_days of it and outlasts it) or
-- discontinuation; it is a taper when the last dose is at most half of the highest in the last
-- taper_days, else abrupt; unknown when a dose in those days is.
CREATE OR REPLACE TABLE sequence AS
WITH era AS (
    SELECT
        drug_era.patient_id,
        drug_era.drug,
        drug_era.era_start,
        drug_era.era_end,
        observation_period.period_end,
        course_setting.switch_days,
        course_setting.taper_days,
        MIN(drug_era.era_start) OVER (PARTITION BY drug_era.patient_id) AS first_start,
        ROW_NUMBER() OVER by_start AS era_number,
        LEAD(drug_era.era_start) OVER by_start AS next_start
    FROM drug_era
    CROSS JOIN course_setting
    INNER JOIN observation_period
        ON observation_period.patient_id = drug_era.patient_id
        AND observation_period.period_start <= drug_era.era_start
        AND observation_period.period_end > drug_era.era_start
    WINDOW by_start AS (
        PARTITION BY drug_era.patient_id, drug_era.drug ORDER BY drug_era.era_start
    )
),
beside AS (
    SELECT
        era.patient_id,
        era.drug,
        era.era_start,
        MAX(
            CASE
                WHEN other.era_start < era.era_start
                    AND other.era_end < other.period_end
                    AND ABS(DATE_DIFF('day', other.era_end, era.era_start)) <= era.switch_days
                    THEN 1
                ELSE 0
            END
        ) AS replaces,
        MAX(
            CASE
                WHEN other.era_start < era.era_start AND other.era_end > era.era_start THEN 1
                ELSE 0
            END
        ) AS joins,
        MAX(
            CASE
                WHEN other.era_start > era.era_start
                    AND other.era_end > era.era_end
                    AND ABS(DATE_DIFF('day', era.era_end, other.era_start)) <= era.switch_days
                    THEN 1
                ELSE 0
            END
        ) AS is_replaced
    FROM era
    INNER JOIN era AS other ON other.patient_id = era.patient_id AND other.drug <> era.drug
    GROUP BY era.patient_id, era.drug, era.era_start
),
last_dose AS (
    SELECT
        era.patient_id,
        era.drug,
        era.era_start,
        MAX(dose_segment.daily_dose_mg) AS highest_mg,
        MAX(CASE WHEN dose_segment.segment_end = era.era_end THEN dose_segment.daily_dose_mg END)
            AS last_mg,
        MAX(CASE WHEN dose_segment.dose_known THEN 0 ELSE 1 END) AS unknown
    FROM era
    INNER JOIN dose_segment
        ON dose_segment.patient_id = era.patient_id
        AND dose_segment.drug = era.drug
        AND dose_segment.segment_start < era.era_end
        AND dose_segment.segment_start >= era.era_start
        AND dose_segment.segment_end > era.era_end - era.taper_days
    GROUP BY era.patient_id, era.drug, era.era_start
),
kinds AS (
    SELECT
        era.patient_id,
        era.drug,
        era.era_start,
        era.era_end,
        CASE
            WHEN era.era_number > 1 THEN 'restart'
            WHEN era.era_start = era.first_start THEN 'first_line'
            WHEN beside.replaces = 1 THEN 'switch'
            WHEN beside.joins = 1 THEN 'add_on'
            ELSE 'later_line'
        END AS start_kind,
        CASE
            WHEN era.era_end >= era.period_end THEN 'observation_end'
            WHEN beside.is_replaced = 1 THEN 'switch'
            ELSE 'discontinuation'
        END AS end_kind,
        CASE
            WHEN last_dose.unknown = 1 THEN 'unknown'
            WHEN 2 * last_dose.last_mg <= last_dose.highest_mg THEN 'taper'
            ELSE 'abrupt'
        END AS manner,
        DATE_DIFF('day', era.era_end, era.next_start) AS days_to_restart
    FROM era
    INNER JOIN last_dose
        ON last_dose.patient_id = era.patient_id
        AND last_dose.drug = era.drug
        AND last_dose.era_start = era.era_start
    LEFT JOIN beside
        ON beside.patient_id = era.patient_id
        AND beside.drug = era.drug
        AND beside.era_start = era.era_start
)
SELECT
    patient_id,
    drug,
    era_start,
    era_end,
    start_kind,
    end_kind,
    CASE WHEN end_kind <> 'observation_end' THEN manner END AS stop_manner,
    days_to_restart
FROM kinds
