-- stay: one row per row of the hospital's tables of stays and visits.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, patient_id, encounter_id ('' when not told), start_date,
-- end_date (day of discharge; NULL when not told), fate (used, rejected), reason.
CREATE OR REPLACE TABLE stay AS
WITH typed AS (
    SELECT
        given_encounter.table_number,
        given_encounter.source_row,
        patient_key.patient_id,
        given_encounter.encounter_id,
        start_text.day AS start_date,
        end_text.day AS end_date,
        CASE
            WHEN patient_key.patient_id IS NULL THEN 'missing_patient_id'
            WHEN given_encounter.start_date IS NULL THEN 'missing_date'
            WHEN start_text.day IS NULL THEN start_text.problem
            WHEN end_text.problem IS NOT NULL THEN end_text.problem
            WHEN end_text.day < start_text.day THEN 'end_before_start'
        END AS reason
    FROM given_encounter
    LEFT JOIN patient_key ON patient_key.given = given_encounter.patient_id
    LEFT JOIN date_text AS start_text
        ON start_text.given = given_encounter.start_date
    LEFT JOIN date_text AS end_text
        ON end_text.given = given_encounter.end_date
)
SELECT
    table_number,
    source_row,
    patient_id,
    encounter_id,
    start_date,
    end_date,
    CASE WHEN reason IS NULL THEN 'used' ELSE 'rejected' END AS fate,
    reason
FROM typed
