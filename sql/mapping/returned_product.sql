-- returned_product: one row per patient and product of which something was given back.
-- Key: patient_id, drug, mg_per_quantity.
-- Columns: patient_id, drug, mg_per_quantity (NULL when unknown).
-- Rule: refunds are few. The dispensings of these products alone are looked at for them, so that
-- memory does not grow with all that was dispensed.
CREATE OR REPLACE TABLE returned_product AS
SELECT DISTINCT patient_id, drug, mg_per_quantity
FROM order_read
WHERE reason IS NULL AND drug IS NOT NULL AND drug <> '-' AND quantity < 0
