-- covariate_number: one row per cohort patient and covariate that is a number at the index date.
-- Key: patient_id, covariate.
-- Columns: patient_id, covariate, value (years, points, or the unit of the test).
-- Rule: age in completed days / 365.25; what is measured is the latest on or before the index date,
-- in the covariate's window.
CREATE OR REPLACE TABLE covariate_number AS
WITH age AS (
    SELECT
        cohort.patient_id,
        covariate_definition.covariate,
        DATE_DIFF('day', patient.birth_date, cohort.index_date) / 365.25E0 AS value
    FROM cohort
    INNER JOIN patient ON patient.patient_id = cohort.patient_id
    INNER JOIN covariate_definition ON covariate_definition.kind = 'age'
),
latest AS (
    SELECT patient_id, covariate, value
    FROM covariate_measured
    WHERE measured_day <= 0
    QUALIFY
        ROW_NUMBER() OVER (PARTITION BY patient_id, covariate ORDER BY measured_day DESC) = 1
)
SELECT patient_id, covariate, value FROM age
UNION ALL
SELECT patient_id, covariate, value FROM latest
