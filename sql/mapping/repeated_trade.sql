-- repeated_trade: one row per dispensing, or refund, that the hospital has elsewhere too.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, reason (where it is besides: in another table, or in this one under
-- another type of record).
-- Rule: the same day, product, quantity and dose in two tables, or in one under two types of record, is
-- one dispensing, in the first of them; found before refunds are, so that a refund takes back both.
-- Two of one table and type are two, and need two of another to be the same. So is one of late_trade.
CREATE OR REPLACE TABLE repeated_trade AS
WITH traded AS (
    SELECT
        order_read.table_number,
        order_read.source_row,
        order_read.record_type,
        HASH(
            order_read.patient_id,
            order_product.product,
            order_product.route,
            order_read.start_date,
            order_read.quantity,
            order_read.daily_dose_mg
        ) AS trade_hash
    FROM order_read
    INNER JOIN order_product ON order_product.order_given = order_read.order_given
    CROSS JOIN several_records
    WHERE order_read.reason IS NULL AND order_read.quantity <> 0
),
shared AS (
    SELECT trade_hash
    FROM traded
    GROUP BY trade_hash
    HAVING MIN(table_number) < MAX(table_number) OR MIN(record_type) < MAX(record_type)
),
numbered AS (
    SELECT
        traded.table_number,
        traded.source_row,
        traded.record_type,
        traded.trade_hash,
        ROW_NUMBER() OVER (
            PARTITION BY traded.trade_hash, traded.table_number, traded.record_type
            ORDER BY traded.source_row
        ) AS place
    FROM traded
    INNER JOIN shared ON shared.trade_hash = traded.trade_hash
),
of_one_day AS (
    SELECT
        table_number,
        source_row,
        CASE
            WHEN MIN(table_number) OVER (PARTITION BY trade_hash, place) < table_number
                THEN 'same_supply_in_another_table'
            ELSE 'same_supply_under_another_type'
        END AS reason
    FROM numbered
    QUALIFY
        ROW_NUMBER() OVER (
            PARTITION BY trade_hash, place ORDER BY table_number, record_type
        ) > 1
)
SELECT table_number, source_row, reason
FROM of_one_day
UNION ALL
SELECT late_trade.table_number, late_trade.source_row, 'same_supply_in_another_table' AS reason
FROM late_trade
LEFT JOIN of_one_day
    ON of_one_day.table_number = late_trade.table_number
    AND of_one_day.source_row = late_trade.source_row
WHERE of_one_day.source_row IS NULL
