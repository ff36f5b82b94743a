-- order_discharge: one row per order of an inpatient that was never stopped, in a stay that ended.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, discharge_date.
-- Rule: such an order ends at the discharge of its stay: the first of those that it began in, and of
-- its number where both tell one.
CREATE OR REPLACE TABLE order_discharge AS
SELECT order_read.table_number, order_read.source_row, MIN(stay.end_date) AS discharge_date
FROM order_read
INNER JOIN given_prescription
    ON given_prescription.table_number = order_read.table_number
    AND given_prescription.source_row = order_read.source_row
INNER JOIN stay
    ON stay.patient_id = order_read.patient_id
    AND stay.fate = 'used'
    AND stay.start_date <= order_read.start_date
    AND stay.end_date >= order_read.start_date
    AND (
        given_prescription.encounter_id = '' OR stay.encounter_id = ''
        OR stay.encounter_id = given_prescription.encounter_id
    )
WHERE order_read.is_never_stopped
GROUP BY order_read.table_number, order_read.source_row
