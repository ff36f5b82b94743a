-- repeated_trade: one row per dispensing, or refund, that an earlier table of the hospital has too.
-- Key: table_number, source_row.
-- Columns: table_number, source_row.
-- Rule: the same day, product, quantity and dose in two tables is one dispensing, in the first of
-- them; found before refunds are, so that a refund takes back both. Two of one table are two, and
-- need two of another to be the same.
CREATE OR REPLACE TABLE repeated_trade AS
WITH numbered AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY
                table_number,
                patient_id,
                drug,
                route,
                start_date,
                quantity,
                mg_per_quantity,
                daily_dose_mg
            ORDER BY source_row
        ) AS place_in_table
    FROM order_read
    WHERE reason IS NULL AND drug IS NOT NULL AND drug <> '-' AND quantity <> 0
)
SELECT table_number, source_row
FROM numbered
QUALIFY
    MIN(table_number) OVER (
        PARTITION BY
            place_in_table,
            patient_id,
            drug,
            route,
            start_date,
            quantity,
            mg_per_quantity,
            daily_dose_mg
    ) < table_number
