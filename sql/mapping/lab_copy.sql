-- lab_copy: one row per row of the hospital's laboratory tables that repeats an earlier one.
-- Key: table_number, source_row, test.
-- Columns: table_number, source_row, test (number of its texts).
-- Rule: copies agree in every column that the mapping reads, with the time of day: first by a hash
-- of them all (shared_lab), then, among the few that share one, by patient, test, day and result as well.
CREATE OR REPLACE TABLE lab_copy AS
SELECT given_lab.table_number, given_lab.source_row, given_lab.test
FROM given_lab
INNER JOIN shared_lab ON shared_lab.content = given_lab.content
LEFT JOIN test_text ON test_text.given = given_lab.test
LEFT JOIN date_text ON date_text.given = given_lab.sample_date
LEFT JOIN result_text ON result_text.given = given_lab.result
QUALIFY
    ROW_NUMBER() OVER (
        PARTITION BY
            given_lab.content,
            given_lab.patient_id,
            test_text.name,
            date_text.day,
            given_lab.value,
            result_text.text
        ORDER BY given_lab.table_number, given_lab.source_row
    ) > 1
