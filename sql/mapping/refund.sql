-- refund: one row per prescription that was given back, in part or whole, and per refund.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, is_refund, kept_share (of the quantity that stays dispensed: 0
-- when all of it was given back; NULL of a refund), is_matched.
-- Rule: within a patient and product, refunds of one quantity cancel as many dispensings of that
-- quantity, the last on or before the last of these refunds first. Of any other refund the quantity
-- is taken from the latest dispensing before it that holds more.
CREATE OR REPLACE TABLE refund AS
WITH traded AS (
    SELECT
        table_number,
        source_row,
        patient_id,
        drug,
        mg_per_quantity,
        start_date,
        quantity,
        ABS(quantity) AS size,
        quantity < 0 AS is_refund
    FROM order_read
    WHERE reason IS NULL AND drug IS NOT NULL AND drug <> '-' AND quantity <> 0
),
refunded AS (
    SELECT
        patient_id, drug, mg_per_quantity, size, MAX(start_date) AS last_refund, COUNT(*) AS refunds
    FROM traded
    WHERE is_refund
    GROUP BY patient_id, drug, mg_per_quantity, size
),
candidate AS (
    SELECT
        traded.*,
        refunded.refunds,
        ROW_NUMBER() OVER (
            PARTITION BY traded.patient_id, traded.drug, traded.mg_per_quantity, traded.size
            ORDER BY traded.start_date DESC, traded.table_number DESC, traded.source_row DESC
        ) AS from_last,
        COUNT(*) OVER (
            PARTITION BY traded.patient_id, traded.drug, traded.mg_per_quantity, traded.size
        ) AS dispensings
    FROM traded
    INNER JOIN refunded
        ON refunded.patient_id = traded.patient_id
        AND refunded.drug = traded.drug
        AND refunded.mg_per_quantity IS NOT DISTINCT FROM traded.mg_per_quantity
        AND refunded.size = traded.size
        AND traded.start_date <= refunded.last_refund
    WHERE NOT traded.is_refund
),
numbered_refund AS (
    SELECT
        traded.*,
        ROW_NUMBER() OVER (
            PARTITION BY traded.patient_id, traded.drug, traded.mg_per_quantity, traded.size
            ORDER BY traded.start_date DESC, traded.table_number DESC, traded.source_row DESC
        ) AS from_last
    FROM traded
    WHERE traded.is_refund
),
cancelling AS (
    SELECT
        numbered_refund.*,
        COALESCE(found.dispensings, 0) >= numbered_refund.from_last AS is_matched
    FROM numbered_refund
    LEFT JOIN (
        SELECT patient_id, drug, mg_per_quantity, size, MAX(dispensings) AS dispensings
        FROM candidate
        GROUP BY patient_id, drug, mg_per_quantity, size
    ) AS found
        ON found.patient_id = numbered_refund.patient_id
        AND found.drug = numbered_refund.drug
        AND found.mg_per_quantity IS NOT DISTINCT FROM numbered_refund.mg_per_quantity
        AND found.size = numbered_refund.size
),
cancelled AS (
    SELECT table_number, source_row FROM candidate WHERE from_last <= refunds
),
reduced AS (
    SELECT
        cancelling.table_number AS refund_table,
        cancelling.source_row AS refund_row,
        traded.table_number,
        traded.source_row,
        traded.size,
        cancelling.size AS taken
    FROM cancelling
    INNER JOIN traded
        ON traded.patient_id = cancelling.patient_id
        AND traded.drug = cancelling.drug
        AND traded.mg_per_quantity IS NOT DISTINCT FROM cancelling.mg_per_quantity
        AND NOT traded.is_refund
        AND traded.size > cancelling.size
        AND traded.start_date <= cancelling.start_date
    LEFT JOIN cancelled
        ON cancelled.table_number = traded.table_number
        AND cancelled.source_row = traded.source_row
    WHERE NOT cancelling.is_matched AND cancelled.source_row IS NULL
    QUALIFY
        ROW_NUMBER() OVER (
            PARTITION BY cancelling.table_number, cancelling.source_row
            ORDER BY traded.start_date DESC, traded.table_number DESC, traded.source_row DESC
        ) = 1
)
SELECT table_number, source_row, FALSE AS is_refund, 0.0 AS kept_share, TRUE AS is_matched
FROM cancelled
UNION ALL
SELECT
    table_number,
    source_row,
    FALSE,
    GREATEST(1.0 - SUM(taken) / MAX(size), 0.0),
    TRUE
FROM reduced
GROUP BY table_number, source_row
UNION ALL
SELECT
    cancelling.table_number,
    cancelling.source_row,
    TRUE,
    NULL,
    cancelling.is_matched OR reduced.refund_row IS NOT NULL
FROM cancelling
LEFT JOIN reduced
    ON reduced.refund_table = cancelling.table_number
    AND reduced.refund_row = cancelling.source_row
