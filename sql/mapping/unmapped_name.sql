-- unmapped_name: one row per name of the hospital that stands for no concept, and table.
-- Key: table_number, name, code, specimen.
-- Columns: table_number, name, code, specimen (as given; '' but of a test), row_count, patients.
-- Rule: of a diagnosis the whole text, of an order the drug. Names of few patients are told nowhere:
-- what is free text may tell who it is of.
CREATE OR REPLACE TABLE unmapped_name AS
WITH nameless AS (
    SELECT
        given_prescription.table_number,
        order_text.drug AS name,
        order_text.code,
        '' AS specimen,
        given_prescription.patient_id
    FROM given_prescription
    INNER JOIN order_text
        ON order_text.given = given_prescription.drug
    INNER JOIN order_judged
        ON order_judged.table_number = given_prescription.table_number
        AND order_judged.source_row = given_prescription.source_row
        AND order_judged.fate = 'unmapped'
    UNION ALL
    SELECT
        given_lab.table_number,
        test_text.name,
        test_text.code,
        test_text.specimen,
        given_lab.patient_id
    FROM given_lab
    INNER JOIN test_text
        ON test_text.given = given_lab.test
        AND test_text.concept IS NULL
    UNION ALL
    SELECT
        given_diagnosis.table_number,
        diagnosis_text.name,
        diagnosis_text.code,
        '',
        given_diagnosis.patient_id
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
        given_procedure.patient_id
    FROM given_procedure
    INNER JOIN procedure_text
        ON procedure_text.given = given_procedure.procedure
        AND procedure_text.concept IS NULL
)
SELECT
    table_number,
    name,
    code,
    specimen,
    COUNT(*) AS row_count,
    COUNT(DISTINCT patient_id) AS patients
FROM nameless
GROUP BY table_number, name, code, specimen
