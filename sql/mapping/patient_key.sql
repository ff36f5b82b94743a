-- patient_key: one row per identifier of a patient as a table of the hospital gives it.
-- Key: given.
-- Columns: given (as it stands in the tables), identifier (cleaned), patient_id (number of the patient),
-- is_linked (it is another one's, by a link table).
CREATE OR REPLACE TABLE patient_key AS
SELECT
    patient_identifier.given,
    patient_identifier.identifier,
    patient_number.patient_id,
    patient_replacement.patient_id IS NOT NULL AS is_linked
FROM patient_identifier
LEFT JOIN patient_replacement
    ON patient_replacement.identifier = patient_identifier.identifier
INNER JOIN patient_number
    ON patient_number.identifier
    = COALESCE(patient_replacement.patient_id, patient_identifier.identifier)
