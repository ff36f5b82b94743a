-- repeated_trade: one row per dispensing, or refund, that an earlier table of the hospital has too.
-- Key: table_number, source_row.
-- Columns: table_number, source_row.
-- Rule: the same day, product, quantity and dose in two tables is one dispensing, in the first of
-- them; found before refunds are, so that a refund takes back both. Two of one table are two, and
-- need two of another to be the same.
CREATE OR REPLACE TABLE repeated_trade AS
WITH traded AS (
    SELECT
        table_number,
        source_row,
        HASH(
            patient_id, drug, route, start_date, quantity, mg_per_quantity, daily_dose_mg
        ) AS trade_hash
    FROM order_read
    WHERE reason IS NULL AND drug IS NOT NULL AND drug <> '-' AND quantity <> 0
),
shared AS (
    SELECT trade_hash
    FROM traded
    GROUP BY trade_hash
    HAVING MIN(table_number) < MAX(table_number)
),
numbered AS (
    SELECT
        traded.table_number,
        traded.source_row,
        traded.trade_hash,
        ROW_NUMBER() OVER (
            PARTITION BY traded.trade_hash, traded.table_number ORDER BY traded.source_row
        ) AS place_in_table
    FROM traded
    INNER JOIN shared ON shared.trade_hash = traded.trade_hash
)
SELECT table_number, source_row
FROM numbered
QUALIFY MIN(table_number) OVER (PARTITION BY trade_hash, place_in_table) < table_number
