-- control_outcome: one row per cohort patient and negative-control outcome of the study.
-- Key: patient_id, source, concept.
-- Columns: patient_id, source (diagnosis or procedure), concept, known_before (recorded on or
-- before the index date), first_day (of the first record within follow-up, from the index date;
-- NULL when there is none).
-- Rule: follow-up is [index_date, exit_date); a record of the index date is known before it.
CREATE OR REPLACE TABLE control_outcome AS
WITH recorded AS (
    SELECT 'diagnosis' AS source, patient_id, concept, diagnosis_date AS record_date
    FROM diagnosis
    UNION ALL
    SELECT 'procedure', patient_id, concept, procedure_date FROM procedure
),
summed AS (
    SELECT
        cohort.patient_id,
        recorded.source,
        recorded.concept,
        MIN(recorded.record_date) <= MIN(cohort.index_date) AS known_before,
        MIN(
            CASE
                WHEN recorded.record_date > cohort.index_date
                    AND recorded.record_date < cohort.exit_date
                    THEN DATE_DIFF('day', cohort.index_date, recorded.record_date)
            END
        ) AS first_day
    FROM cohort
    INNER JOIN recorded ON recorded.patient_id = cohort.patient_id
    INNER JOIN negative_control_outcome
        ON negative_control_outcome.source = recorded.source
        AND negative_control_outcome.concept = recorded.concept
    GROUP BY cohort.patient_id, recorded.source, recorded.concept
)
SELECT
    cohort.patient_id,
    negative_control_outcome.source,
    negative_control_outcome.concept,
    COALESCE(summed.known_before, FALSE) AS known_before,
    summed.first_day
FROM cohort
CROSS JOIN negative_control_outcome
LEFT JOIN summed
    ON summed.patient_id = cohort.patient_id
    AND summed.source = negative_control_outcome.source
    AND summed.concept = negative_control_outcome.concept
