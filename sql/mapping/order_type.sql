-- order_type: one row per type of record (prescribed, dispensed, ...) of a table of prescriptions.
-- Key: table_number, record_type.
-- Columns: table_number, record_type (as given), row_count (of prescriptions that are used), patients,
-- beside_another (rows that begin while the same patient has the same drug under another type).
-- Rule: what was prescribed and then dispensed stands in a table twice, seldom with the same days. It is
-- not known here whether it is so, or whether one goes on where the other ends.
CREATE OR REPLACE TABLE order_type AS
WITH used AS (
    SELECT
        order_judged.table_number,
        order_judged.source_row,
        order_judged.record_type,
        order_judged.patient_id,
        order_product.drug,
        order_judged.start_date,
        COALESCE(
            order_judged.end_date + 1,
            order_judged.start_date + CAST(order_judged.days_supply AS INTEGER),
            order_judged.start_date + 1
        ) AS end_date
    FROM order_judged
    INNER JOIN order_product ON order_product.order_given = order_judged.order_given
    WHERE order_judged.fate = 'used' AND order_judged.record_type <> ''
),
several AS (
    SELECT table_number, patient_id, drug
    FROM used
    GROUP BY table_number, patient_id, drug
    HAVING MIN(record_type) < MAX(record_type)
),
of_several AS (
    SELECT used.*
    FROM used
    INNER JOIN several
        ON several.table_number = used.table_number
        AND several.patient_id = used.patient_id
        AND several.drug = used.drug
),
beside AS (
    SELECT DISTINCT of_several.table_number, of_several.source_row
    FROM of_several
    INNER JOIN of_several AS another
        ON another.table_number = of_several.table_number
        AND another.patient_id = of_several.patient_id
        AND another.drug = of_several.drug
        AND another.record_type <> of_several.record_type
        AND another.start_date <= of_several.start_date
        AND another.end_date > of_several.start_date
)
SELECT
    used.table_number,
    used.record_type,
    COUNT(*) AS row_count,
    COUNT(DISTINCT used.patient_id) AS patients,
    COUNT(beside.source_row) AS beside_another
FROM used
LEFT JOIN beside
    ON beside.table_number = used.table_number
    AND beside.source_row = used.source_row
GROUP BY used.table_number, used.record_type
