-- mapped_assessment: one row per row of the hospital's tables of scores.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, patient_id, instrument, assessment_date, score, fate (used,
-- rejected, unmapped, out_of_scope), reason.
-- Rule: a copy of a row counts once.
CREATE OR REPLACE TABLE mapped_assessment AS
WITH typed AS (
    SELECT
        given_assessment.table_number,
        given_assessment.source_row,
        patient_key.patient_id,
        instrument_text.instrument,
        date_text.day AS assessment_date,
        number_text.value AS score,
        given_assessment.assessment_date AS date_given,
        date_text.problem,
        given_assessment.score AS score_given,
        ROW_NUMBER() OVER (
            PARTITION BY given_assessment.content
            ORDER BY given_assessment.table_number, given_assessment.source_row
        ) AS copy_number
    FROM given_assessment
    LEFT JOIN patient_key ON patient_key.given = given_assessment.patient_id
    LEFT JOIN instrument_text
        ON instrument_text.given = given_assessment.instrument
    LEFT JOIN date_text
        ON date_text.given = given_assessment.assessment_date
    LEFT JOIN number_text
        ON number_text.given = given_assessment.score
),
judged AS (
    SELECT
        *,
        CASE
            WHEN patient_id IS NULL THEN 'missing_patient_id'
            WHEN copy_number > 1 THEN 'copy_of_a_row'
            WHEN instrument IS NULL OR instrument = '-' THEN NULL
            WHEN date_given IS NULL THEN 'missing_date'
            WHEN assessment_date IS NULL THEN problem
            WHEN score_given IS NULL THEN 'missing_value'
            WHEN score IS NULL THEN 'not_a_number'
        END AS reason
    FROM typed
)
SELECT
    table_number,
    source_row,
    patient_id,
    instrument,
    assessment_date,
    score,
    CASE
        WHEN reason IS NOT NULL THEN 'rejected'
        WHEN instrument IS NULL THEN 'unmapped'
        WHEN instrument = '-' THEN 'out_of_scope'
        ELSE 'used'
    END AS fate,
    CASE
        WHEN reason IS NOT NULL THEN reason
        WHEN instrument IS NULL THEN 'unknown_name'
        WHEN instrument = '-' THEN 'ignored_name'
    END AS reason
FROM judged
