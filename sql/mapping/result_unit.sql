-- result_unit: one row per laboratory test and unit in which the hospital gives it.
-- Key: test, unit, is_assumed.
-- Columns: test, unit (empty when none), is_assumed (not beside the result: by the mapping file's
-- units), row_count, patient_count, censored (rows with an operator), low_given, median_given,
-- high_given (5th, 50th and 95th percentile of the values as given).
-- Rule: percentiles lie between the two values next to them (R's type 7). They are found among the
-- distinct values, so that memory does not grow with the rows.
CREATE OR REPLACE TABLE result_unit AS
WITH beside_result AS (
    SELECT
        result_meaning.test_given,
        result_meaning.result_given,
        test_text.concept AS test,
        COALESCE(test_text.unit, result_text.unit, test_text.default_unit, '') AS unit,
        test_text.unit IS NULL AND result_text.unit IS NULL
            AND test_text.default_unit IS NOT NULL AS is_assumed,
        COALESCE(test_text.operator, result_text.operator) IS NOT NULL AS is_censored
    FROM (SELECT DISTINCT test_given, result_given FROM mapped_lab WHERE fate = 'used')
        AS result_meaning
    INNER JOIN test_text ON test_text.given = result_meaning.test_given
    LEFT JOIN result_text ON result_text.given = result_meaning.result_given
),
patient_counted AS (
    SELECT test_given, result_given, patient_id, COUNT(*) AS row_count
    FROM mapped_lab
    WHERE fate = 'used'
    GROUP BY test_given, result_given, patient_id
),
of_patient AS (
    SELECT
        beside_result.test,
        beside_result.unit,
        beside_result.is_assumed,
        patient_counted.patient_id,
        SUM(patient_counted.row_count) AS row_count,
        SUM(CASE WHEN beside_result.is_censored THEN patient_counted.row_count ELSE 0 END)
            AS censored
    FROM patient_counted
    INNER JOIN beside_result
        ON beside_result.test_given = patient_counted.test_given
        AND beside_result.result_given IS NOT DISTINCT FROM patient_counted.result_given
    GROUP BY
        beside_result.test,
        beside_result.unit,
        beside_result.is_assumed,
        patient_counted.patient_id
),
of_unit AS (
    SELECT
        test,
        unit,
        is_assumed,
        SUM(row_count) AS row_count,
        COUNT(*) AS patient_count,
        SUM(censored) AS censored,
        0.05 * (SUM(row_count) - 1) AS low_place,
        0.5 * (SUM(row_count) - 1) AS median_place,
        0.95 * (SUM(row_count) - 1) AS high_place
    FROM of_patient
    GROUP BY test, unit, is_assumed
),
value_counted AS (
    SELECT test_given, result_given, value, COUNT(*) AS row_count
    FROM mapped_lab
    WHERE fate = 'used'
    GROUP BY test_given, result_given, value
),
of_value AS (
    SELECT
        beside_result.test,
        beside_result.unit,
        beside_result.is_assumed,
        value_counted.value,
        SUM(value_counted.row_count) AS row_count
    FROM value_counted
    INNER JOIN beside_result
        ON beside_result.test_given = value_counted.test_given
        AND beside_result.result_given IS NOT DISTINCT FROM value_counted.result_given
    GROUP BY
        beside_result.test,
        beside_result.unit,
        beside_result.is_assumed,
        value_counted.value
),
placed AS (
    SELECT
        test,
        unit,
        is_assumed,
        value,
        SUM(row_count) OVER (
            PARTITION BY test, unit, is_assumed
            ORDER BY value
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS rows_so_far
    FROM of_value
),
beside AS (
    SELECT
        placed.test,
        placed.unit,
        placed.is_assumed,
        MIN(value) FILTER (WHERE rows_so_far > FLOOR(low_place)) AS below_low,
        MIN(value) FILTER (WHERE rows_so_far > CEIL(low_place)) AS above_low,
        MIN(value) FILTER (WHERE rows_so_far > FLOOR(median_place)) AS below_median,
        MIN(value) FILTER (WHERE rows_so_far > CEIL(median_place)) AS above_median,
        MIN(value) FILTER (WHERE rows_so_far > FLOOR(high_place)) AS below_high,
        MIN(value) FILTER (WHERE rows_so_far > CEIL(high_place)) AS above_high
    FROM placed
    INNER JOIN of_unit
        ON of_unit.test = placed.test
        AND of_unit.unit = placed.unit
        AND of_unit.is_assumed = placed.is_assumed
    GROUP BY placed.test, placed.unit, placed.is_assumed
)
SELECT
    of_unit.test,
    of_unit.unit,
    of_unit.is_assumed,
    CAST(of_unit.row_count AS BIGINT) AS row_count,
    of_unit.patient_count,
    CAST(of_unit.censored AS BIGINT) AS censored,
    below_low + (above_low - below_low) * (low_place - FLOOR(low_place)) AS low_given,
    below_median
        + (above_median - below_median) * (median_place - FLOOR(median_place)) AS median_given,
    below_high + (above_high - below_high) * (high_place - FLOOR(high_place)) AS high_given
FROM of_unit
INNER JOIN beside
    ON beside.test = of_unit.test
    AND beside.unit = of_unit.unit
    AND beside.is_assumed = of_unit.is_assumed
