-- mapped_prescription: one row per row of the hospital's tables of prescriptions.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, patient_id, drug, route, start_date, end_date, days_supply,
-- daily_dose_mg, pulse_dose_mg, fate (used, rejected, unmapped, out_of_scope), reason.
CREATE OR REPLACE VIEW mapped_prescription AS
SELECT
    order_judged.table_number,
    order_judged.source_row,
    order_judged.patient_id,
    order_product.drug,
    order_product.route,
    order_judged.start_date,
    order_judged.end_date,
    order_judged.days_supply,
    order_judged.daily_dose_mg,
    order_judged.pulse_dose_mg,
    order_judged.fate,
    order_judged.reason
FROM order_judged
LEFT JOIN order_product ON order_product.order_given = order_judged.order_given
