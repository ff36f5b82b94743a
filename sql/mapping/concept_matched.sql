-- concept_matched: one row per concept found in the hospital's tables, and list that found it.
-- Key: table_number, kind, concept, found_by.
-- Columns: table_number, kind (drug, lab, diagnosis, procedure), concept, found_by (the system of
-- the code list, or the mapping file), row_count.
CREATE OR REPLACE TABLE concept_matched AS
WITH of_order AS (
    SELECT table_number, drug AS given, COUNT(*) AS row_count
    FROM given_prescription
    GROUP BY table_number, drug
),
every_match AS (
    SELECT
        of_order.table_number,
        'drug' AS kind,
        order_text.concept,
        order_text.found_by,
        of_order.row_count
    FROM of_order
    INNER JOIN order_text
        ON order_text.given = of_order.given
    UNION ALL
    SELECT
        lab_count.table_number, 'lab', test_text.concept, test_text.found_by, lab_count.row_count
    FROM lab_count
    INNER JOIN lab_meaning ON lab_meaning.meaning = lab_count.meaning
    INNER JOIN test_text
        ON test_text.given = lab_meaning.test_given
    UNION ALL
    SELECT
        given_diagnosis.table_number, 'diagnosis', diagnosis_text.concept, diagnosis_text.found_by, 1
    FROM given_diagnosis
    INNER JOIN diagnosis_text
        ON diagnosis_text.given = given_diagnosis.diagnosis
        AND diagnosis_text.is_asserted
    UNION ALL
    SELECT
        given_procedure.table_number, 'procedure', procedure_text.concept, procedure_text.found_by, 1
    FROM given_procedure
    INNER JOIN procedure_text
        ON procedure_text.given = given_procedure.procedure
)
SELECT table_number, kind, concept, found_by, CAST(SUM(row_count) AS BIGINT) AS row_count
FROM every_match
WHERE concept IS NOT NULL AND concept <> '-'
GROUP BY table_number, kind, concept, found_by
