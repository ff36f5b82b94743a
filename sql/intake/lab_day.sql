-- lab_day: one row per patient, test and day of sampling.
-- Key: patient_id, test, sample_date.
-- Columns: patient_id, test, sample_date, value, at_least, at_most, reference_low, reference_high
-- (unit of the test), censored, source (the test that was measured).
-- Rule: results of one day are one result, their median. When one of them is censored, the bound
-- stands as its value, and the day's lies between the lowest and the highest that any of them can
-- be. Where the study lets another test stand in, its result does so, number for number, on a day
-- that has none of the test itself; the laboratory's range of the other test is left behind.
CREATE OR REPLACE TABLE lab_day AS
WITH measured AS (
    SELECT
        patient_id,
        test,
        sample_date,
        MEDIAN(value) AS value,
        MIN(at_least) AS lowest,
        MAX(at_most) AS highest,
        MIN(reference_low) AS reference_low,
        MAX(reference_high) AS reference_high,
        COUNT(operator) > 0 AS censored
    FROM lab_checked
    WHERE in_scope AND reason IS NULL
    GROUP BY patient_id, test, sample_date
)
SELECT
    patient_id,
    test,
    sample_date,
    value,
    CASE WHEN censored THEN lowest ELSE value END AS at_least,
    CASE WHEN censored THEN highest ELSE value END AS at_most,
    reference_low,
    reference_high,
    censored,
    test AS source
FROM measured
UNION ALL
SELECT
    other.patient_id,
    lab_stand_in.test,
    other.sample_date,
    other.value,
    CASE WHEN other.censored THEN other.lowest ELSE other.value END,
    CASE WHEN other.censored THEN other.highest ELSE other.value END,
    NULL,
    NULL,
    other.censored,
    other.test
FROM measured AS other
INNER JOIN lab_stand_in ON lab_stand_in.measured_test = other.test
LEFT JOIN measured AS own
    ON own.patient_id = other.patient_id
    AND own.test = lab_stand_in.test
    AND own.sample_date = other.sample_date
WHERE own.patient_id IS NULL
