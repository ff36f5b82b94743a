-- lab_read: one row per laboratory result that is used, with what stands beside it.
-- Key: table_number, source_row, test_given.
-- Columns: table_number, source_row, test_given (number of its texts), patient_id, test, sample_date,
-- value, operator (<, <=, >, >=; NULL for an exact value), unit, reference_low, reference_high.
-- Rule: a unit or operator beside a result goes before one inside it; where none stands with the
-- result, the unit is that of the mapping file.
CREATE OR REPLACE VIEW lab_read AS
SELECT
    mapped_lab.table_number,
    mapped_lab.source_row,
    mapped_lab.test_given,
    mapped_lab.patient_id,
    test_text.concept AS test,
    mapped_lab.sample_date,
    mapped_lab.value,
    COALESCE(test_text.operator, result_text.operator) AS operator,
    COALESCE(test_text.unit, result_text.unit, test_text.default_unit) AS unit,
    test_text.reference_low,
    test_text.reference_high
FROM mapped_lab
INNER JOIN test_text ON test_text.given = mapped_lab.test_given
LEFT JOIN result_text ON result_text.given = mapped_lab.result_given
WHERE mapped_lab.fate = 'used'
