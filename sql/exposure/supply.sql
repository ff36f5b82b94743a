-- supply: one row per stretch of supply after the drug's overlap rule, clipped to observation.
-- Key: prescription_id, period_start.
-- Columns: patient_id, drug, period_start (of the observation period), prescription_id,
-- supply_start, supply_end (exclusive), daily_dose_mg, pulse_dose_mg, is_pulse, clipped;
-- period_number, drug_number (whole numbers, which sort faster than names).
-- Rule: "sum", "max": as ordered. "latest": an order ends where a later one starts; orders of one
-- day stand together. "stockpile": a later supply waits until the earlier ones are used up.
CREATE OR REPLACE VIEW supply AS
WITH superseded AS (
    SELECT
        prescription.prescription_id,
        prescription.supply_start,
        prescription.supply_end,
        MIN(prescription.supply_start) OVER (
            PARTITION BY prescription.patient_id, prescription.drug
            ORDER BY DATE_DIFF('day', CAST('1900-01-01' AS DATE), prescription.supply_start)
            RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS next_start
    FROM prescription
    INNER JOIN study_drug
        ON study_drug.drug = prescription.drug AND study_drug.overlap = 'latest'
),
moved AS (
    SELECT prescription_id, supply_start, supply_end FROM stockpile_days
    UNION ALL
    SELECT prescription_id, supply_start, supply_end FROM stockpile_mg
    UNION ALL
    SELECT prescription_id, supply_start, LEAST(supply_end, next_start) FROM superseded
),
by_rule AS (
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
        ON study_drug.drug = prescription.drug
        AND (
            study_drug.overlap IN ('sum', 'max')
            OR (study_drug.overlap = 'stockpile' AND prescription.is_pulse)
        )
    UNION ALL
    SELECT
        prescription.patient_id,
        prescription.drug,
        prescription.prescription_id,
        prescription.daily_dose_mg,
        prescription.pulse_dose_mg,
        prescription.is_pulse,
        study_drug.drug_number,
        moved.supply_start,
        moved.supply_end
    FROM moved
    INNER JOIN prescription ON prescription.prescription_id = moved.prescription_id
    INNER JOIN study_drug ON study_drug.drug = prescription.drug
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
