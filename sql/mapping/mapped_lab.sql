-- mapped_lab: one row per row of the hospital's laboratory tables (of a wide table, per cell).
-- Key: table_number, source_row, test_given (of a wide table each cell of a row has its own).
-- Columns: table_number, source_row, test_given (number of its text), patient_id, test, sample_date,
-- value, operator (<, <=, >, >=; NULL for an exact value), unit, is_unit_assumed (none stands with
-- the result, but one in the mapping file's units), reference_low, reference_high, fate (used,
-- rejected, unmapped, out_of_scope), reason.
-- Rule: a plain number is its value; any other text is what result_text reads in it. A grade, a
-- titre or a word is no number and is rejected. The unit beside a result goes before one inside it.
CREATE OR REPLACE TABLE mapped_lab AS
WITH typed AS (
    SELECT
        given_lab.table_number,
        given_lab.source_row,
        given_lab.test AS test_given,
        patient_key.patient_id,
        test_text.concept AS test,
        date_text.day AS sample_date,
        given_lab.result,
        given_lab.sample_date AS date_given,
        date_text.problem AS date_problem,
        COALESCE(
            result_text.value,
            CASE
                WHEN result_text.given IS NULL THEN TRY_CAST(given_lab.result AS DECIMAL(18, 6))
            END
        ) AS value,
        COALESCE(operator_text.operator, result_text.operator) AS operator,
        COALESCE(operator_text.is_unknown, FALSE) AS is_operator_unknown,
        result_text.problem AS result_problem,
        COALESCE(unit_text.unit, result_text.unit, test_text.default_unit) AS unit,
        unit_text.unit IS NULL AND result_text.unit IS NULL
            AND test_text.default_unit IS NOT NULL AS is_unit_assumed,
        COALESCE(low_text.value, range_text.low) AS reference_low,
        COALESCE(high_text.value, range_text.high) AS reference_high,
        lab_copy.source_row IS NOT NULL AS is_copy
    FROM given_lab
    LEFT JOIN patient_key ON patient_key.given = given_lab.patient_id
    LEFT JOIN test_text
        ON test_text.given = given_lab.test
    LEFT JOIN date_text
        ON date_text.given = given_lab.sample_date
    LEFT JOIN result_text
        ON result_text.table_number = given_lab.table_number
        AND result_text.given = given_lab.result
    LEFT JOIN operator_text
        ON operator_text.given = given_lab.operator
    LEFT JOIN unit_text
        ON unit_text.given = given_lab.unit
    LEFT JOIN number_text AS low_text
        ON low_text.given = given_lab.reference_low
    LEFT JOIN number_text AS high_text
        ON high_text.given = given_lab.reference_high
    LEFT JOIN range_text
        ON range_text.given = given_lab.reference_range
    LEFT JOIN lab_copy
        ON lab_copy.table_number = given_lab.table_number
        AND lab_copy.source_row = given_lab.source_row
        AND lab_copy.test = given_lab.test
),
judged AS (
    SELECT
        *,
        CASE
            WHEN patient_id IS NULL THEN 'missing_patient_id'
            WHEN is_copy THEN 'copy_of_a_row'
            WHEN test IS NULL OR test = '-' THEN NULL
            WHEN date_given IS NULL THEN 'missing_date'
            WHEN sample_date IS NULL THEN date_problem
            WHEN result = '' THEN 'missing_value'
            WHEN value IS NULL THEN COALESCE(result_problem, 'not_a_number')
            WHEN is_operator_unknown THEN 'unknown_operator'
        END AS reason
    FROM typed
)
SELECT
    table_number,
    source_row,
    test_given,
    patient_id,
    test,
    sample_date,
    value,
    operator,
    unit,
    is_unit_assumed,
    reference_low,
    reference_high,
    CASE
        WHEN reason IS NOT NULL THEN 'rejected'
        WHEN test IS NULL THEN 'unmapped'
        WHEN test = '-' THEN 'out_of_scope'
        ELSE 'used'
    END AS fate,
    CASE
        WHEN reason IS NOT NULL THEN reason
        WHEN test IS NULL THEN 'unknown_name'
        WHEN test = '-' THEN 'ignored_name'
    END AS reason
FROM judged
