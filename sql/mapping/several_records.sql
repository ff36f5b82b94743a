-- several_records: one row per extract whose prescriptions stand in several tables, or are of several
-- types of record; else none.
-- Key: none (there is one row at most).
-- Columns: first_table, last_table (their numbers), first_type, last_type.
-- Rule: one supply can stand twice there alone, so that nowhere else are all rows compared.
CREATE OR REPLACE TABLE several_records AS
SELECT
    MIN(table_number) AS first_table,
    MAX(table_number) AS last_table,
    MIN(record_type) AS first_type,
    MAX(record_type) AS last_type
FROM order_read
HAVING MIN(table_number) < MAX(table_number) OR MIN(record_type) < MAX(record_type)
