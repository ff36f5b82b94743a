-- lab_unit_seen: one row per test of the study and unit as it was given.
-- Key: test, unit.
-- Columns: test, unit, row_count (rows of the extract), patient_count, censored_count (rows with an
-- operator), low_given, median_given, high_given (5th, 50th and 95th percentile of the values as given),
-- median_value (in the unit of the test, NULL where the unit is none of the test).
-- Rule: every row of a test of the study counts, used or rejected.
CREATE OR REPLACE TABLE lab_unit_seen AS
SELECT
    test,
    unit,
    COUNT(*) AS row_count,
    COUNT(DISTINCT patient_id) AS patient_count,
    COUNT(operator) AS censored_count,
    QUANTILE_CONT(CAST(value_given AS DOUBLE), 0.05) AS low_given,
    QUANTILE_CONT(CAST(value_given AS DOUBLE), 0.5) AS median_given,
    QUANTILE_CONT(CAST(value_given AS DOUBLE), 0.95) AS high_given,
    QUANTILE_CONT(CAST(value AS DOUBLE), 0.5) AS median_value
FROM lab_checked
WHERE in_scope
GROUP BY test, unit
