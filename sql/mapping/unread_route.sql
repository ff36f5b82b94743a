-- unread_route: one row per route of a drug that was not understood, and table.
-- Key: table_number, route.
-- Columns: table_number, route (as given; '' where none is), row_count, patients.
-- Rule: only of prescriptions that are used, and of which neither directions nor form tell the route
-- either; a study refuses them.
CREATE OR REPLACE TABLE unread_route AS
SELECT
    mapped_prescription.table_number,
    order_text.route_given AS route,
    COUNT(*) AS row_count,
    COUNT(DISTINCT mapped_prescription.patient_id) AS patients
FROM mapped_prescription
INNER JOIN order_text
    ON order_text.given = mapped_prescription.order_given
WHERE mapped_prescription.fate = 'used' AND mapped_prescription.route IS NULL
GROUP BY mapped_prescription.table_number, order_text.route_given
