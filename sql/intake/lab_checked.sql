-- lab_checked: one row per row of the extract's lab table.
-- Key: none (same-day duplicates are kept here; lab_day takes their median).
-- Columns: patient_id, test, sample_date; value, at_least, at_most, reference_low, reference_high
-- (unit of the test); value_given, unit (as they were given), operator (NULL = measured); in_scope
-- (a test of the study); reason (NULL when usable).
-- Rule: a value in another unit of the test is multiplied by its factor and kept to four decimals;
-- in any other unit it is rejected, and so is one beyond what a laboratory can report. A measured
-- value is at_least and at_most itself. A censored one lies between 0 and the largest that can be
-- reported, on its side of the bound: "<0.5" is at most 0.4999, "<=0.5" at most 0.5.
CREATE OR REPLACE TABLE lab_checked AS
WITH typed AS (
    SELECT
        CAST(patient_id AS VARCHAR) AS patient_id,
        CAST(test AS VARCHAR) AS test,
        CAST(sample_date AS DATE) AS sample_date,
        TRY_CAST(value AS DECIMAL(12, 4)) AS value_given,
        CAST(unit AS VARCHAR) AS unit,
        LOWER(
            REPLACE(REPLACE(REPLACE(CAST(unit AS VARCHAR), ' ', ''), 'µ', 'u'), 'μ', 'u')
        ) AS normal_unit,
        CAST(operator AS VARCHAR) AS operator,
        TRY_CAST(reference_low AS DECIMAL(12, 4)) AS low_given,
        TRY_CAST(reference_high AS DECIMAL(12, 4)) AS high_given
    FROM raw_lab
),
converted AS (
    SELECT
        typed.patient_id,
        typed.test,
        typed.sample_date,
        typed.value_given,
        typed.unit,
        typed.operator,
        test_unit.factor IS NOT NULL AS unit_known,
        CASE
            WHEN test_unit.factor = 1 THEN typed.value_given
            ELSE TRY_CAST(ROUND(typed.value_given * test_unit.factor, 4) AS DECIMAL(12, 4))
        END AS value,
        CASE
            WHEN test_unit.factor = 1 THEN typed.low_given
            ELSE TRY_CAST(ROUND(typed.low_given * test_unit.factor, 4) AS DECIMAL(12, 4))
        END AS reference_low,
        CASE
            WHEN test_unit.factor = 1 THEN typed.high_given
            ELSE TRY_CAST(ROUND(typed.high_given * test_unit.factor, 4) AS DECIMAL(12, 4))
        END AS reference_high
    FROM typed
    LEFT JOIN test_unit ON test_unit.test = typed.test AND test_unit.unit = typed.normal_unit
)
SELECT
    converted.patient_id,
    converted.test,
    converted.sample_date,
    converted.value,
    CASE
        WHEN converted.operator IN ('<', '<=') THEN 0
        WHEN converted.operator = '>' THEN converted.value + 0.0001
        ELSE converted.value
    END AS at_least,
    CASE
        WHEN converted.operator IN ('>', '>=') THEN study_test.max_value
        WHEN converted.operator = '<' THEN GREATEST(converted.value - 0.0001, 0)
        ELSE converted.value
    END AS at_most,
    converted.reference_low,
    converted.reference_high,
    converted.value_given,
    converted.unit,
    converted.operator,
    study_test.test IS NOT NULL AS in_scope,
    CASE
        WHEN study_test.test IS NULL THEN NULL
        WHEN patient.patient_id IS NULL THEN 'unknown_patient'
        WHEN converted.sample_date IS NULL THEN 'missing_date'
        WHEN converted.sample_date > study_setting.today THEN 'date_in_the_future'
        WHEN converted.value_given IS NULL THEN 'missing_value'
        WHEN NOT converted.unit_known THEN 'unexpected_unit'
        WHEN converted.operator NOT IN ('<', '<=', '>', '>=') THEN 'unknown_operator'
        WHEN converted.value IS NULL OR converted.value < 0
            OR converted.value > study_test.max_value THEN 'value_out_of_range'
    END AS reason
FROM converted
LEFT JOIN study_test ON study_test.test = converted.test
LEFT JOIN patient ON patient.patient_id = converted.patient_id
CROSS JOIN study_setting
