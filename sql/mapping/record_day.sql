-- record_day: one row per patient and day on which the hospital recorded anything of use.
-- Key: patient_id, record_date.
-- Columns: patient_id, record_date.
-- Rule: empty unless the mapping parts observation at long gaps; otherwise record_span is enough.
CREATE OR REPLACE TABLE record_day AS
WITH recorded AS (
    SELECT patient_id, start_date AS record_date FROM stay WHERE fate = 'used'
    UNION ALL
    SELECT patient_id, end_date FROM stay WHERE fate = 'used' AND end_date IS NOT NULL
    UNION ALL
    SELECT patient_id, start_date FROM order_judged WHERE fate = 'used'
    UNION ALL
    SELECT patient_id, sample_date FROM mapped_lab WHERE reason IS NULL
    UNION ALL
    SELECT patient_id, diagnosis_date FROM mapped_diagnosis WHERE fate = 'used'
    UNION ALL
    SELECT patient_id, procedure_date FROM mapped_procedure WHERE fate = 'used'
    UNION ALL
    SELECT patient_id, biopsy_date FROM mapped_biopsy WHERE fate = 'used'
    UNION ALL
    SELECT patient_id, assessment_date FROM mapped_assessment WHERE fate = 'used'
)
SELECT DISTINCT recorded.patient_id, recorded.record_date
FROM recorded
INNER JOIN mapping_setting ON mapping_setting.gap_days IS NOT NULL
