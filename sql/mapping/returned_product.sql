-- returned_product: one row per patient and product of which something was given back.
-- Key: patient_id, product.
-- Columns: patient_id, product (as in order_product).
-- Rule: refunds are few. The dispensings of these products alone are looked at for them, so that
-- memory does not grow with all that was dispensed.
CREATE OR REPLACE TABLE returned_product AS
SELECT DISTINCT order_read.patient_id, order_product.product
FROM order_read
INNER JOIN order_product ON order_product.order_given = order_read.order_given
WHERE order_read.reason IS NULL AND order_read.quantity < 0
