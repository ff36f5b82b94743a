-- patient_number: one row per patient that any table of the hospital names.
-- Key: patient_id.
-- Columns: patient_id (a number, in the order of the identifiers), identifier (the one that stands for
-- the patient in the extract).
-- Rule: an identifier that a link table replaces stands for the patient at the end of its links.
CREATE OR REPLACE TABLE patient_number AS
WITH led AS (
    SELECT DISTINCT
        COALESCE(patient_replacement.patient_id, patient_identifier.identifier) AS identifier
    FROM patient_identifier
    LEFT JOIN patient_replacement
        ON patient_replacement.identifier = patient_identifier.identifier
)
SELECT CAST(ROW_NUMBER() OVER (ORDER BY identifier) AS INTEGER) AS patient_id, identifier
FROM led
