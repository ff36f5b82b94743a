-- mapped_status: one row per table of the hospital and fate of its rows.
-- Key: table_number, fate, reason.
-- Columns: table_number, fate, reason (NULL when used), row_count.
-- Rule: rows read = used + rejected + unmapped + out of scope. Of a wide table of results each cell
-- is a row.
CREATE OR REPLACE TABLE mapped_status AS
WITH every_row AS (
    SELECT table_number, fate, reason FROM mapped_patient
    UNION ALL
    SELECT table_number, fate, reason FROM death_day
    UNION ALL
    SELECT table_number, fate, reason FROM stay
    UNION ALL
    SELECT table_number, fate, reason FROM mapped_observation_period
    UNION ALL
    SELECT table_number, fate, reason FROM order_judged
    UNION ALL
    SELECT table_number, fate, reason FROM mapped_lab
    UNION ALL
    SELECT table_number, fate, reason FROM mapped_diagnosis WHERE row_part = 1
    UNION ALL
    SELECT table_number, fate, reason FROM mapped_procedure
    UNION ALL
    SELECT table_number, fate, reason FROM mapped_biopsy
    UNION ALL
    SELECT table_number, fate, reason FROM mapped_assessment
)
SELECT table_number, fate, reason, COUNT(*) AS row_count
FROM every_row
WHERE table_number > 0
GROUP BY table_number, fate, reason
