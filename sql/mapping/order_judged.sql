-- order_judged: one row per row of the hospital's tables of prescriptions, and what became of it.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, order_given, record_type, patient_id, start_date, end_date,
-- days_supply, daily_dose_mg, pulse_dose_mg, supply_rank, is_dose_told, ends_sooner (as in order_supply),
-- fate (used, rejected, unmapped, out_of_scope), reason.
CREATE OR REPLACE TABLE order_judged AS
WITH judged AS (
    SELECT
        order_supply.*,
        COALESCE(repeated_supply.reason, order_supply.reason) AS reason_found
    FROM order_supply
    LEFT JOIN repeated_supply
        ON repeated_supply.table_number = order_supply.table_number
        AND repeated_supply.source_row = order_supply.source_row
)
SELECT
    table_number,
    source_row,
    order_given,
    record_type,
    patient_id,
    start_date,
    end_date,
    days_supply,
    daily_dose_mg,
    pulse_dose_mg,
    supply_rank,
    is_dose_told,
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
