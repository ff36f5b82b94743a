-- result_to_read: one row per distinct result that is not a plain number, and table.
-- Key: table_number, given.
-- Columns: table_number, given (the result as it stands).
-- Rule: a plain number is read by SQL; every other text is read once, and joined back.
CREATE OR REPLACE TABLE result_to_read AS
SELECT DISTINCT given_lab.table_number, given_lab.result AS given
FROM given_lab
INNER JOIN mapping_table ON mapping_table.table_number = given_lab.table_number
WHERE
    given_lab.result <> ''
    AND (
        TRY_CAST(given_lab.result AS DECIMAL(18, 6)) IS NULL
        OR (mapping_table.decimal_mark = ',' AND POSITION('.' IN given_lab.result) > 0)
    )
