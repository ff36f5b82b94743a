-- mapped_procedure: one row per row of the hospital's tables of procedures.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, patient_id, concept, procedure_date, fate (used, rejected,
-- unmapped, out_of_scope), reason.
-- Rule: a code goes before a name; a copy of a row counts once.
CREATE OR REPLACE TABLE mapped_procedure AS
WITH typed AS (
    SELECT
        given_procedure.table_number,
        given_procedure.source_row,
        patient_key.patient_id,
        procedure_text.concept,
        given_procedure.procedure_date AS date_given,
        date_text.day AS procedure_date,
        date_text.problem,
        ROW_NUMBER() OVER (
            PARTITION BY given_procedure.content
            ORDER BY given_procedure.table_number, given_procedure.source_row
        ) AS copy_number
    FROM given_procedure
    LEFT JOIN patient_key ON patient_key.given = given_procedure.patient_id
    LEFT JOIN procedure_text
        ON procedure_text.given = given_procedure.procedure
    LEFT JOIN date_text
        ON date_text.given = given_procedure.procedure_date
),
judged AS (
    SELECT
        *,
        CASE
            WHEN patient_id IS NULL THEN 'missing_patient_id'
            WHEN copy_number > 1 THEN 'copy_of_a_row'
            WHEN concept IS NULL OR concept = '-' THEN NULL
            WHEN date_given IS NULL THEN 'missing_date'
            WHEN procedure_date IS NULL THEN problem
        END AS reason
    FROM typed
)
SELECT
    table_number,
    source_row,
    patient_id,
    concept,
    procedure_date,
    CASE
        WHEN reason IS NOT NULL THEN 'rejected'
        WHEN concept IS NULL THEN 'unmapped'
        WHEN concept = '-' THEN 'out_of_scope'
        ELSE 'used'
    END AS fate,
    CASE
        WHEN reason IS NOT NULL THEN reason
        WHEN concept IS NULL THEN 'unknown_name'
        WHEN concept = '-' THEN 'ignored_name'
    END AS reason
FROM judged
