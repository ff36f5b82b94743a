-- unmapped_name: one row per name of the hospital that stands for no concept, and table.
-- Key: table_number, name, code, specimen.
-- Columns: table_number, name, code, specimen (as given; '' but of a test), row_count, patients.
-- Rule: of a diagnosis the whole text, of an order the drug. Names of few patients are told nowhere:
-- what is free text may tell who it is of.
CREATE OR REPLACE TABLE unmapped_name AS
WITH of_order AS (
    SELECT table_number, order_given, patient_id, COUNT(*) AS row_count
    FROM order_judged
    WHERE fate = 'unmapped'
    GROUP BY table_number, order_given, patient_id
),
nameless AS (
    SELECT
        of_order.table_number,
        order_text.drug AS name,
        order_text.code,
        '' AS specimen,
        of_order.patient_id,
        of_order.row_count
    FROM of_order
    INNER JOIN order_text
        ON order_text.given = of_order.order_given
    UNION ALL
    SELECT
        lab_count.table_number,
        test_text.name,
        test_text.code,
        test_text.specimen,
        lab_count.patient_id,
        lab_count.row_count
    FROM lab_count
    INNER JOIN lab_meaning ON lab_meaning.meaning = lab_count.meaning
    INNER JOIN test_text
        ON test_text.given = lab_meaning.test_given
        AND test_text.concept IS NULL
    UNION ALL
    SELECT
        given_diagnosis.table_number,
        diagnosis_text.name,
        diagnosis_text.code,
        '',
        mapped_diagnosis.patient_id,
        1
    FROM given_diagnosis
    INNER JOIN diagnosis_text
        ON diagnosis_text.given = given_diagnosis.diagnosis
        AND diagnosis_text.part = 1
    INNER JOIN mapped_diagnosis
        ON mapped_diagnosis.table_number = given_diagnosis.table_number
        AND mapped_diagnosis.source_row = given_diagnosis.source_row
        AND mapped_diagnosis.fate = 'unmapped'
        AND mapped_diagnosis.row_part = 1
    UNION ALL
    SELECT
        given_procedure.table_number,
        procedure_text.name,
        procedure_text.code,
        '',
        patient_key.patient_id,
        1
    FROM given_procedure
    INNER JOIN procedure_text
        ON procedure_text.given = given_procedure.procedure
        AND procedure_text.concept IS NULL
    LEFT JOIN patient_key ON patient_key.given = given_procedure.patient_id
)
SELECT
    table_number,
    name,
    code,
    specimen,
    CAST(SUM(row_count) AS BIGINT) AS row_count,
    COUNT(DISTINCT patient_id) AS patients
FROM nameless
GROUP BY table_number, name, code, specimen
