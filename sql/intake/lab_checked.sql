-- lab_checked: one row per row of the extract's lab table.
-- Key: none (same-day duplicates are kept here; lab_day takes their median).
-- Columns: patient_id, test, sample_date, value, unit, reference_low, reference_high;
-- in_scope (a test of the study); reason (NULL when usable).
-- Rule: the unit must be the test's unit and the value within what a laboratory can report.
CREATE OR REPLACE TABLE lab_checked AS
WITH typed AS (
    SELECT
        CAST(patient_id AS VARCHAR) AS patient_id,
        CAST(test AS VARCHAR) AS test,
        CAST(sample_date AS DATE) AS sample_date,
        TRY_CAST(value AS DECIMAL(12, 4)) AS value,
        CAST(unit AS VARCHAR) AS unit,
        TRY_CAST(reference_low AS DECIMAL(12, 4)) AS reference_low,
        TRY_CAST(reference_high AS DECIMAL(12, 4)) AS reference_high
    FROM raw_lab
)
SELECT
    typed.patient_id,
    typed.test,
    typed.sample_date,
    typed.value,
    typed.unit,
    typed.reference_low,
    typed.reference_high,
    study_test.test IS NOT NULL AS in_scope,
    CASE
        WHEN study_test.test IS NULL THEN NULL
        WHEN patient.patient_id IS NULL THEN 'unknown_patient'
        WHEN typed.sample_date IS NULL THEN 'missing_date'
        WHEN typed.sample_date > study_setting.today THEN 'date_in_the_future'
        WHEN typed.value IS NULL THEN 'missing_value'
        WHEN typed.unit IS NULL OR typed.unit <> study_test.unit THEN 'unexpected_unit'
        WHEN typed.value < 0 OR typed.value > study_test.max_value THEN 'value_out_of_range'
    END AS reason
FROM typed
LEFT JOIN study_test ON study_test.test = typed.test
LEFT JOIN patient ON patient.patient_id = typed.patient_id
CROSS JOIN study_setting
