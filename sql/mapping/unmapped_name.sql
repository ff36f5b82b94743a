-- unmapped_name: one row per name of the hospital that stands for no concept, and table.
-- Key: table_number, name, code, specimen.
-- Columns: table_number, name, code, specimen (as given; '' but of a test), row_count, patients.
-- Rule: of a diagnosis the whole text, of an order the drug. Names of few patients are told nowhere:
-- what is free text may tell who it is of.
CREATE OR REPLACE TABLE unmapped_name AS
WITH nameless AS (
    SELECT
        given_prescription.table_number,
        given_prescription.drug AS name,
        given_prescription.code,
        '' AS specimen,
        given_prescription.patient_id
    FROM given_prescription
    INNER JOIN mapped_prescription
        ON mapped_prescription.table_number = given_prescription.table_number
        AND mapped_prescription.source_row = given_prescription.source_row
        AND mapped_prescription.fate = 'unmapped'
    UNION ALL
    SELECT
        given_lab.table_number,
        given_lab.test,
        given_lab.code,
        given_lab.specimen,
        given_lab.patient_id
    FROM given_lab
    INNER JOIN test_text
        ON test_text.table_number = given_lab.table_number
        AND test_text.name = given_lab.test
        AND test_text.code = given_lab.code
        AND test_text.specimen = given_lab.specimen
        AND test_text.concept IS NULL
    UNION ALL
    SELECT
        given_diagnosis.table_number,
        given_diagnosis.diagnosis,
        given_diagnosis.code,
        '',
        given_diagnosis.patient_id
    FROM given_diagnosis
    INNER JOIN mapped_diagnosis
        ON mapped_diagnosis.table_number = given_diagnosis.table_number
        AND mapped_diagnosis.source_row = given_diagnosis.source_row
        AND mapped_diagnosis.fate = 'unmapped'
        AND mapped_diagnosis.row_part = 1
    UNION ALL
    SELECT
        given_procedure.table_number,
        given_procedure.procedure,
        given_procedure.code,
        '',
        given_procedure.patient_id
    FROM given_procedure
    INNER JOIN procedure_text
        ON procedure_text.table_number = given_procedure.table_number
        AND procedure_text.name = given_procedure.procedure
        AND procedure_text.code = given_procedure.code
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
