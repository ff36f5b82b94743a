-- order_source: one row per drug, and where its supply and dose were read.
-- Key: table_number, drug, supply_from, dose_from.
-- Columns: table_number, drug, supply_from (end_date, later_end_date, days_supply, quantity, discharge,
-- pulse), dose_from (told, directions, quantity; each unknown where there is none), row_count (of
-- prescriptions that are used), ends_sooner (those of them that were told to end before their supply is
-- over), longer_than_a_year (those of a longer supply).
-- Rule: an infusion is a pulse, which lasts as long as the study says, whatever the row tells.
CREATE OR REPLACE TABLE order_source AS
WITH of_text AS (
    SELECT
        table_number,
        order_given,
        supply_rank,
        is_dose_told,
        COALESCE(daily_dose_mg, pulse_dose_mg) IS NOT NULL AS is_dose_known,
        ends_sooner,
        COALESCE(days_supply, DATE_DIFF('day', start_date, end_date) + 1) > 366 AS is_long,
        COUNT(*) AS row_count
    FROM order_judged
    WHERE fate = 'used'
    GROUP BY
        table_number,
        order_given,
        supply_rank,
        is_dose_told,
        COALESCE(daily_dose_mg, pulse_dose_mg) IS NOT NULL,
        ends_sooner,
        COALESCE(days_supply, DATE_DIFF('day', start_date, end_date) + 1) > 366
),
told AS (
    SELECT
        of_text.table_number,
        order_product.drug,
        CASE
            WHEN order_product.route = 'iv' THEN 'pulse'
            WHEN of_text.supply_rank = mapping_table.rank_of_end_date THEN 'end_date'
            WHEN of_text.supply_rank = mapping_table.rank_of_later_end_date THEN 'later_end_date'
            WHEN of_text.supply_rank = mapping_table.rank_of_days_supply THEN 'days_supply'
            WHEN of_text.supply_rank = mapping_table.rank_of_quantity THEN 'quantity'
            WHEN of_text.supply_rank = mapping_table.rank_of_discharge THEN 'discharge'
            ELSE 'unknown'
        END AS supply_from,
        CASE
            WHEN NOT of_text.is_dose_known THEN 'unknown'
            WHEN of_text.is_dose_told THEN 'told'
            ELSE order_product.dose_from
        END AS dose_from,
        of_text.row_count,
        CASE
            WHEN of_text.ends_sooner AND order_product.route IS DISTINCT FROM 'iv'
                THEN of_text.row_count
            ELSE 0
        END AS ends_sooner,
        CASE
            WHEN of_text.is_long AND order_product.route IS DISTINCT FROM 'iv'
                THEN of_text.row_count
            ELSE 0
        END AS longer_than_a_year
    FROM of_text
    INNER JOIN order_product ON order_product.order_given = of_text.order_given
    INNER JOIN mapping_table ON mapping_table.table_number = of_text.table_number
)
SELECT
    table_number,
    drug,
    supply_from,
    dose_from,
    CAST(SUM(row_count) AS BIGINT) AS row_count,
    CAST(SUM(ends_sooner) AS BIGINT) AS ends_sooner,
    CAST(SUM(longer_than_a_year) AS BIGINT) AS longer_than_a_year
FROM told
GROUP BY table_number, drug, supply_from, dose_from
