-- result_unit: one row per laboratory test and unit in which the hospital gives it.
-- Key: test, unit, is_assumed.
-- Columns: test, unit (empty when none), is_assumed (not beside the result: by the mapping file's
-- units), row_count, patient_count, censored (rows with an operator), low_given, median_given,
-- high_given (5th, 50th and 95th percentile of the values as given).
-- Rule: percentiles lie between the two values next to them (R's type 7). They are found among the
-- distinct values, so that memory does not grow with the rows.
CREATE OR REPLACE TABLE result_unit AS
WITH of_patient AS (
    SELECT
        lab_meaning.test,
        COALESCE(lab_meaning.unit, '') AS unit,
        lab_meaning.is_unit_assumed AS is_assumed,
        lab_count.patient_id,
        SUM(lab_count.row_count) AS row_count,
        SUM(CASE WHEN lab_meaning.operator IS NULL THEN 0 ELSE lab_count.row_count END)
            AS censored
    FROM lab_count
    INNER JOIN lab_meaning ON lab_meaning.meaning = lab_count.meaning
    WHERE lab_count.fate = 'used'
    GROUP BY
        lab_meaning.test,
        COALESCE(lab_meaning.unit, ''),
        lab_meaning.is_unit_assumed,
        lab_count.patient_id
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
    SELECT meaning, value, COUNT(*) AS row_count
    FROM mapped_lab
    WHERE reason IS NULL
    GROUP BY meaning, value
),
of_value AS (
    SELECT
        lab_meaning.test,
        COALESCE(lab_meaning.unit, '') AS unit,
        lab_meaning.is_unit_assumed AS is_assumed,
        value_counted.value,
        SUM(value_counted.row_count) AS row_count
    FROM value_counted
    INNER JOIN lab_meaning ON lab_meaning.meaning = value_counted.meaning
    GROUP BY
        lab_meaning.test,
        COALESCE(lab_meaning.unit, ''),
        lab_meaning.is_unit_assumed,
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
