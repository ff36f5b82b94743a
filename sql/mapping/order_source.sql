-- order_source: one row per drug, and where its supply and dose were read.
-- Key: table_number, drug, supply_from, dose_from.
-- Columns: table_number, drug, supply_from and dose_from (as in order_supply; unknown where none),
-- row_count (of prescriptions that are used).
CREATE OR REPLACE TABLE order_source AS
SELECT
    table_number,
    drug,
    COALESCE(supply_from, 'unknown') AS supply_from,
    COALESCE(dose_from, 'unknown') AS dose_from,
    COUNT(*) AS row_count
FROM mapped_prescription
WHERE fate = 'used'
GROUP BY table_number, drug, COALESCE(supply_from, 'unknown'), COALESCE(dose_from, 'unknown')
