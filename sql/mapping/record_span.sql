-- record_span: one row per patient of whom the hospital recorded anything of use.
-- Key: patient_id.
-- Columns: patient_id, first_date, last_date (of its records).
CREATE OR REPLACE TABLE record_span AS
WITH of_table AS (
    SELECT patient_id, MIN(start_date) AS first_date, MAX(COALESCE(end_date, start_date)) AS last_date
    FROM stay WHERE fate = 'used' GROUP BY patient_id
    UNION ALL
    SELECT patient_id, MIN(start_date), MAX(start_date)
    FROM order_judged WHERE fate = 'used' GROUP BY patient_id
    UNION ALL
    SELECT patient_id, MIN(first_date), MAX(last_date)
    FROM lab_count WHERE fate = 'used' GROUP BY patient_id
    UNION ALL
    SELECT patient_id, MIN(diagnosis_date), MAX(diagnosis_date)
    FROM mapped_diagnosis WHERE fate = 'used' GROUP BY patient_id
    UNION ALL
    SELECT patient_id, MIN(procedure_date), MAX(procedure_date)
    FROM mapped_procedure WHERE fate = 'used' GROUP BY patient_id
    UNION ALL
    SELECT patient_id, MIN(biopsy_date), MAX(biopsy_date)
    FROM mapped_biopsy WHERE fate = 'used' GROUP BY patient_id
    UNION ALL
    SELECT patient_id, MIN(assessment_date), MAX(assessment_date)
    FROM mapped_assessment WHERE fate = 'used' GROUP BY patient_id
)
SELECT patient_id, MIN(first_date) AS first_date, MAX(last_date) AS last_date
FROM of_table
GROUP BY patient_id
