-- order_copy: one row per row of the hospital's tables of prescriptions that repeats an earlier one.
-- Key: table_number, source_row.
-- Columns: table_number, source_row.
-- Rule: copies agree in every column that the mapping reads: first by a hash of them all, then, among
-- the few that share one, by patient, drug and day as well.
CREATE OR REPLACE TABLE order_copy AS
WITH shared AS (
    SELECT content
    FROM given_prescription
    GROUP BY content
    HAVING COUNT(*) > 1
)
SELECT given_prescription.table_number, given_prescription.source_row
FROM given_prescription
INNER JOIN shared ON shared.content = given_prescription.content
LEFT JOIN order_text ON order_text.given = given_prescription.drug
LEFT JOIN date_text ON date_text.given = given_prescription.start_date
QUALIFY
    ROW_NUMBER() OVER (
        PARTITION BY
            given_prescription.content,
            given_prescription.patient_id,
            order_text.drug,
            date_text.day
        ORDER BY given_prescription.table_number, given_prescription.source_row
    ) > 1
