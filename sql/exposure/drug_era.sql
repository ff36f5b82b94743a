-- drug_era: one row per unbroken course of a drug in a patient.
-- Key: patient_id, drug, era_start.
-- Columns: patient_id, drug, era_start, era_end (exclusive), covered_days (each day once),
-- gap_days (uncovered days inside), cumulative_dose_mg and mean_daily_dose_mg (per day of known
-- dose), peak_daily_dose_mg, unknown_dose_days, prescriptions.
-- Rule: segments are joined while the uncovered gap is at most the drug's grace_days; the end so
-- far is a running maximum; an era ends with its supply and never crosses observation periods.
CREATE OR REPLACE TABLE drug_era AS
WITH with_earlier_end AS (
    SELECT
        dose_segment.*,
        study_drug.grace_days,
        MAX(dose_segment.segment_end) OVER (
            PARTITION BY dose_segment.patient_id, dose_segment.drug, dose_segment.period_start
            ORDER BY dose_segment.segment_start
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier_end
    FROM dose_segment
    INNER JOIN study_drug ON study_drug.drug = dose_segment.drug
),
numbered AS (
    SELECT
        *,
        SUM(
            CASE
                WHEN DATE_DIFF('day', earlier_end, segment_start) <= grace_days THEN 0
                ELSE 1
            END
        ) OVER (
            PARTITION BY patient_id, drug, period_start ORDER BY segment_start
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS era_number
    FROM with_earlier_end
),
era AS (
    SELECT
        patient_id,
        drug,
        period_start,
        era_number,
        MIN(segment_start) AS era_start,
        MAX(segment_end) AS era_end,
        SUM(DATE_DIFF('day', segment_start, segment_end)) AS covered_days,
        SUM(DATE_DIFF('day', segment_start, segment_end) * daily_dose_mg) AS cumulative_dose_mg,
        SUM(CASE WHEN dose_known THEN DATE_DIFF('day', segment_start, segment_end) ELSE 0 END)
            AS known_dose_days,
        SUM(
            CASE
                WHEN dose_known OR is_pulse THEN 0
                ELSE DATE_DIFF('day', segment_start, segment_end)
            END
        ) AS unknown_dose_days,
        MAX(daily_dose_mg) AS peak_daily_dose_mg
    FROM numbered
    GROUP BY patient_id, drug, period_start, era_number
),
prescriptions_in_era AS (
    SELECT era.patient_id, era.drug, era.era_start, COUNT(*) AS prescriptions
    FROM era
    INNER JOIN supply
        ON supply.patient_id = era.patient_id
        AND supply.drug = era.drug
        AND supply.supply_start >= era.era_start
        AND supply.supply_start < era.era_end
        AND supply.period_start = era.period_start
    GROUP BY era.patient_id, era.drug, era.era_start
)
SELECT
    era.patient_id,
    era.drug,
    era.era_start,
    era.era_end,
    CAST(era.covered_days AS BIGINT) AS covered_days,
    CAST(DATE_DIFF('day', era.era_start, era.era_end) - era.covered_days AS BIGINT) AS gap_days,
    era.cumulative_dose_mg,
    CAST(era.cumulative_dose_mg AS DOUBLE) / NULLIF(era.known_dose_days, 0)
        AS mean_daily_dose_mg,
    era.peak_daily_dose_mg,
    CAST(era.unknown_dose_days AS BIGINT) AS unknown_dose_days,
    prescriptions_in_era.prescriptions
FROM era
INNER JOIN prescriptions_in_era
    ON prescriptions_in_era.patient_id = era.patient_id
    AND prescriptions_in_era.drug = era.drug
    AND prescriptions_in_era.era_start = era.era_start
