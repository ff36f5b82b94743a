-- biopsy_checked: one row per row of the extract's biopsy table.
-- Key: none.
-- Columns: patient_id, biopsy_date, isn_rps_class; reason (NULL when usable).
CREATE OR REPLACE TABLE biopsy_checked AS
WITH typed AS (
    SELECT
        CAST(patient_id AS VARCHAR) AS patient_id,
        CAST(biopsy_date AS DATE) AS biopsy_date,
        CAST(isn_rps_class AS VARCHAR) AS isn_rps_class
    FROM raw_biopsy
)
SELECT
    typed.patient_id,
    typed.biopsy_date,
    typed.isn_rps_class,
    CASE
        WHEN patient.patient_id IS NULL THEN 'unknown_patient'
        WHEN typed.biopsy_date IS NULL THEN 'missing_date'
        WHEN typed.biopsy_date > study_setting.today THEN 'date_in_the_future'
        WHEN typed.isn_rps_class IS NULL
            OR typed.isn_rps_class NOT IN ('I', 'II', 'III', 'IV', 'V', 'VI', 'III+V', 'IV+V')
            THEN 'unknown_class'
    END AS reason
FROM typed
LEFT JOIN patient ON patient.patient_id = typed.patient_id
CROSS JOIN study_setting
