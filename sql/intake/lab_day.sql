-- lab_day: one row per patient, test and day of sampling.
-- Key: patient_id, test, sample_date.
-- Columns: patient_id, test, sample_date, value, reference_low, reference_high (unit of the test).
-- Rule: results of one day are one result, their median.
CREATE OR REPLACE TABLE lab_day AS
SELECT
    patient_id,
    test,
    sample_date,
    MEDIAN(value) AS value,
    MIN(reference_low) AS reference_low,
    MAX(reference_high) AS reference_high
FROM lab_checked
WHERE in_scope AND reason IS NULL
GROUP BY patient_id, test, sample_date
