-- mapped_observation_period: one row per row of the hospital's tables of observation, or per period
-- made of its records.
-- Key: table_number, source_row (0 and a running number for periods made of records).
-- Columns: table_number, source_row, patient_id, start_date, end_date (last day observed), is_open
-- (it was said to end in the future), fate (used, rejected), reason.
-- Rule: where observation is taken from records, it runs from a patient's first record to the last,
-- and parts where none is found for longer than the mapping allows; death ends it. One that goes on
-- into the future, of the day on which it is mapped, ends with the data: the last record, or end of
-- another.
CREATE OR REPLACE TABLE mapped_observation_period AS
WITH stepped AS (
    SELECT
        record_day.patient_id,
        record_day.record_date,
        CASE
            WHEN
                DATE_DIFF(
                    'day',
                    LAG(record_day.record_date) OVER (
                        PARTITION BY record_day.patient_id ORDER BY record_day.record_date
                    ),
                    record_day.record_date
                ) <= mapping_setting.gap_days THEN 0
            ELSE 1
        END AS starts
    FROM record_day
    CROSS JOIN mapping_setting
    WHERE mapping_setting.observed_from_records
),
numbered AS (
    SELECT
        patient_id,
        record_date,
        SUM(starts) OVER (
            PARTITION BY patient_id
            ORDER BY record_date
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS period_number
    FROM stepped
),
death AS (
    SELECT patient_id, MIN(death_date) AS death_date
    FROM mapped_patient
    WHERE fate = 'used'
    GROUP BY patient_id
),
spanned AS (
    SELECT patient_id, MIN(record_date) AS start_date, MAX(record_date) AS end_date
    FROM numbered
    GROUP BY patient_id, period_number
    UNION ALL
    SELECT record_span.patient_id, record_span.first_date, record_span.last_date
    FROM record_span
    INNER JOIN mapping_setting
        ON mapping_setting.observed_from_records AND mapping_setting.gap_days IS NULL
),
from_records AS (
    SELECT
        spanned.patient_id,
        spanned.start_date,
        LEAST(spanned.end_date, death.death_date) AS end_date
    FROM spanned
    LEFT JOIN death ON death.patient_id = spanned.patient_id
),
from_table AS (
    SELECT
        given_observation_period.table_number,
        given_observation_period.source_row,
        patient_key.patient_id,
        start_text.day AS start_date,
        end_text.day AS end_date,
        CASE
            WHEN patient_key.patient_id IS NULL THEN 'missing_patient_id'
            WHEN start_text.day IS NULL THEN COALESCE(start_text.problem, 'missing_date')
            WHEN end_text.day IS NULL THEN COALESCE(end_text.problem, 'missing_date')
        END AS reason
    FROM given_observation_period
    LEFT JOIN patient_key ON patient_key.given = given_observation_period.patient_id
    LEFT JOIN date_text AS start_text
        ON start_text.given = given_observation_period.start_date
    LEFT JOIN date_text AS end_text
        ON end_text.given = given_observation_period.end_date
),
given AS (
    SELECT
        0 AS table_number,
        ROW_NUMBER() OVER (ORDER BY patient_id, start_date) AS source_row,
        patient_id,
        start_date,
        end_date,
        NULL AS reason
    FROM from_records
    WHERE end_date >= start_date
    UNION ALL
    SELECT table_number, source_row, patient_id, start_date, end_date, reason
    FROM from_table
),
last_day AS (
    SELECT last_date FROM record_span
    UNION ALL
    SELECT end_date FROM given
),
data_end AS (
    SELECT MAX(last_day.last_date) AS last_date
    FROM last_day
    CROSS JOIN mapping_setting
    WHERE last_day.last_date <= mapping_setting.today
)
SELECT
    given.table_number,
    given.source_row,
    given.patient_id,
    given.start_date,
    CASE
        WHEN given.end_date > mapping_setting.today
            THEN COALESCE(data_end.last_date, given.end_date)
        ELSE given.end_date
    END AS end_date,
    COALESCE(given.end_date > mapping_setting.today, FALSE) AS is_open,
    CASE WHEN given.reason IS NULL THEN 'used' ELSE 'rejected' END AS fate,
    given.reason
FROM given
CROSS JOIN data_end
CROSS JOIN mapping_setting
