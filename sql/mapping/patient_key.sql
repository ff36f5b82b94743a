-- patient_key: one row per identifier of a patient as any table of the hospital gives it.
-- Key: given.
-- Columns: given, patient_id (the one identifier of that patient in the extract), is_linked (it is
-- another one's, by a link table).
-- Rule: an identifier that a link table replaces stands for the patient at the end of its links.
CREATE OR REPLACE TABLE patient_key AS
SELECT
    patient_identifier.given,
    COALESCE(patient_replacement.patient_id, patient_identifier.identifier) AS patient_id,
    patient_replacement.patient_id IS NOT NULL AS is_linked
FROM patient_identifier
LEFT JOIN patient_replacement
    ON patient_replacement.identifier = patient_identifier.identifier
