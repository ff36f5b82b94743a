-- person_time: one row per cohort patient and stretch of follow-up of constant exposure.
-- Key: patient_id, start_day.
-- Columns: patient_id, start_day, stop_day (days from the index date; [start_day, stop_day)),
-- exposed (the exposure drug was started on or before start_day), event (at stop_day, as in
-- analysis_set).
-- Rule: once started, exposed for good; follow-up before the start is unexposed, so that time
-- waited for the drug is not credited to it.
CREATE OR REPLACE TABLE person_time AS
WITH first_use AS (
    SELECT drug_use.patient_id, drug_use.first_day
    FROM drug_use
    INNER JOIN exposure_setting ON exposure_setting.drug = drug_use.drug
),
stretch AS (
    SELECT
        analysis_set.patient_id,
        0 AS start_day,
        LEAST(analysis_set.time_days, COALESCE(first_use.first_day, analysis_set.time_days))
            AS stop_day,
        FALSE AS exposed,
        analysis_set.time_days,
        analysis_set.event
    FROM analysis_set
    INNER JOIN first_use ON first_use.patient_id = analysis_set.patient_id
    UNION ALL
    SELECT
        analysis_set.patient_id,
        first_use.first_day,
        analysis_set.time_days,
        TRUE,
        analysis_set.time_days,
        analysis_set.event
    FROM analysis_set
    INNER JOIN first_use ON first_use.patient_id = analysis_set.patient_id
    WHERE first_use.first_day IS NOT NULL
)
SELECT
    patient_id,
    start_day,
    stop_day,
    exposed,
    CASE WHEN stop_day = time_days THEN event ELSE 0 END AS event
FROM stretch
WHERE stop_day > start_day
