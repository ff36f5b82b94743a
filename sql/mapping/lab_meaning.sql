-- lab_meaning: one row per combination of what stands in and beside the hospital's results in words.
-- Key: meaning.
-- Columns: meaning (a number, from 0), test_given, result_given (numbers of their texts; the second
-- is NULL of a plain number), test, value (of a result that is no plain number), operator (<, <=, >,
-- >=; NULL for an exact value), is_operator_unknown (a code beside it that says nothing), unit,
-- is_unit_assumed (none stands with the result, but one in the mapping file's units), reference_low,
-- reference_high, problem (why a result has no value).
-- Rule: a unit or an operator beside a result goes before one inside it.
CREATE OR REPLACE TABLE lab_meaning AS
WITH met AS (
    SELECT DISTINCT test AS test_given, result AS result_given FROM given_lab
)
SELECT
    CAST(ROW_NUMBER() OVER (ORDER BY met.test_given, met.result_given) - 1 AS INTEGER) AS meaning,
    met.test_given,
    met.result_given,
    test_text.concept AS test,
    result_text.value,
    COALESCE(test_text.operator, result_text.operator) AS operator,
    test_text.is_operator_unknown,
    COALESCE(test_text.unit, result_text.unit, test_text.default_unit) AS unit,
    test_text.unit IS NULL AND result_text.unit IS NULL
        AND test_text.default_unit IS NOT NULL AS is_unit_assumed,
    test_text.reference_low,
    test_text.reference_high,
    COALESCE(result_text.problem, 'missing_value') AS problem
FROM met
LEFT JOIN test_text ON test_text.given = met.test_given
LEFT JOIN result_text ON result_text.given = met.result_given
