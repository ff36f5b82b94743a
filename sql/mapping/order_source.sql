-- order_source: one row per drug, and where its supply and dose were read.
-- Key: table_number, drug, supply_from, dose_from.
-- Columns: table_number, drug, supply_from and dose_from (as in order_supply; unknown where none),
-- row_count (of prescriptions that are used), ends_sooner (those of them that were told to end before
-- their supply is over), longer_than_a_year (those of a longer supply).
-- Rule: an infusion is a pulse, which lasts as long as the study says, whatever the row tells.
CREATE OR REPLACE TABLE order_source AS
SELECT
    table_number,
    drug,
    CASE WHEN route = 'iv' THEN 'pulse' ELSE COALESCE(supply_from, 'unknown') END AS supply_from,
    COALESCE(dose_from, 'unknown') AS dose_from,
    COUNT(*) AS row_count,
    COUNT(*) FILTER (WHERE ends_sooner AND route IS DISTINCT FROM 'iv') AS ends_sooner,
    COUNT(*) FILTER (
        WHERE
        route IS DISTINCT FROM 'iv'
        AND COALESCE(days_supply, DATE_DIFF('day', start_date, end_date) + 1) > 366
    ) AS longer_than_a_year
FROM mapped_prescription
WHERE fate = 'used'
GROUP BY
    table_number,
    drug,
    CASE WHEN route = 'iv' THEN 'pulse' ELSE COALESCE(supply_from, 'unknown') END,
    COALESCE(dose_from, 'unknown')
