-- mapped_patient: one row per row of the hospital's patient tables.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, patient_id, sex, birth_date, death_date, birth_assumed (a day
-- or month of birth was filled in), fate (used, rejected, out_of_scope), reason.
-- Rule: a year of birth alone means 1 July, a year and month the 15th. Copies count once; further
-- rows of a patient (also under a linked identifier) are merged into the first when sex and birth
-- do not differ, and stand for themselves when they do: intake rejects a patient of two births. Where
-- only ages are given, the birth is the median of what they tell; an age that is off by more than 400
-- days differs. Of several days of death, also of a table of deaths, the first counts.
CREATE OR REPLACE TABLE mapped_patient AS
WITH typed AS (
    SELECT
        given_patient.table_number,
        given_patient.source_row,
        patient_key.patient_id,
        COALESCE(patient_key.is_linked, FALSE) AS is_linked,
        sex_text.sex,
        birth_text.problem AS birth_problem,
        death_text.problem AS death_problem,
        COALESCE(
            birth_text.day,
            TRY_CAST(
                CONCAT(
                    given_patient.birth_year,
                    '-',
                    CASE
                        WHEN given_patient.birth_month = '' THEN '07'
                        ELSE given_patient.birth_month
                    END,
                    '-',
                    CASE
                        WHEN given_patient.birth_day <> '' THEN given_patient.birth_day
                        WHEN given_patient.birth_month <> '' THEN '15'
                        ELSE '01'
                    END
                ) AS DATE
            )
        ) AS birth_date,
        seen_text.day - age_text.days AS birth_by_age,
        birth_text.day IS NULL AND given_patient.birth_day = '' AS birth_assumed,
        death_text.day AS death_date,
        given_patient.content
    FROM given_patient
    LEFT JOIN patient_key ON patient_key.given = given_patient.patient_id
    LEFT JOIN sex_text
        ON sex_text.given = given_patient.sex
    LEFT JOIN date_text AS birth_text
        ON birth_text.given = given_patient.birth_date
    LEFT JOIN age_text
        ON age_text.given = given_patient.age
    LEFT JOIN date_text AS seen_text
        ON seen_text.given = given_patient.seen_date
    LEFT JOIN date_text AS death_text
        ON death_text.given = given_patient.death_date
),
ordered AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY patient_id
            ORDER BY CASE WHEN is_linked THEN 1 ELSE 0 END, table_number, source_row
        ) AS row_of_patient,
        ROW_NUMBER() OVER (
            PARTITION BY patient_id, content ORDER BY table_number, source_row
        ) AS copy_number
    FROM typed
),
first_death AS (
    SELECT patient_id, MIN(death_date) AS death_date
    FROM death_day
    WHERE fate = 'used'
    GROUP BY patient_id
),
of_patient AS (
    SELECT
        patient_id,
        ARG_MIN(sex, row_of_patient) FILTER (WHERE sex IS NOT NULL) AS sex,
        COALESCE(
            ARG_MIN(birth_date, row_of_patient) FILTER (WHERE birth_date IS NOT NULL),
            DATE '1900-01-01' + CAST(
                ROUND(MEDIAN(DATE_DIFF('day', DATE '1900-01-01', birth_by_age))) AS INTEGER
            )
        ) AS birth_date,
        MIN(death_date) AS death_date
    FROM ordered
    WHERE patient_id IS NOT NULL
    GROUP BY patient_id
),
aged AS (
    SELECT
        ordered.*,
        CASE
            WHEN ABS(DATE_DIFF('day', ordered.birth_by_age, of_patient.birth_date)) > 400
                THEN ordered.birth_by_age
        END AS birth_of_another_age
    FROM ordered
    LEFT JOIN of_patient ON of_patient.patient_id = ordered.patient_id
),
judged AS (
    SELECT
        ordered.table_number,
        ordered.source_row,
        ordered.patient_id,
        COALESCE(ordered.sex, of_patient.sex) AS sex,
        COALESCE(
            ordered.birth_date, ordered.birth_of_another_age, of_patient.birth_date
        ) AS birth_date,
        LEAST(of_patient.death_date, first_death.death_date) AS death_date,
        ordered.birth_assumed AND of_patient.birth_date IS NOT NULL AS birth_assumed,
        CASE
            WHEN ordered.patient_id IS NULL THEN 'missing_patient_id'
            WHEN ordered.copy_number > 1 THEN 'copy_of_a_row'
            WHEN ordered.birth_problem IS NOT NULL THEN CONCAT('birth_', ordered.birth_problem)
            WHEN ordered.death_problem IS NOT NULL THEN CONCAT('death_', ordered.death_problem)
        END AS reason,
        ordered.row_of_patient > 1
            AND COALESCE(ordered.sex = of_patient.sex, TRUE)
            AND COALESCE(ordered.birth_date = of_patient.birth_date, TRUE)
            AND ordered.birth_of_another_age IS NULL AS is_merged
    FROM aged AS ordered
    LEFT JOIN of_patient ON of_patient.patient_id = ordered.patient_id
    LEFT JOIN first_death ON first_death.patient_id = ordered.patient_id
)
SELECT
    table_number,
    source_row,
    patient_id,
    sex,
    birth_date,
    death_date,
    birth_assumed,
    CASE
        WHEN reason IS NOT NULL THEN 'rejected'
        WHEN is_merged THEN 'out_of_scope'
        ELSE 'used'
    END AS fate,
    CASE
        WHEN reason IS NOT NULL THEN reason
        WHEN is_merged THEN 'merged_into_one_patient'
    END AS reason
FROM judged
