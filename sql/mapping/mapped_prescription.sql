-- mapped_prescription: one row per row of the hospital's tables of prescriptions.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, order_given (number of its text), record_type, patient_id, drug,
-- route, start_date, end_date, days_supply, daily_dose_mg, pulse_dose_mg, supply_from, dose_from,
-- ends_sooner (as in order_supply), fate (used, rejected, unmapped, out_of_scope), reason.
-- Rule: the same supply in two tables, or in one under two types of record (prescribed, dispensed),
-- counts once, in the first of them; two orders of one table and type are two, be they alike, and
-- need two of another to be the same.
CREATE OR REPLACE TABLE mapped_prescription AS
WITH supply_seen AS (
    SELECT
        *,
        COALESCE(reason, 'same_supply_in_another_table') IN (
            'same_supply_in_another_table', 'same_supply_under_another_type'
        ) AND drug IS NOT NULL AND drug <> '-' AS is_supply,
        HASH(
            patient_id,
            drug,
            route,
            start_date,
            COALESCE(days_supply, DATE_DIFF('day', start_date, end_date) + 1),
            daily_dose_mg,
            pulse_dose_mg
        ) AS supply_hash
    FROM order_supply
),
shared AS (
    SELECT supply_hash
    FROM supply_seen
    WHERE is_supply
    GROUP BY supply_hash
    HAVING MIN(table_number) < MAX(table_number) OR MIN(record_type) < MAX(record_type)
),
numbered AS (
    SELECT
        supply_seen.table_number,
        supply_seen.source_row,
        supply_seen.record_type,
        supply_seen.supply_hash,
        ROW_NUMBER() OVER (
            PARTITION BY
                supply_seen.supply_hash, supply_seen.table_number, supply_seen.record_type
            ORDER BY supply_seen.source_row
        ) AS place
    FROM supply_seen
    INNER JOIN shared ON shared.supply_hash = supply_seen.supply_hash
    WHERE supply_seen.is_supply
),
repeated AS (
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
),
judged AS (
    SELECT
        order_supply.*,
        COALESCE(repeated.reason, order_supply.reason) AS reason_found
    FROM order_supply
    LEFT JOIN repeated
        ON repeated.table_number = order_supply.table_number
        AND repeated.source_row = order_supply.source_row
)
SELECT
    table_number,
    source_row,
    order_given,
    record_type,
    patient_id,
    drug,
    route,
    start_date,
    end_date,
    days_supply,
    daily_dose_mg,
    pulse_dose_mg,
    supply_from,
    dose_from,
    ends_sooner,
    CASE
        WHEN reason_found IS NOT NULL THEN 'rejected'
        WHEN drug IS NULL THEN 'unmapped'
        WHEN drug = '-' THEN 'out_of_scope'
        ELSE 'used'
    END AS fate,
    CASE
        WHEN reason_found IS NOT NULL THEN reason_found
        WHEN drug IS NULL THEN 'unknown_name'
        WHEN drug = '-' THEN 'ignored_name'
    END AS reason
FROM judged
