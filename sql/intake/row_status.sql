-- row_status: one row per table of the extract and fate of its rows.
-- Key: table_name, reason, in_scope.
-- Columns: table_name, in_scope, reason (NULL when usable), row_count.
-- Rule: rows in = used (in scope, no reason) + rejected (a reason) + out of scope.
CREATE OR REPLACE TABLE row_status AS
WITH every_row AS (
    SELECT 'patient' AS table_name, TRUE AS in_scope, reason FROM patient_checked
    UNION ALL
    SELECT 'observation_period', TRUE, reason FROM observation_period_checked
    UNION ALL
    SELECT 'prescription', in_scope, reason FROM prescription_checked
    UNION ALL
    SELECT 'lab', in_scope, reason FROM lab_checked
    UNION ALL
    SELECT 'diagnosis', in_scope, reason FROM diagnosis_checked
    UNION ALL
    SELECT 'procedure', in_scope, reason FROM procedure_checked
    UNION ALL
    SELECT 'biopsy', TRUE, reason FROM biopsy_checked
    UNION ALL
    SELECT 'assessment', in_scope, reason FROM assessment_checked
)
SELECT table_name, in_scope, reason, COUNT(*) AS row_count
FROM every_row
GROUP BY table_name, in_scope, reason
