-- order_product: one row per text of an order of a drug.
-- Key: order_given.
-- Columns: order_given (number of the text), product (number of its drug and of the mg in one of its
-- quantity, which may be unknown), route.
CREATE OR REPLACE TABLE order_product AS
SELECT
    given AS order_given,
    CAST(DENSE_RANK() OVER (ORDER BY concept, mg_per_quantity) AS INTEGER) AS product,
    route
FROM order_text
WHERE concept <> '-'
