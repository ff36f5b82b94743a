-- trial_interval: one row per nested trial, patient who enters it and interval from its start on.
-- Key: patient_number, trial_day, start_day.
-- Columns: patient_number (rank of patient_id in the cohort, from 0), trial_day, start_day,
-- stop_day, event (at stop_day), started (on the exposure drug at trial_day, for the first time),
-- follows (at start_day still as at trial_day: in use where started, not begun otherwise).
-- Rule: a trial begins at every interval; it takes who is at risk at its start and was not on the
-- drug by the interval before. Empty when no analysis of the study asks for nested trials.
CREATE OR REPLACE TABLE trial_interval AS
WITH numbered AS (
    SELECT patient_id, ROW_NUMBER() OVER (ORDER BY patient_id) - 1 AS patient_number
    FROM analysis_set
),
exposed AS (
    SELECT exposure_so_far.patient_id, exposure_so_far.day, exposure_so_far.in_use
    FROM exposure_so_far
    INNER JOIN exposure_setting ON exposure_setting.drug = exposure_so_far.drug
    WHERE exposure_so_far.lag_days = 0
),
followed AS (
    SELECT
        CAST(numbered.patient_number AS INTEGER) AS patient_number,
        CAST(person_interval.start_day AS SMALLINT) AS start_day,
        CAST(person_interval.stop_day AS SMALLINT) AS stop_day,
        CAST(person_interval.event AS TINYINT) AS event,
        exposed.patient_id IS NOT NULL AS begun,
        COALESCE(exposed.in_use, FALSE) AS in_use,
        LAG(exposed.patient_id) OVER (
            PARTITION BY person_interval.patient_id ORDER BY person_interval.start_day
        ) IS NOT NULL AS begun_before
    FROM person_interval
    INNER JOIN numbered ON numbered.patient_id = person_interval.patient_id
    LEFT JOIN exposed
        ON exposed.patient_id = person_interval.patient_id
        AND exposed.day = person_interval.start_day
),
entered AS (
    SELECT followed.patient_number, followed.start_day AS trial_day, followed.begun AS started
    FROM followed
    INNER JOIN trial_start ON trial_start.day = followed.start_day
    WHERE NOT followed.begun_before
)
SELECT
    entered.patient_number,
    entered.trial_day,
    followed.start_day,
    followed.stop_day,
    followed.event,
    entered.started,
    CASE WHEN entered.started THEN followed.in_use ELSE NOT followed.begun END AS follows
FROM entered
INNER JOIN followed
    ON followed.patient_number = entered.patient_number
    AND followed.start_day >= entered.trial_day
