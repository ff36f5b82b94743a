-- mapped_biopsy: one row per row of the hospital's tables of read biopsies.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, patient_id, biopsy_date, isn_rps_class, fate (used, rejected,
-- unmapped), reason.
-- Rule: a class that cannot be read is unmapped; a copy of a row counts once.
CREATE OR REPLACE TABLE mapped_biopsy AS
WITH typed AS (
    SELECT
        given_biopsy.table_number,
        given_biopsy.source_row,
        patient_key.patient_id,
        date_text.day AS biopsy_date,
        class_text.isn_rps_class,
        given_biopsy.biopsy_date AS date_given,
        date_text.problem,
        ROW_NUMBER() OVER (
            PARTITION BY given_biopsy.content
            ORDER BY given_biopsy.table_number, given_biopsy.source_row
        ) AS copy_number
    FROM given_biopsy
    LEFT JOIN patient_key ON patient_key.given = given_biopsy.patient_id
    LEFT JOIN class_text
        ON class_text.given = given_biopsy.isn_rps_class
    LEFT JOIN date_text
        ON date_text.given = given_biopsy.biopsy_date
),
judged AS (
    SELECT
        *,
        CASE
            WHEN patient_id IS NULL THEN 'missing_patient_id'
            WHEN copy_number > 1 THEN 'copy_of_a_row'
            WHEN isn_rps_class IS NULL THEN NULL
            WHEN date_given IS NULL THEN 'missing_date'
            WHEN biopsy_date IS NULL THEN problem
        END AS reason
    FROM typed
)
SELECT
    table_number,
    source_row,
    patient_id,
    biopsy_date,
    isn_rps_class,
    CASE
        WHEN reason IS NOT NULL THEN 'rejected'
        WHEN isn_rps_class IS NULL THEN 'unmapped'
        ELSE 'used'
    END AS fate,
    CASE
        WHEN reason IS NOT NULL THEN reason
        WHEN isn_rps_class IS NULL THEN 'unknown_class'
    END AS reason
FROM judged
