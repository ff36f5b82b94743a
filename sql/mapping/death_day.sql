-- death_day: one row per row of the hospital's tables of deaths.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, patient_id, death_date, fate (used, rejected), reason.
-- Rule: a day of death that stands in a table of its own, not beside the patient; a copy of a row
-- counts once.
CREATE OR REPLACE TABLE death_day AS
WITH typed AS (
    SELECT
        given_death.table_number,
        given_death.source_row,
        patient_key.patient_id,
        date_text.day AS death_date,
        CASE
            WHEN patient_key.patient_id IS NULL THEN 'missing_patient_id'
            WHEN
                ROW_NUMBER() OVER (
                    PARTITION BY given_death.content
                    ORDER BY given_death.table_number, given_death.source_row
                ) > 1
                THEN 'copy_of_a_row'
            WHEN given_death.death_date IS NULL THEN 'missing_date'
            WHEN date_text.day IS NULL THEN date_text.problem
        END AS reason
    FROM given_death
    LEFT JOIN patient_key ON patient_key.given = given_death.patient_id
    LEFT JOIN date_text
        ON date_text.given = given_death.death_date
)
SELECT
    table_number,
    source_row,
    patient_id,
    death_date,
    CASE WHEN reason IS NULL THEN 'used' ELSE 'rejected' END AS fate,
    reason
FROM typed
