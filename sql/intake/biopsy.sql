-- biopsy: one row per patient and day of biopsy.
-- Key: patient_id, biopsy_date.
-- Columns: patient_id, biopsy_date, isn_rps_class.
-- Rule: where one day has two readings, the later in the order of the classes' names is kept,
-- so that the choice does not hang on the order of the rows.
CREATE OR REPLACE TABLE biopsy AS
SELECT patient_id, biopsy_date, MAX(isn_rps_class) AS isn_rps_class
FROM biopsy_checked
WHERE reason IS NULL
GROUP BY patient_id, biopsy_date
