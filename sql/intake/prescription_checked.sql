-- prescription_checked: one row per row of the extract's prescription table.
-- Key: none (duplicate_prescription_id is one of the reasons).
-- Columns: prescription_id, patient_id, drug, route, supply_start, supply_end (exclusive),
-- daily_dose_mg (NULL = unknown, or a pulse), pulse_dose_mg, is_pulse; drug_given,
-- daily_dose_given_mg, pulse_dose_given_mg (as in the extract); in_scope, is_study_drug (or else a
-- drug of a covariate or a negative control); reason (NULL when usable).
-- Rule: an explicit end_date is the last day taken and wins over days_supply; a pulse covers the
-- drug's pulse_days from its date. A drug given as another (prescribed_drug) is that drug, as_mg
-- for mg. Doses are DECIMAL from here on: their sums are exact.
CREATE OR REPLACE TABLE prescription_checked AS
WITH typed AS (
    SELECT
        CAST(prescription_id AS VARCHAR) AS prescription_id,
        CAST(patient_id AS VARCHAR) AS patient_id,
        CAST(drug AS VARCHAR) AS drug_given,
        CAST(route AS VARCHAR) AS route,
        CAST(start_date AS DATE) AS supply_start,
        CAST(end_date AS DATE) AS end_date,
        CAST(days_supply AS BIGINT) AS days_supply,
        TRY_CAST(daily_dose_mg AS DECIMAL(12, 3)) AS daily_dose_given_mg,
        TRY_CAST(pulse_dose_mg AS DECIMAL(12, 3)) AS pulse_dose_given_mg,
        daily_dose_mg IS NOT NULL OR pulse_dose_mg IS NOT NULL AS has_dose,
        COUNT(*) OVER (PARTITION BY CAST(prescription_id AS VARCHAR)) AS id_count
    FROM raw_prescription
),
with_supply AS (
    SELECT
        typed.*,
        prescribed_drug.drug IS NOT NULL AS in_scope,
        COALESCE(prescribed_drug.drug, typed.drug_given) AS drug,
        COALESCE(prescribed_drug.is_study_drug, FALSE) AS is_study_drug,
        CASE
            WHEN prescribed_drug.as_mg = prescribed_drug.mg THEN typed.daily_dose_given_mg
            ELSE TRY_CAST(
                ROUND(typed.daily_dose_given_mg * prescribed_drug.as_mg / prescribed_drug.mg, 3)
                AS DECIMAL(12, 3)
            )
        END AS daily_dose_mg,
        CASE
            WHEN prescribed_drug.as_mg = prescribed_drug.mg THEN typed.pulse_dose_given_mg
            ELSE TRY_CAST(
                ROUND(typed.pulse_dose_given_mg * prescribed_drug.as_mg / prescribed_drug.mg, 3)
                AS DECIMAL(12, 3)
            )
        END AS pulse_dose_mg,
        prescribed_drug.max_daily_dose_mg,
        prescribed_drug.max_pulse_dose_mg,
        COALESCE(typed.route = 'iv', FALSE) AS is_pulse,
        CASE
            WHEN typed.route = 'iv' THEN typed.supply_start + prescribed_drug.pulse_days
            WHEN typed.end_date IS NOT NULL THEN typed.end_date + 1
            WHEN typed.days_supply BETWEEN 1 AND 3660
                THEN typed.supply_start + CAST(typed.days_supply AS INTEGER)
        END AS supply_end
    FROM typed
    LEFT JOIN prescribed_drug ON prescribed_drug.drug_given = typed.drug_given
),
observed AS (
    SELECT DISTINCT with_supply.prescription_id
    FROM with_supply
    INNER JOIN observation_period
        ON observation_period.patient_id = with_supply.patient_id
        AND observation_period.period_start < with_supply.supply_end
        AND observation_period.period_end > with_supply.supply_start
)
SELECT
    with_supply.prescription_id,
    with_supply.patient_id,
    with_supply.drug,
    with_supply.route,
    with_supply.supply_start,
    with_supply.supply_end,
    CASE WHEN with_supply.is_pulse THEN NULL ELSE with_supply.daily_dose_mg END AS daily_dose_mg,
    CASE WHEN with_supply.is_pulse THEN with_supply.pulse_dose_mg END AS pulse_dose_mg,
    with_supply.is_pulse,
    with_supply.drug_given,
    with_supply.daily_dose_given_mg,
    with_supply.pulse_dose_given_mg,
    with_supply.in_scope,
    with_supply.is_study_drug,
    CASE
        WHEN NOT with_supply.in_scope THEN NULL
        WHEN with_supply.prescription_id IS NULL THEN 'missing_prescription_id'
        WHEN with_supply.id_count > 1 THEN 'duplicate_prescription_id'
        WHEN patient.patient_id IS NULL THEN 'unknown_patient'
        WHEN with_supply.supply_start IS NULL THEN 'missing_start_date'
        WHEN with_supply.supply_start > study_setting.today THEN 'date_in_the_future'
        WHEN with_supply.route IS NULL OR with_supply.route NOT IN ('oral', 'iv')
            THEN 'unknown_route'
        WHEN with_supply.end_date < with_supply.supply_start THEN 'end_before_start'
        WHEN with_supply.supply_end IS NULL AND with_supply.days_supply IS NULL
            THEN 'missing_supply'
        WHEN with_supply.supply_end IS NULL THEN 'days_supply_out_of_range'
        WHEN with_supply.is_pulse AND with_supply.daily_dose_mg IS NOT NULL
            THEN 'daily_dose_of_a_pulse'
        WHEN NOT with_supply.is_pulse AND with_supply.pulse_dose_mg IS NOT NULL
            THEN 'pulse_dose_of_an_oral_drug'
        WHEN with_supply.daily_dose_mg <= 0 OR with_supply.pulse_dose_mg <= 0
            THEN 'dose_not_positive'
        WHEN with_supply.daily_dose_mg > with_supply.max_daily_dose_mg
            OR with_supply.pulse_dose_mg > with_supply.max_pulse_dose_mg
            THEN 'dose_above_limit'
        WHEN with_supply.has_dose
            AND with_supply.daily_dose_mg IS NULL
            AND with_supply.pulse_dose_mg IS NULL
            THEN 'dose_above_limit'
        WHEN observed.prescription_id IS NULL THEN 'outside_observation'
    END AS reason
FROM with_supply
LEFT JOIN patient ON patient.patient_id = with_supply.patient_id
LEFT JOIN observed ON observed.prescription_id = with_supply.prescription_id
CROSS JOIN study_setting
