-- patient_identifier: one row per identifier of a patient as any table of the hospital gives it.
-- Key: given.
-- Columns: given (as it stands in the tables), identifier (cleaned).
-- Rule: full-width figures become plain, blanks inside and outside go, and a label before a colon that
-- names no kind of number (ID:000123; not 门诊:000123), and leading zeros where the mapping says that
-- some tables lost them.
CREATE OR REPLACE TABLE patient_identifier AS
WITH every_identifier AS (
    SELECT patient_id AS given FROM given_patient
    UNION
    SELECT patient_id FROM given_patient_link
    UNION
    SELECT same_as FROM given_patient_link
    UNION
    SELECT patient_id FROM given_death
    UNION
    SELECT patient_id FROM given_encounter
    UNION
    SELECT patient_id FROM given_observation_period
    UNION
    SELECT patient_id FROM given_prescription
    UNION
    SELECT patient_id FROM given_lab
    UNION
    SELECT patient_id FROM given_diagnosis
    UNION
    SELECT patient_id FROM given_procedure
    UNION
    SELECT patient_id FROM given_biopsy
    UNION
    SELECT patient_id FROM given_assessment
),
plain AS (
    SELECT
        given,
        REGEXP_REPLACE(
            REPLACE(
                REPLACE(TRANSLATE(given, '０１２３４５６７８９', '0123456789'), ' ', ''), '　', ''
            ),
            '^([iI][dD]|[nN][oO][.]?|编号)[:：]',
            ''
        ) AS identifier
    FROM every_identifier
    WHERE given <> ''
)
SELECT
    plain.given,
    CASE
        WHEN mapping_setting.drop_leading_zeros AND LTRIM(plain.identifier, '0') <> ''
            THEN LTRIM(plain.identifier, '0')
        ELSE plain.identifier
    END AS identifier
FROM plain
CROSS JOIN mapping_setting
