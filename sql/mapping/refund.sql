-- refund: one row per prescription that was given back, in part or whole, and per refund.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, is_refund, kept_share (of the quantity that stays dispensed: 0
-- when all of it was given back; NULL of a refund), is_matched.
-- Rule: within a patient and product, each refund cancels the latest dispensing of its quantity on or
-- before its day that no other refund cancels (as brackets pair: dispensing and refund of one level
-- of the running balance). Of any other refund the quantity is taken from the latest dispensing
-- before it that holds more.
CREATE OR REPLACE TABLE refund AS
WITH traded AS (
    SELECT
        order_read.table_number,
        order_read.source_row,
        order_read.patient_id,
        order_product.product,
        order_read.start_date,
        order_read.quantity,
        ABS(order_read.quantity) AS size,
        order_read.quantity < 0 AS is_refund
    FROM order_read
    INNER JOIN order_product ON order_product.order_given = order_read.order_given
    INNER JOIN returned_product
        ON returned_product.patient_id = order_read.patient_id
        AND returned_product.product = order_product.product
    LEFT JOIN repeated_trade
        ON repeated_trade.table_number = order_read.table_number
        AND repeated_trade.source_row = order_read.source_row
    WHERE
        order_read.reason IS NULL
        AND order_read.quantity <> 0
        AND repeated_trade.source_row IS NULL
),
refunded AS (
    SELECT DISTINCT patient_id, product, size
    FROM traded
    WHERE is_refund
),
stepped AS (
    SELECT
        traded.*,
        SUM(CASE WHEN traded.is_refund THEN -1 ELSE 1 END) OVER (
            PARTITION BY traded.patient_id, traded.product, traded.size
            ORDER BY
                traded.start_date, traded.is_refund, traded.table_number, traded.source_row
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS balance
    FROM traded
    INNER JOIN refunded
        ON refunded.patient_id = traded.patient_id
        AND refunded.product = traded.product
        AND refunded.size = traded.size
),
floored AS (
    SELECT
        *,
        LEAST(
            MIN(balance) OVER (
                PARTITION BY patient_id, product, size
                ORDER BY start_date, is_refund, table_number, source_row
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ),
            0
        ) AS never_dispensed
    FROM stepped
),
levelled AS (
    SELECT
        *,
        balance - never_dispensed + CASE WHEN is_refund THEN 1 ELSE 0 END AS level,
        NOT is_refund OR balance > COALESCE(
            LAG(never_dispensed) OVER (
                PARTITION BY patient_id, product, size
                ORDER BY start_date, is_refund, table_number, source_row
            ),
            0
        ) - 1 AS is_matched
    FROM floored
),
paired AS (
    SELECT
        *,
        NOT is_refund AND COALESCE(
            LEAD(is_refund) OVER (
                PARTITION BY patient_id, product, size, level
                ORDER BY start_date, is_refund, table_number, source_row
            ),
            FALSE
        ) AS is_cancelled
    FROM levelled
    WHERE is_matched
),
cancelling AS (
    SELECT * FROM levelled WHERE is_refund
),
cancelled AS (
    SELECT table_number, source_row FROM paired WHERE is_cancelled
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
        AND traded.product = cancelling.product
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
