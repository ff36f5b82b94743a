-- order_product: one row per text of an order of a drug.
-- Key: order_given.
-- Columns: order_given (number of the text), drug, route, product (number of the drug and of the mg in
-- one of its quantity, which may be unknown), dose_from (where a dose was read that no column tells:
-- directions, or else quantity).
CREATE OR REPLACE TABLE order_product AS
SELECT
    given AS order_given,
    concept AS drug,
    route,
    CAST(DENSE_RANK() OVER (ORDER BY concept, mg_per_quantity) AS INTEGER) AS product,
    CASE WHEN COALESCE(daily_dose_mg, take_mg) IS NULL THEN 'quantity' ELSE 'directions' END
        AS dose_from
FROM order_text
WHERE concept <> '-'
