-- mapped_diagnosis: one row per row of the hospital's tables of diagnoses and concept found in it.
-- Key: table_number, source_row, concept.
-- Columns: table_number, source_row, row_part (1 for the first of the row), patient_id, concept,
-- diagnosis_date, fate (used, rejected, unmapped, out_of_scope), reason.
-- Rule: a row is used when one part of it asserts a concept; one whose concepts are all ruled out or
-- doubted is out of scope, as is an empty one, and one without any is unmapped.
CREATE OR REPLACE TABLE mapped_diagnosis AS
WITH of_row AS (
    SELECT
        table_number,
        source_row,
        BOOL_OR(concept IS NOT NULL AND concept <> '-' AND is_asserted) AS asserts,
        BOOL_OR(concept IS NOT NULL AND concept <> '-') AS names_one,
        BOOL_OR(concept IS NOT NULL) AS is_known
    FROM diagnosis_part_read
    GROUP BY table_number, source_row
),
kept AS (
    SELECT
        diagnosis_part_read.*,
        of_row.asserts,
        of_row.names_one,
        of_row.is_known,
        ROW_NUMBER() OVER (
            PARTITION BY
                diagnosis_part_read.table_number,
                diagnosis_part_read.source_row,
                CASE WHEN of_row.asserts THEN diagnosis_part_read.concept END
            ORDER BY diagnosis_part_read.part
        ) AS copy_of_concept
    FROM diagnosis_part_read
    INNER JOIN of_row
        ON of_row.table_number = diagnosis_part_read.table_number
        AND of_row.source_row = diagnosis_part_read.source_row
    WHERE
        NOT of_row.asserts
        OR (
            diagnosis_part_read.concept IS NOT NULL
            AND diagnosis_part_read.concept <> '-'
            AND diagnosis_part_read.is_asserted
        )
)
SELECT
    table_number,
    source_row,
    ROW_NUMBER() OVER (PARTITION BY table_number, source_row ORDER BY part) AS row_part,
    patient_id,
    concept,
    diagnosis_date,
    CASE
        WHEN is_empty AND reason IS NULL THEN 'out_of_scope'
        WHEN NOT is_known AND COALESCE(reason, '') NOT IN ('missing_patient_id', 'copy_of_a_row')
            THEN 'unmapped'
        WHEN reason IS NOT NULL THEN 'rejected'
        WHEN asserts THEN 'used'
        ELSE 'out_of_scope'
    END AS fate,
    CASE
        WHEN is_empty AND reason IS NULL THEN 'empty_cell'
        WHEN NOT is_known AND COALESCE(reason, '') NOT IN ('missing_patient_id', 'copy_of_a_row')
            THEN 'unknown_name'
        WHEN reason IS NOT NULL THEN reason
        WHEN asserts THEN NULL
        WHEN names_one THEN 'ruled_out_or_doubted'
        ELSE 'ignored_name'
    END AS reason
FROM kept
WHERE copy_of_concept = 1
