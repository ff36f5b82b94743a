-- repeated_supply: one row per prescription whose supply the hospital has elsewhere too.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, reason (where it is besides: in another table, or in this one under
-- another type of record).
-- Rule: the same supply in two tables, or in one under two types of record (prescribed, dispensed),
-- counts once, in the first of them; two orders of one table and type are two, be they alike, and
-- need two of another to be the same.
CREATE OR REPLACE TABLE repeated_supply AS
WITH supplied AS (
    SELECT
        order_supply.table_number,
        order_supply.source_row,
        order_supply.record_type,
        HASH(
            order_supply.patient_id,
            order_supply.drug,
            order_supply.route,
            order_supply.start_date,
            COALESCE(
                order_supply.days_supply,
                DATE_DIFF('day', order_supply.start_date, order_supply.end_date) + 1
            ),
            order_supply.daily_dose_mg,
            order_supply.pulse_dose_mg
        ) AS supply_hash
    FROM order_supply
    CROSS JOIN several_records
    WHERE
        COALESCE(order_supply.reason, 'same_supply_in_another_table') IN (
            'same_supply_in_another_table', 'same_supply_under_another_type'
        )
        AND order_supply.drug <> '-'
),
shared AS (
    SELECT supply_hash
    FROM supplied
    GROUP BY supply_hash
    HAVING MIN(table_number) < MAX(table_number) OR MIN(record_type) < MAX(record_type)
),
numbered AS (
    SELECT
        supplied.table_number,
        supplied.source_row,
        supplied.record_type,
        supplied.supply_hash,
        ROW_NUMBER() OVER (
            PARTITION BY supplied.supply_hash, supplied.table_number, supplied.record_type
            ORDER BY supplied.source_row
        ) AS place
    FROM supplied
    INNER JOIN shared ON shared.supply_hash = supplied.supply_hash
)
SELECT
    table_number,
    source_row,
    CASE
        WHEN MIN(table_number) OVER (PARTITION BY supply_hash, place) < table_number
            THEN 'same_supply_in_another_table'
        ELSE 'same_supply_under_another_type'
    END AS reason
FROM numbered
QUALIFY
    ROW_NUMBER() OVER (PARTITION BY supply_hash, place ORDER BY table_number, record_type) > 1
