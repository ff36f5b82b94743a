-- unread_directions: one row per text of directions of a drug that was not understood, and table.
-- Key: table_number, directions, reason.
-- Columns: table_number, directions (with the columns of amount, unit and frequency before it),
-- reason, row_count, patients.
-- Rule: only of prescriptions that are used; their dose is unknown, or read from the quantity.
CREATE OR REPLACE TABLE unread_directions AS
SELECT
    order_judged.table_number,
    TRIM(
        CONCAT_WS(
            ' ',
            order_text.dose,
            order_text.dose_unit,
            order_text.frequency,
            order_text.directions
        )
    ) AS directions,
    order_text.directions_problem AS reason,
    COUNT(*) AS row_count,
    COUNT(DISTINCT order_judged.patient_id) AS patients
FROM order_judged
INNER JOIN order_text
    ON order_text.given = order_judged.order_given
WHERE order_judged.fate = 'used' AND order_text.directions_problem IS NOT NULL
GROUP BY
    order_judged.table_number,
    TRIM(
        CONCAT_WS(
            ' ',
            order_text.dose,
            order_text.dose_unit,
            order_text.frequency,
            order_text.directions
        )
    ),
    order_text.directions_problem
