-- unread_route: one row per route of a drug that was not understood, and table.
-- Key: table_number, route.
-- Columns: table_number, route (as given; '' where none is), row_count, patients.
-- Rule: only of prescriptions that are used, and of which neither directions nor form tell the route
-- either; a study refuses them.
CREATE OR REPLACE TABLE unread_route AS
SELECT
    order_judged.table_number,
    order_text.route_given AS route,
    COUNT(*) AS row_count,
    COUNT(DISTINCT order_judged.patient_id) AS patients
FROM order_judged
INNER JOIN order_text
    ON order_text.given = order_judged.order_given
    AND order_text.route IS NULL
WHERE order_judged.fate = 'used'
GROUP BY order_judged.table_number, order_text.route_given
