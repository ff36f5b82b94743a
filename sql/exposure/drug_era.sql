-- drug_era: one row per unbroken course of a drug in a patient.
-- Key: patient_id, drug, era_start.
-- Columns: patient_id, drug, era_start, era_end (exclusive), covered_days (each day once),
-- gap_days (uncovered days inside), cumulative_dose_mg and mean_daily_dose_mg (per day of known
-- dose), peak_daily_dose_mg, unknown_dose_days, prescriptions.
-- Rule: segments are joined while the uncovered gap is at most the drug's grace_days; an era ends
-- with its supply and never crosses observation periods.
CREATE OR REPLACE TABLE drug_era AS
WITH with_break AS (
    SELECT
        dose_step.period_number,
        dose_step.drug_number,
        dose_step.segment_start,
        dose_step.segment_end,
        dose_step.daily_dose_mg,
        dose_step.dose_known,
        dose_step.is_pulse,
        dose_step.prescriptions,
        CAST(DATE_DIFF('day', dose_step.segment_start, dose_step.segment_end) AS DECIMAL(6, 0))
            AS days,
        MAX(
            CASE WHEN dose_step.gap_days > study_drug.grace_days THEN dose_step.segment_start END
        ) OVER (
            PARTITION BY dose_step.period_number, dose_step.drug_number
            ORDER BY dose_step.segment_start
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS latest_break
    FROM dose_step
    INNER JOIN study_drug ON study_drug.drug_number = dose_step.drug_number
),
era AS (
    SELECT
        period_number,
        drug_number,
        MIN(segment_start) AS era_start,
        MAX(segment_end) AS era_end,
        CAST(SUM(days) AS BIGINT) AS covered_days,
        SUM(days * daily_dose_mg) AS cumulative_dose_mg,
        SUM(CASE WHEN dose_known THEN days END) AS known_dose_days,
        CAST(COALESCE(SUM(CASE WHEN NOT dose_known AND NOT is_pulse THEN days END), 0) AS BIGINT)
            AS unknown_dose_days,
        MAX(daily_dose_mg) AS peak_daily_dose_mg,
        CAST(SUM(prescriptions) AS BIGINT) AS prescriptions
    FROM with_break
    GROUP BY period_number, drug_number, latest_break
)
SELECT
    observation_period.patient_id,
    study_drug.drug,
    era.era_start,
    era.era_end,
    era.covered_days,
    CAST(DATE_DIFF('day', era.era_start, era.era_end) AS BIGINT) - era.covered_days AS gap_days,
    era.cumulative_dose_mg,
    CAST(era.cumulative_dose_mg AS DOUBLE) / CAST(era.known_dose_days AS DOUBLE)
        AS mean_daily_dose_mg,
    era.peak_daily_dose_mg,
    era.unknown_dose_days,
    era.prescriptions
FROM era
INNER JOIN observation_period ON observation_period.period_number = era.period_number
INNER JOIN study_drug ON study_drug.drug_number = era.drug_number
