-- assessment_day: one row per patient, instrument and day.
-- Key: patient_id, instrument, assessment_date.
-- Columns: patient_id, instrument, assessment_date, score (points).
-- Rule: scores of one day are one score, their median.
CREATE OR REPLACE TABLE assessment_day AS
SELECT patient_id, instrument, assessment_date, MEDIAN(score) AS score
FROM assessment_checked
WHERE in_scope AND reason IS NULL
GROUP BY patient_id, instrument, assessment_date
