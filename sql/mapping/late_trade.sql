-- late_trade: one row per dispensing that the hospital has some days apart in an earlier table too.
-- Key: table_number, source_row.
-- Columns: table_number, source_row.
-- Rule: what is prescribed in one table and dispensed in another up to 3 days later is one supply. So it
-- is where the same product, amount and dose stand in both within 3 days, each beside the nearest one of
-- the other, and where it is so for half of the smaller table: else each table has supplies of its own.
CREATE OR REPLACE TABLE late_trade AS
WITH among AS (
    SELECT MIN(table_number) AS first_table, MAX(table_number) AS last_table
    FROM order_read
),
traded AS (
    SELECT
        order_read.table_number,
        order_read.source_row,
        order_read.start_date,
        HASH(
            order_read.patient_id,
            order_read.drug,
            order_read.route,
            ROUND(order_read.quantity * COALESCE(order_read.mg_per_quantity, 1), 6),
            order_read.mg_per_quantity IS NULL,
            order_read.daily_dose_mg
        ) AS supply_hash
    FROM order_read
    INNER JOIN among ON among.first_table < among.last_table
    WHERE
        order_read.reason IS NULL
        AND order_read.drug IS NOT NULL
        AND order_read.drug <> '-'
        AND order_read.quantity > 0
),
of_table AS (
    SELECT table_number, COUNT(*) AS row_count
    FROM traded
    GROUP BY table_number
),
shared AS (
    SELECT supply_hash
    FROM traded
    GROUP BY supply_hash
    HAVING MIN(table_number) < MAX(table_number)
),
kept AS (
    SELECT traded.*
    FROM traded
    INNER JOIN shared ON shared.supply_hash = traded.supply_hash
),
nearest AS (
    SELECT
        kept.table_number AS first_table,
        kept.source_row AS first_row,
        another.table_number,
        another.source_row,
        ABS(DATE_DIFF('day', kept.start_date, another.start_date)) AS days_apart
    FROM kept
    INNER JOIN kept AS another
        ON another.supply_hash = kept.supply_hash
        AND another.table_number > kept.table_number
        AND ABS(DATE_DIFF('day', kept.start_date, another.start_date)) <= 3
    QUALIFY
        ROW_NUMBER() OVER (
            PARTITION BY another.table_number, another.source_row
            ORDER BY
                ABS(DATE_DIFF('day', kept.start_date, another.start_date)),
                kept.start_date,
                kept.table_number,
                kept.source_row
        ) = 1
),
paired AS (
    SELECT *
    FROM nearest
    QUALIFY
        ROW_NUMBER() OVER (
            PARTITION BY first_table, first_row, table_number
            ORDER BY days_apart, source_row
        ) = 1
),
of_pair AS (
    SELECT
        first_table,
        table_number,
        COUNT(*) AS row_count
    FROM paired
    GROUP BY first_table, table_number
),
alike AS (
    SELECT of_pair.first_table, of_pair.table_number
    FROM of_pair
    INNER JOIN of_table AS earlier ON earlier.table_number = of_pair.first_table
    INNER JOIN of_table AS later ON later.table_number = of_pair.table_number
    WHERE 2 * of_pair.row_count >= LEAST(earlier.row_count, later.row_count)
)
SELECT paired.table_number, paired.source_row
FROM paired
INNER JOIN alike
    ON alike.first_table = paired.first_table
    AND alike.table_number = paired.table_number
WHERE paired.days_apart > 0
