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
        period_number,
        drug_number,
        segment_start,
        segment_end,
        daily_dose_mg,
        dose_known,
        is_pulse,
        prescriptions,
        MAX(segment_end) OVER (
            PARTITION BY period_number, drug_number ORDER BY segment_start
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS earlier_end
    FROM dose_segment
),
started AS (
    SELECT
        with_earlier_end.*,
        DATE_DIFF('day', with_earlier_end.segment_start, with_earlier_end.segment_end) AS days,
        CASE
            WHEN DATE_DIFF('day', with_earlier_end.earlier_end, with_earlier_end.segment_start)
                <= study_drug.grace_days
                THEN 0
            ELSE 1
        END AS is_new
    FROM with_earlier_end
    INNER JOIN study_drug ON study_drug.drug_number = with_earlier_end.drug_number
),
numbered AS (
    SELECT
        *,
        SUM(is_new) OVER (
            PARTITION BY period_number, drug_number ORDER BY segment_start
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS era_number
    FROM started
),
era AS (
    SELECT
        period_number,
        drug_number,
        era_number,
        MIN(segment_start) AS era_start,
        MAX(segment_end) AS era_end,
        SUM(days) AS covered_days,
        SUM(days * daily_dose_mg) AS cumulative_dose_mg,
        SUM(CASE WHEN dose_known THEN days ELSE 0 END) AS known_dose_days,
        SUM(CASE WHEN dose_known OR is_pulse THEN 0 ELSE days END) AS unknown_dose_days,
        MAX(daily_dose_mg) AS peak_daily_dose_mg,
        SUM(prescriptions) AS prescriptions
    FROM numbered
    GROUP BY period_number, drug_number, era_number
)
SELECT
    observation_period.patient_id,
    study_drug.drug,
    era.era_start,
    era.era_end,
    CAST(era.covered_days AS BIGINT) AS covered_days,
    CAST(DATE_DIFF('day', era.era_start, era.era_end) - era.covered_days AS BIGINT) AS gap_days,
    era.cumulative_dose_mg,
    CAST(era.cumulative_dose_mg AS DOUBLE) / NULLIF(era.known_dose_days, 0)
        AS mean_daily_dose_mg,
    era.peak_daily_dose_mg,
    CAST(era.unknown_dose_days AS BIGINT) AS unknown_dose_days,
    CAST(era.prescriptions AS BIGINT) AS prescriptions
FROM era
INNER JOIN observation_period ON observation_period.period_number = era.period_number
INNER JOIN study_drug ON study_drug.drug_number = era.drug_number
