-- patient_checked: one row per row of the extract's patient table, usable or not.
-- Key: none (duplicates are what is looked for).
-- Columns: patient_id, sex, birth_date, death_date; reason (NULL when usable).
-- Rule: a second copy of the same row is a duplicate_row; one patient_id with rows that
-- differ is a conflicting_duplicate, and none of its rows is used.
CREATE OR REPLACE TABLE patient_checked AS
WITH typed AS (
    SELECT
        CAST(patient_id AS VARCHAR) AS patient_id,
        CAST(sex AS VARCHAR) AS sex,
        CAST(birth_date AS DATE) AS birth_date,
        CAST(death_date AS DATE) AS death_date
    FROM raw_patient
),
numbered AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY patient_id, sex, birth_date, death_date ORDER BY patient_id
        ) AS copy_number
    FROM typed
),
variants AS (
    SELECT patient_id, COUNT(*) AS variant_count
    FROM numbered
    WHERE copy_number = 1
    GROUP BY patient_id
)
SELECT
    numbered.patient_id,
    numbered.sex,
    numbered.birth_date,
    numbered.death_date,
    CASE
        WHEN numbered.patient_id IS NULL THEN 'missing_patient_id'
        WHEN variants.variant_count > 1 THEN 'conflicting_duplicate'
        WHEN numbered.copy_number > 1 THEN 'duplicate_row'
        WHEN numbered.sex IS NULL OR numbered.sex NOT IN ('female', 'male') THEN 'unknown_sex'
        WHEN numbered.birth_date IS NULL THEN 'missing_birth_date'
        WHEN numbered.birth_date > study_setting.today THEN 'date_in_the_future'
        WHEN numbered.death_date > study_setting.today THEN 'date_in_the_future'
        WHEN numbered.death_date < numbered.birth_date THEN 'death_before_birth'
    END AS reason
FROM numbered
LEFT JOIN variants ON variants.patient_id = numbered.patient_id
CROSS JOIN study_setting
