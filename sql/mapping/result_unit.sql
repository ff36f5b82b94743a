-- result_unit: one row per laboratory test and unit in which the hospital gives it.
-- Key: test, unit, is_assumed.
-- Columns: test, unit (empty when none), is_assumed (not beside the result: by the mapping file's
-- units), row_count, patient_count, censored (rows with an operator), low_given, median_given,
-- high_given (5th, 50th and 95th percentile of the values as given).
CREATE OR REPLACE TABLE result_unit AS
SELECT
    test,
    COALESCE(unit, '') AS unit,
    is_unit_assumed AS is_assumed,
    COUNT(*) AS row_count,
    COUNT(DISTINCT patient_id) AS patient_count,
    COUNT(operator) AS censored,
    QUANTILE_CONT(value, 0.05) AS low_given,
    QUANTILE_CONT(value, 0.5) AS median_given,
    QUANTILE_CONT(value, 0.95) AS high_given
FROM mapped_lab
WHERE fate = 'used'
GROUP BY test, COALESCE(unit, ''), is_unit_assumed
