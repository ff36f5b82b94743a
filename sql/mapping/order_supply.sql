-- order_supply: one row per row of the hospital's tables of prescriptions, with its supply.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, patient_id, drug, route, start_date, end_date (last day; NULL
-- when days_supply tells it), days_supply, supply_from (end_date, days_supply, quantity, discharge;
-- NULL when unknown), daily_dose_mg, pulse_dose_mg, dose_from (told, directions, quantity), reason.
-- Rule: the first of the table's sources of supply that is there. A dose as needed is unknown. An
-- infusion of up to 14 days is one pulse of all its doses; a longer order does not say when.
CREATE OR REPLACE TABLE order_supply AS
WITH kept AS (
    SELECT
        order_read.*,
        order_read.quantity_units * COALESCE(refund.kept_share, 1.0) AS kept_units,
        mapping_table.rank_of_end_date,
        mapping_table.rank_of_days_supply,
        mapping_table.rank_of_quantity,
        mapping_table.rank_of_discharge,
        CASE
            WHEN order_read.reason IS NOT NULL THEN order_read.reason
            WHEN refund.is_refund AND refund.is_matched THEN 'refund'
            WHEN refund.is_refund THEN 'refund_without_dispensing'
            WHEN refund.kept_share <= 0 THEN 'refunded'
        END AS reason_so_far
    FROM order_read
    INNER JOIN mapping_table ON mapping_table.table_number = order_read.table_number
    LEFT JOIN refund
        ON refund.table_number = order_read.table_number
        AND refund.source_row = order_read.source_row
),
dosed AS (
    SELECT
        *,
        CASE
            WHEN is_as_needed THEN NULL
            WHEN daily_dose_mg IS NOT NULL THEN daily_dose_mg
            ELSE take_mg * takes_per_day
        END AS told_mg_per_day,
        CASE
            WHEN is_as_needed THEN NULL
            WHEN daily_dose_mg IS NOT NULL THEN kept_units * mg_per_unit / NULLIF(daily_dose_mg, 0)
            ELSE kept_units / NULLIF(take_units * takes_per_day, 0)
        END AS days_of_quantity
    FROM kept
),
ranked AS (
    SELECT
        *,
        LEAST(
            CASE WHEN end_told IS NOT NULL THEN rank_of_end_date END,
            CASE WHEN days_supply IS NOT NULL THEN rank_of_days_supply END,
            CASE WHEN days_of_quantity IS NOT NULL THEN rank_of_quantity END,
            CASE WHEN discharge_date IS NOT NULL THEN rank_of_discharge END
        ) AS best
    FROM dosed
),
supplied AS (
    SELECT
        *,
        CASE best
            WHEN rank_of_end_date THEN 'end_date'
            WHEN rank_of_days_supply THEN 'days_supply'
            WHEN rank_of_quantity THEN 'quantity'
            WHEN rank_of_discharge THEN 'discharge'
        END AS supply_from
    FROM ranked
),
spanned AS (
    SELECT
        *,
        CASE supply_from
            WHEN 'end_date' THEN end_told
            WHEN 'discharge' THEN discharge_date
        END AS end_date,
        CASE supply_from
            WHEN 'days_supply' THEN CAST(days_supply AS BIGINT)
            WHEN 'quantity' THEN GREATEST(CAST(FLOOR(ROUND(days_of_quantity, 6)) AS BIGINT), 1)
        END AS days
    FROM supplied
),
counted AS (
    SELECT
        *,
        COALESCE(days, DATE_DIFF('day', start_date, end_date) + 1) AS length_days
    FROM spanned
)
SELECT
    table_number,
    source_row,
    patient_id,
    drug,
    route,
    start_date,
    end_date,
    days AS days_supply,
    supply_from,
    ROUND(
        CASE
            WHEN route = 'iv' OR is_as_needed THEN NULL
            WHEN told_mg_per_day IS NOT NULL THEN told_mg_per_day
            WHEN supply_from <> 'quantity' AND length_days > 0
                THEN kept_units * mg_per_unit / length_days
        END,
        6
    ) AS daily_dose_mg,
    ROUND(
        CASE
            WHEN route <> 'iv' OR route IS NULL THEN NULL
            WHEN take_mg IS NOT NULL AND takes_per_day IS NOT NULL AND length_days BETWEEN 1 AND 14
                THEN take_mg * GREATEST(ROUND(takes_per_day * length_days), 1)
            WHEN take_mg IS NOT NULL THEN take_mg
            ELSE COALESCE(daily_dose_mg, kept_units * mg_per_unit)
        END,
        6
    ) AS pulse_dose_mg,
    CASE
        WHEN is_as_needed THEN NULL
        WHEN daily_dose_mg IS NOT NULL THEN 'told'
        WHEN take_mg IS NOT NULL AND (takes_per_day IS NOT NULL OR route = 'iv') THEN 'directions'
        WHEN kept_units * mg_per_unit IS NOT NULL
            AND (route = 'iv' OR supply_from <> 'quantity') THEN 'quantity'
    END AS dose_from,
    CASE
        WHEN reason_so_far IS NOT NULL THEN reason_so_far
        WHEN drug IS NULL OR drug = '-' THEN NULL
        WHEN route = 'iv' AND takes_per_day IS NOT NULL AND length_days > 14
            THEN 'infusions_over_more_than_14_days'
    END AS reason
FROM counted
