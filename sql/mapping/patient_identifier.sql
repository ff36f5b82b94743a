-- patient_identifier: one row per identifier of a patient as any table of the hospital gives it.
-- Key: given.
-- Columns: given (number of its text), identifier (cleaned).
-- Rule: full-width figures become plain, blanks inside and outside go, and a label before a colon that
-- names no kind of number (ID:000123; not 门诊:000123), and leading zeros where the mapping says that
-- some tables lost them.
CREATE OR REPLACE TABLE patient_identifier AS
WITH plain AS (
    SELECT
        given,
        REGEXP_REPLACE(
            REPLACE(
                REPLACE(TRANSLATE(text, '０１２３４５６７８９', '0123456789'), ' ', ''), '　', ''
            ),
            '^([iI][dD]|[nN][oO][.]?|编号)[:：]',
            ''
        ) AS identifier
    FROM patient_text
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
