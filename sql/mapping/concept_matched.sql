-- concept_matched: one row per concept found in the hospital's tables, and list that found it.
-- Key: table_number, kind, concept, found_by.
-- Columns: table_number, kind (drug, lab, diagnosis, procedure), concept, found_by (the system of
-- the code list, or the mapping file), row_count.
CREATE OR REPLACE TABLE concept_matched AS
WITH every_match AS (
    SELECT given_prescription.table_number, 'drug' AS kind, order_text.concept, order_text.found_by
    FROM given_prescription
    INNER JOIN order_text
        ON order_text.given = given_prescription.drug
    UNION ALL
    SELECT given_lab.table_number, 'lab', test_text.concept, test_text.found_by
    FROM given_lab
    INNER JOIN test_text
        ON test_text.given = given_lab.test
    UNION ALL
    SELECT
        given_diagnosis.table_number, 'diagnosis', diagnosis_text.concept, diagnosis_text.found_by
    FROM given_diagnosis
    INNER JOIN diagnosis_text
        ON diagnosis_text.given = given_diagnosis.diagnosis
        AND diagnosis_text.is_asserted
    UNION ALL
    SELECT
        given_procedure.table_number, 'procedure', procedure_text.concept, procedure_text.found_by
    FROM given_procedure
    INNER JOIN procedure_text
        ON procedure_text.given = given_procedure.procedure
)
SELECT table_number, kind, concept, found_by, COUNT(*) AS row_count
FROM every_match
WHERE concept IS NOT NULL AND concept <> '-'
GROUP BY table_number, kind, concept, found_by
