-- order_supply: one row per row of the hospital's tables of prescriptions, with its supply.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, order_given, record_type, patient_id, drug, route, start_date,
-- end_date (last day; NULL when days_supply tells it), days_supply, supply_rank (which of the table's
-- sources of supply it is of: its place among them; NULL when unknown), daily_dose_mg, pulse_dose_mg,
-- is_dose_told (in a column of its own), ends_sooner (the end that was told, and not used, is one of an
-- earlier day than that of the supply), reason.
-- Rule: the first of the table's sources of supply that is there. An end on the day of the start is
-- no later_end_date, unless no more than one unit was given. A dose as needed is unknown. An infusion of
-- up to 14 days is one pulse of all its doses; a longer order does not say when.
CREATE OR REPLACE VIEW order_supply AS
WITH kept AS (
    SELECT
        order_read.table_number,
        order_read.source_row,
        order_read.order_given,
        order_read.record_type,
        order_read.patient_id,
        order_text.concept AS drug,
        order_text.route,
        order_read.start_date,
        order_read.end_told,
        order_discharge.discharge_date,
        order_read.days_supply,
        order_text.take_mg,
        order_text.takes_per_day,
        order_read.daily_dose_mg,
        order_read.dose_told IS NOT NULL AS is_dose_told,
        COALESCE(order_text.is_as_needed, FALSE) AS is_as_needed,
        order_read.quantity,
        order_read.quantity * COALESCE(refund.kept_share, 1.0) AS kept_quantity,
        order_text.mg_per_quantity,
        CASE
            WHEN order_read.dose_told > 0 THEN order_text.mg_per_quantity / order_read.dose_told
            ELSE order_text.days_per_quantity
        END AS days_per_quantity,
        mapping_table.rank_of_end_date,
        mapping_table.rank_of_later_end_date,
        mapping_table.rank_of_days_supply,
        mapping_table.rank_of_quantity,
        mapping_table.rank_of_discharge,
        CASE
            WHEN order_read.reason IS NOT NULL THEN order_read.reason
            WHEN repeated_trade.reason IS NOT NULL THEN repeated_trade.reason
            WHEN refund.is_refund AND refund.is_matched THEN 'refund'
            WHEN refund.is_refund THEN 'refund_without_dispensing'
            WHEN refund.kept_share <= 0 THEN 'refunded'
        END AS reason_so_far
    FROM order_read
    INNER JOIN mapping_table ON mapping_table.table_number = order_read.table_number
    LEFT JOIN order_text ON order_text.given = order_read.order_given
    LEFT JOIN order_discharge
        ON order_discharge.table_number = order_read.table_number
        AND order_discharge.source_row = order_read.source_row
    LEFT JOIN repeated_trade
        ON repeated_trade.table_number = order_read.table_number
        AND repeated_trade.source_row = order_read.source_row
    LEFT JOIN refund
        ON refund.table_number = order_read.table_number
        AND refund.source_row = order_read.source_row
),
ranked AS (
    SELECT
        *,
        kept_quantity * mg_per_quantity AS quantity_mg,
        kept_quantity * days_per_quantity AS days_of_quantity,
        LEAST(
            CASE WHEN end_told IS NOT NULL THEN rank_of_end_date END,
            CASE
                WHEN end_told <> start_date OR (end_told = start_date AND quantity > 0 AND quantity <= 1)
                    THEN rank_of_later_end_date
            END,
            CASE WHEN days_supply IS NOT NULL THEN rank_of_days_supply END,
            CASE
                WHEN kept_quantity * days_per_quantity IS NOT NULL AND NOT is_as_needed
                    THEN rank_of_quantity
            END,
            CASE WHEN discharge_date IS NOT NULL THEN rank_of_discharge END
        ) AS supply_rank
    FROM kept
),
spanned AS (
    SELECT
        *,
        CASE supply_rank
            WHEN rank_of_end_date THEN end_told
            WHEN rank_of_later_end_date THEN end_told
            WHEN rank_of_discharge THEN discharge_date
        END AS end_date,
        CASE supply_rank
            WHEN rank_of_days_supply THEN CAST(days_supply AS BIGINT)
            WHEN rank_of_quantity
                THEN GREATEST(CAST(FLOOR(ROUND(days_of_quantity, 6)) AS BIGINT), 1)
        END AS days
    FROM ranked
),
counted AS (
    SELECT
        *,
        COALESCE(days, DATE_DIFF('day', start_date, end_date) + 1) AS length_days,
        COALESCE(
            end_told > start_date AND DATE_DIFF('day', start_date, end_told) + 1 < days, FALSE
        ) AS ends_sooner
    FROM spanned
),
dosed AS (
    SELECT
        *,
        CASE
            WHEN is_as_needed OR route = 'iv' THEN NULL
            WHEN daily_dose_mg IS NOT NULL THEN daily_dose_mg
            WHEN supply_rank <> COALESCE(rank_of_quantity, -1) AND length_days > 0
                THEN quantity_mg / length_days
        END AS mg_per_day,
        CASE
            WHEN is_as_needed OR route IS NULL OR route <> 'iv' THEN NULL
            WHEN take_mg IS NULL THEN quantity_mg
            WHEN takes_per_day IS NOT NULL AND length_days BETWEEN 1 AND 14
                THEN take_mg * GREATEST(ROUND(takes_per_day * length_days), 1)
            ELSE take_mg
        END AS mg_of_pulse
    FROM counted
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
    days AS days_supply,
    supply_rank,
    ROUND(mg_per_day, 6) AS daily_dose_mg,
    ROUND(mg_of_pulse, 6) AS pulse_dose_mg,
    is_dose_told,
    ends_sooner,
    CASE
        WHEN reason_so_far IS NOT NULL THEN reason_so_far
        WHEN drug IS NULL OR drug = '-' THEN NULL
        WHEN route = 'iv' AND takes_per_day IS NOT NULL AND length_days > 14
            THEN 'infusions_over_more_than_14_days'
    END AS reason
FROM dosed
