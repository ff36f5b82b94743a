-- observation_period_checked: one row per row of the extract's observation_period table.
-- Key: none.
-- Columns: patient_id, start_date, end_date (last day, inclusive); reason (NULL when usable).
-- Rule: periods of one patient that touch or overlap are usable; they are joined in
-- observation_period.
CREATE OR REPLACE TABLE observation_period_checked AS
WITH typed AS (
    SELECT
        CAST(patient_id AS VARCHAR) AS patient_id,
        CAST(start_date AS DATE) AS start_date,
        CAST(end_date AS DATE) AS end_date
    FROM raw_observation_period
)
SELECT
    typed.patient_id,
    typed.start_date,
    typed.end_date,
    CASE
        WHEN patient.patient_id IS NULL THEN 'unknown_patient'
        WHEN typed.start_date IS NULL OR typed.end_date IS NULL THEN 'missing_date'
        WHEN typed.end_date < typed.start_date THEN 'end_before_start'
        WHEN typed.end_date > study_setting.today THEN 'date_in_the_future'
    END AS reason
FROM typed
LEFT JOIN patient ON patient.patient_id = typed.patient_id
CROSS JOIN study_setting
