-- cohort: one row per patient who meets every criterion.
-- Key: patient_id.
-- Columns: patient_id, index_date, exit_date (exclusive: follow-up is [index_date, exit_date)),
-- exit_reason (death, kidney_failure, observation_end, study_end, follow_up_end).
-- Rule: follow-up ends at the first of these (LEAST passes over what did not happen); on a shared
-- day the first named is the reason.
CREATE OR REPLACE TABLE cohort AS
WITH excluded AS (
    SELECT DISTINCT patient_id FROM eligibility WHERE NOT met
),
kidney_failure AS (
    SELECT entry.patient_id, MIN(procedure.procedure_date) AS failure_date
    FROM entry
    INNER JOIN procedure
        ON procedure.patient_id = entry.patient_id
        AND procedure.procedure_date > entry.index_date
    INNER JOIN kidney_failure_procedure ON kidney_failure_procedure.concept = procedure.concept
    GROUP BY entry.patient_id
),
possible_exit AS (
    SELECT
        entry.patient_id,
        entry.index_date,
        CASE
            WHEN patient.death_date < entry.index_date THEN entry.index_date
            ELSE patient.death_date
        END AS death,
        kidney_failure.failure_date AS kidney_failure,
        entry.observed_to AS observation_end,
        study_setting.period_end AS study_end,
        entry.index_date + study_setting.max_days AS follow_up_end
    FROM entry
    INNER JOIN patient ON patient.patient_id = entry.patient_id
    CROSS JOIN study_setting
    LEFT JOIN excluded ON excluded.patient_id = entry.patient_id
    LEFT JOIN kidney_failure ON kidney_failure.patient_id = entry.patient_id
    WHERE excluded.patient_id IS NULL
),
dated AS (
    SELECT
        *,
        LEAST(death, kidney_failure, observation_end, study_end, follow_up_end) AS exit_date
    FROM possible_exit
)
SELECT
    patient_id,
    index_date,
    exit_date,
    CASE exit_date
        WHEN death THEN 'death'
        WHEN kidney_failure THEN 'kidney_failure'
        WHEN observation_end THEN 'observation_end'
        WHEN study_end THEN 'study_end'
        ELSE 'follow_up_end'
    END AS exit_reason
FROM dated
