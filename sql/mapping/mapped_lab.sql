-- mapped_lab: one row per row of the hospital's laboratory tables (of a wide table, per cell).
-- Key: table_number, source_row, meaning (of a wide table each cell of a row has its own).
-- Columns: table_number, source_row, meaning (number of what is in lab_meaning: its test, unit, ...),
-- patient_id, sample_date, value, reason (why it is not used; NULL when it is).
-- Rule: a plain number is its value; any other text is what result_text reads in it. A grade, a
-- titre or a word is no number and is rejected.
CREATE OR REPLACE TABLE mapped_lab AS
WITH typed AS (
    SELECT
        given_lab.table_number,
        given_lab.source_row,
        lab_meaning.meaning,
        lab_meaning.test,
        patient_key.patient_id,
        given_lab.sample_date AS date_given,
        date_text.day AS sample_date,
        date_text.problem AS date_problem,
        COALESCE(given_lab.value, lab_meaning.value) AS value,
        lab_meaning.problem AS result_problem,
        lab_meaning.is_operator_unknown,
        lab_copy.source_row IS NOT NULL AS is_copy
    FROM given_lab
    INNER JOIN lab_meaning
        ON lab_meaning.test_given = given_lab.test
        AND COALESCE(lab_meaning.result_given, -1) = COALESCE(given_lab.result, -1)
    LEFT JOIN patient_key ON patient_key.given = given_lab.patient_id
    LEFT JOIN date_text
        ON date_text.given = given_lab.sample_date
    LEFT JOIN lab_copy
        ON lab_copy.table_number = given_lab.table_number
        AND lab_copy.source_row = given_lab.source_row
        AND lab_copy.test = given_lab.test
)
SELECT
    table_number,
    source_row,
    meaning,
    patient_id,
    sample_date,
    value,
    CASE
        WHEN patient_id IS NULL THEN 'missing_patient_id'
        WHEN is_copy THEN 'copy_of_a_row'
        WHEN test IS NULL THEN 'unknown_name'
        WHEN test = '-' THEN 'ignored_name'
        WHEN date_given IS NULL THEN 'missing_date'
        WHEN sample_date IS NULL THEN date_problem
        WHEN value IS NULL THEN result_problem
        WHEN is_operator_unknown THEN 'unknown_operator'
    END AS reason
FROM typed
