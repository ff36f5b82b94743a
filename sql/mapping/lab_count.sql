-- lab_count: one row per kind of laboratory result of a patient, and what became of them.
-- Key: table_number, meaning, patient_id, reason.
-- Columns: table_number, meaning, patient_id, fate (used, rejected, unmapped, out_of_scope), reason (as
-- in mapped_lab), row_count, first_date, last_date.
CREATE OR REPLACE TABLE lab_count AS
WITH counted AS (
    SELECT
        table_number,
        meaning,
        patient_id,
        reason,
        COUNT(*) AS row_count,
        MIN(sample_date) AS first_date,
        MAX(sample_date) AS last_date
    FROM mapped_lab
    GROUP BY table_number, meaning, patient_id, reason
)
SELECT
    table_number,
    meaning,
    patient_id,
    CASE
        WHEN reason IS NULL THEN 'used'
        WHEN reason = 'unknown_name' THEN 'unmapped'
        WHEN reason = 'ignored_name' THEN 'out_of_scope'
        ELSE 'rejected'
    END AS fate,
    reason,
    row_count,
    first_date,
    last_date
FROM counted
