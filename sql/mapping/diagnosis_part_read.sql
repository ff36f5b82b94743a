-- diagnosis_part_read: one row per row of the hospital's tables of diagnoses and part of its text.
-- Key: table_number, source_row, part.
-- Columns: table_number, source_row, part, patient_id, concept, diagnosis_date, is_asserted (not
-- ruled out, doubted, of the family or of the past), is_empty (neither words nor code), reason (why
-- the row cannot be used).
-- Rule: a code of the systemic disease's kidney chapter counts only where the same patient has the
-- disease it needs. A diagnosis without a day is of the first day of its stay or visit.
CREATE OR REPLACE TABLE diagnosis_part_read AS
WITH numbered AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY content ORDER BY table_number, source_row) AS copy_number
    FROM given_diagnosis
),
first_day AS (
    SELECT patient_id, encounter_id, MIN(start_date) AS start_date
    FROM stay
    WHERE fate = 'used' AND encounter_id <> ''
    GROUP BY patient_id, encounter_id
),
typed AS (
    SELECT
        numbered.table_number,
        numbered.source_row,
        diagnosis_text.part,
        patient_key.patient_id,
        diagnosis_text.concept,
        diagnosis_text.needs,
        CASE
            WHEN numbered.diagnosis_date IS NULL THEN first_day.start_date
            ELSE date_text.day
        END AS diagnosis_date,
        diagnosis_text.is_asserted,
        diagnosis_text.name = '' AND diagnosis_text.code = '' AS is_empty,
        CASE
            WHEN patient_key.patient_id IS NULL THEN 'missing_patient_id'
            WHEN diagnosis_text.name = '' AND diagnosis_text.code = '' THEN NULL
            WHEN numbered.copy_number > 1 THEN 'copy_of_a_row'
            WHEN numbered.diagnosis_date IS NULL AND first_day.start_date IS NULL THEN 'missing_date'
            WHEN numbered.diagnosis_date IS NOT NULL AND date_text.day IS NULL THEN date_text.problem
        END AS reason
    FROM numbered
    LEFT JOIN patient_key ON patient_key.given = numbered.patient_id
    LEFT JOIN diagnosis_text
        ON diagnosis_text.given = numbered.diagnosis
    LEFT JOIN date_text
        ON date_text.given = numbered.diagnosis_date
    LEFT JOIN first_day
        ON first_day.patient_id = patient_key.patient_id
        AND first_day.encounter_id = numbered.encounter_id
),
asserted AS (
    SELECT DISTINCT patient_id, concept
    FROM typed
    WHERE is_asserted AND reason IS NULL AND needs IS NULL
)
SELECT
    typed.table_number,
    typed.source_row,
    typed.part,
    typed.patient_id,
    CASE
        WHEN typed.needs IS NULL OR asserted.concept IS NOT NULL THEN typed.concept
    END AS concept,
    typed.diagnosis_date,
    typed.is_asserted,
    typed.is_empty,
    typed.reason
FROM typed
LEFT JOIN asserted
    ON asserted.patient_id = typed.patient_id AND asserted.concept = typed.needs
