-- order_source: one row per drug, and where its supply and dose were read.
-- Key: table_number, drug, supply_from, dose_from.
-- Columns: table_number, drug, supply_from (end_date, later_end_date, days_supply, quantity, discharge,
-- pulse; unknown where none), dose_from (as in order_supply; unknown where none), row_count (of
-- prescriptions that are used).
-- Rule: an infusion is a pulse, which lasts as long as the study says, whatever the row tells.
CREATE OR REPLACE TABLE order_source AS
WITH of_text AS (
    SELECT table_number, order_given, supply_rank, dose_from, COUNT(*) AS row_count
    FROM mapped_prescription
    WHERE fate = 'used'
    GROUP BY table_number, order_given, supply_rank, dose_from
),
told AS (
    SELECT
        of_text.table_number,
        order_text.concept AS drug,
        CASE
            WHEN order_text.route = 'iv' THEN 'pulse'
            WHEN of_text.supply_rank = mapping_table.rank_of_end_date THEN 'end_date'
            WHEN of_text.supply_rank = mapping_table.rank_of_later_end_date THEN 'later_end_date'
            WHEN of_text.supply_rank = mapping_table.rank_of_days_supply THEN 'days_supply'
            WHEN of_text.supply_rank = mapping_table.rank_of_quantity THEN 'quantity'
            WHEN of_text.supply_rank = mapping_table.rank_of_discharge THEN 'discharge'
            ELSE 'unknown'
        END AS supply_from,
        COALESCE(of_text.dose_from, 'unknown') AS dose_from,
        of_text.row_count
    FROM of_text
    INNER JOIN order_text ON order_text.given = of_text.order_given
    INNER JOIN mapping_table ON mapping_table.table_number = of_text.table_number
)
SELECT
    table_number, drug, supply_from, dose_from, CAST(SUM(row_count) AS BIGINT) AS row_count
FROM told
GROUP BY table_number, drug, supply_from, dose_from
