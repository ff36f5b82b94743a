-- mapped_prescription: one row per row of the hospital's tables of prescriptions.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, patient_id, drug, route, start_date, end_date, days_supply,
-- daily_dose_mg, pulse_dose_mg, supply_from, dose_from, fate (used, rejected, unmapped,
-- out_of_scope), reason.
-- Rule: the same supply in two tables counts once, in the first of them; two orders of one table are
-- two, be they alike.
CREATE OR REPLACE TABLE mapped_prescription AS
WITH first_seen AS (
    SELECT
        *,
        reason IS NULL AND drug IS NOT NULL AND drug <> '-' AS is_supply,
        MIN(table_number) OVER (
            PARTITION BY
                patient_id,
                drug,
                route,
                start_date,
                COALESCE(days_supply, DATE_DIFF('day', start_date, end_date) + 1),
                daily_dose_mg,
                pulse_dose_mg,
                reason IS NULL
        ) AS first_table
    FROM order_supply
),
judged AS (
    SELECT
        *,
        CASE
            WHEN is_supply AND first_table < table_number THEN 'same_supply_in_another_table'
            ELSE reason
        END AS reason_found
    FROM first_seen
)
SELECT
    table_number,
    source_row,
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
