-- supply: one row per stretch of supply after the drug's overlap rule, clipped to observation.
-- Key: prescription_id, period_start.
-- Columns: patient_id, drug, period_start (of the observation period), prescription_id,
-- supply_start, supply_end (exclusive), daily_dose_mg, pulse_dose_mg, is_pulse, clipped;
-- period_number, drug_number.
-- Rule: "sum", "max": as ordered. "latest": an order ends where a later one starts; orders of one
-- day stand together. "stockpile": a later supply begins when the earlier ones are used up; its
-- end is the running total of days + the running maximum of (start - total before it).
CREATE OR REPLACE TABLE supply AS
WITH ordered AS (
    SELECT
        prescription.*,
        study_drug.overlap,
        study_drug.drug_number,
        DATE_DIFF('day', CAST('1900-01-01' AS DATE), prescription.supply_start) AS start_day,
        DATE_DIFF('day', prescription.supply_start, prescription.supply_end) AS supply_days
    FROM prescription
    INNER JOIN study_drug
        ON study_drug.drug = prescription.drug AND study_drug.overlap IN ('latest', 'stockpile')
),
with_totals AS (
    SELECT
        *,
        SUM(supply_days) OVER (
            PARTITION BY patient_id, drug ORDER BY supply_start, prescription_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS total_days,
        MIN(supply_start) OVER (
            PARTITION BY patient_id, drug ORDER BY start_day
            RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS next_start
    FROM ordered
),
with_end AS (
    SELECT
        *,
        CAST(
            total_days + MAX(start_day - (total_days - supply_days)) OVER (
                PARTITION BY patient_id, drug ORDER BY supply_start, prescription_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS INTEGER
        ) AS stockpile_end_day
    FROM with_totals
),
by_rule AS (
    SELECT
        patient_id,
        drug,
        prescription_id,
        daily_dose_mg,
        pulse_dose_mg,
        is_pulse,
        drug_number,
        CASE
            WHEN overlap = 'stockpile'
                THEN CAST('1900-01-01' AS DATE)
                    + CAST(stockpile_end_day - supply_days AS INTEGER)
            ELSE supply_start
        END AS supply_start,
        CASE
            WHEN overlap = 'stockpile' THEN CAST('1900-01-01' AS DATE) + stockpile_end_day
            WHEN overlap = 'latest' AND next_start < supply_end THEN next_start
            ELSE supply_end
        END AS supply_end
    FROM with_end
    UNION ALL
    SELECT
        prescription.patient_id,
        prescription.drug,
        prescription.prescription_id,
        prescription.daily_dose_mg,
        prescription.pulse_dose_mg,
        prescription.is_pulse,
        study_drug.drug_number,
        prescription.supply_start,
        prescription.supply_end
    FROM prescription
    INNER JOIN study_drug
        ON study_drug.drug = prescription.drug AND study_drug.overlap IN ('sum', 'max')
)
SELECT
    by_rule.patient_id,
    by_rule.drug,
    observation_period.period_start,
    by_rule.prescription_id,
    GREATEST(by_rule.supply_start, observation_period.period_start) AS supply_start,
    LEAST(by_rule.supply_end, observation_period.period_end) AS supply_end,
    by_rule.daily_dose_mg,
    by_rule.pulse_dose_mg,
    by_rule.is_pulse,
    by_rule.supply_start < observation_period.period_start
        OR by_rule.supply_end > observation_period.period_end AS clipped,
    observation_period.period_number,
    by_rule.drug_number
FROM by_rule
INNER JOIN observation_period
    ON observation_period.patient_id = by_rule.patient_id
    AND observation_period.period_start < by_rule.supply_end
    AND observation_period.period_end > by_rule.supply_start
