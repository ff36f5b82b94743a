-- covariate_source: one row per covariate that is measured as a number and source of its values.
-- Key: covariate, source.
-- Columns: covariate, source, patients, censored_patients (whose value is the bound of a result).
CREATE OR REPLACE TABLE covariate_source AS
SELECT
    covariate,
    source,
    COUNT(*) AS patients,
    COUNT(CASE WHEN censored THEN 1 END) AS censored_patients
FROM covariate_number
GROUP BY covariate, source
