-- unread_directions: one row per text of directions of a drug that was not understood, and table.
-- Key: table_number, directions, reason.
-- Columns: table_number, directions (with the columns of amount, unit and frequency before it),
-- reason, row_count, patients.
-- Rule: only of prescriptions that are used; their dose is unknown, or read from the quantity.
CREATE OR REPLACE TABLE unread_directions AS
SELECT
    given_prescription.table_number,
    TRIM(
        CONCAT_WS(
            ' ',
            given_prescription.dose,
            given_prescription.dose_unit,
            given_prescription.frequency,
            given_prescription.directions
        )
    ) AS directions,
    order_text.directions_problem AS reason,
    COUNT(*) AS row_count,
    COUNT(DISTINCT mapped_prescription.patient_id) AS patients
FROM given_prescription
INNER JOIN mapped_prescription
    ON mapped_prescription.table_number = given_prescription.table_number
    AND mapped_prescription.source_row = given_prescription.source_row
    AND mapped_prescription.fate = 'used'
INNER JOIN order_text
    ON order_text.table_number = given_prescription.table_number
    AND order_text.drug = given_prescription.drug
    AND order_text.code = given_prescription.code
    AND order_text.strength = given_prescription.strength
    AND order_text.dose = given_prescription.dose
    AND order_text.dose_unit = given_prescription.dose_unit
    AND order_text.frequency = given_prescription.frequency
    AND order_text.directions = given_prescription.directions
    AND order_text.quantity_unit = given_prescription.quantity_unit
    AND order_text.route_given = given_prescription.route
WHERE order_text.directions_problem IS NOT NULL
GROUP BY
    given_prescription.table_number,
    TRIM(
        CONCAT_WS(
            ' ',
            given_prescription.dose,
            given_prescription.dose_unit,
            given_prescription.frequency,
            given_prescription.directions
        )
    ),
    order_text.directions_problem
