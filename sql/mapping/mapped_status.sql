-- mapped_status: one row per table of the hospital and fate of its rows.
-- Key: table_number, fate, reason.
-- Columns: table_number, fate, reason (NULL when used), row_count.
-- Rule: rows read = used + rejected + unmapped + out of scope. Of a wide table of results each cell
-- is a row.
CREATE OR REPLACE TABLE mapped_status AS
WITH every_row AS (
    SELECT table_number, fate, reason, 1 AS row_count FROM mapped_patient
    UNION ALL
    SELECT table_number, fate, reason, 1 FROM death_day
    UNION ALL
    SELECT table_number, fate, reason, 1 FROM stay
    UNION ALL
    SELECT table_number, fate, reason, 1 FROM mapped_observation_period
    UNION ALL
    SELECT table_number, fate, reason, 1 FROM order_judged
    UNION ALL
    SELECT table_number, fate, reason, row_count FROM lab_count
    UNION ALL
    SELECT table_number, fate, reason, 1 FROM mapped_diagnosis WHERE row_part = 1
    UNION ALL
    SELECT table_number, fate, reason, 1 FROM mapped_procedure
    UNION ALL
    SELECT table_number, fate, reason, 1 FROM mapped_biopsy
    UNION ALL
    SELECT table_number, fate, reason, 1 FROM mapped_assessment
)
SELECT table_number, fate, reason, CAST(SUM(row_count) AS BIGINT) AS row_count
FROM every_row
WHERE table_number > 0
GROUP BY table_number, fate, reason
