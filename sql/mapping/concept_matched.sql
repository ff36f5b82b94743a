-- concept_matched: one row per concept found in the hospital's tables, and list that found it.
-- Key: table_number, kind, concept, found_by.
-- Columns: table_number, kind (drug, lab, diagnosis, procedure), concept, found_by (the system of
-- the code list, or the mapping file), row_count.
CREATE OR REPLACE TABLE concept_matched AS
WITH every_match AS (
    SELECT given_prescription.table_number, 'drug' AS kind, order_text.concept, order_text.found_by
    FROM given_prescription
    INNER JOIN order_text
        ON order_text.table_number = given_prescription.table_number
        AND order_text.drug = given_prescription.drug
        AND order_text.code = given_prescription.code
        AND order_text.strength = given_prescription.strength
        AND order_text.dose = given_prescription.dose
        AND order_text.dose_unit = given_prescription.dose_unit
        AND order_text.frequency = given_prescription.frequency
        AND order_text.directions = given_prescription.directions
        AND order_text.quantity_unit = given_prescription.quantity_unit
        AND order_text.route_given = given_prescription.route
    UNION ALL
    SELECT given_lab.table_number, 'lab', test_text.concept, test_text.found_by
    FROM given_lab
    INNER JOIN test_text
        ON test_text.table_number = given_lab.table_number
        AND test_text.name = given_lab.test
        AND test_text.code = given_lab.code
        AND test_text.specimen = given_lab.specimen
    UNION ALL
    SELECT
        given_diagnosis.table_number, 'diagnosis', diagnosis_text.concept, diagnosis_text.found_by
    FROM given_diagnosis
    INNER JOIN diagnosis_text
        ON diagnosis_text.table_number = given_diagnosis.table_number
        AND diagnosis_text.name = given_diagnosis.diagnosis
        AND diagnosis_text.code = given_diagnosis.code
        AND diagnosis_text.is_asserted
    UNION ALL
    SELECT
        given_procedure.table_number, 'procedure', procedure_text.concept, procedure_text.found_by
    FROM given_procedure
    INNER JOIN procedure_text
        ON procedure_text.table_number = given_procedure.table_number
        AND procedure_text.name = given_procedure.procedure
        AND procedure_text.code = given_procedure.code
)
SELECT table_number, kind, concept, found_by, COUNT(*) AS row_count
FROM every_match
WHERE concept IS NOT NULL AND concept <> '-'
GROUP BY table_number, kind, concept, found_by
