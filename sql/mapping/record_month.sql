-- record_month: one row per table of the hospital and calendar month of its rows that are used.
-- Key: table_number, month.
-- Columns: table_number, month (its first day), row_count.
CREATE OR REPLACE TABLE record_month AS
WITH dated AS (
    SELECT table_number, start_date AS day FROM order_judged WHERE fate = 'used'
    UNION ALL
    SELECT table_number, sample_date FROM mapped_lab WHERE reason IS NULL
    UNION ALL
    SELECT table_number, diagnosis_date FROM mapped_diagnosis WHERE fate = 'used'
    UNION ALL
    SELECT table_number, procedure_date FROM mapped_procedure WHERE fate = 'used'
    UNION ALL
    SELECT table_number, biopsy_date FROM mapped_biopsy WHERE fate = 'used'
    UNION ALL
    SELECT table_number, assessment_date FROM mapped_assessment WHERE fate = 'used'
    UNION ALL
    SELECT table_number, start_date FROM stay WHERE fate = 'used'
),
of_day AS (
    SELECT table_number, day, COUNT(*) AS row_count
    FROM dated
    GROUP BY table_number, day
)
SELECT
    table_number,
    CAST(DATE_TRUNC('month', day) AS DATE) AS month,
    CAST(SUM(row_count) AS BIGINT) AS row_count
FROM of_day
GROUP BY table_number, CAST(DATE_TRUNC('month', day) AS DATE)
