-- response: one row per cohort patient.
-- Key: patient_id.
-- Columns: patient_id, assessments (days judged), response_date (NULL when none).
-- Rule: the first day on which the response is met and the next assessment within confirm_days
-- does not contradict it; a single assessment counts when there is no further one.
CREATE OR REPLACE TABLE response AS
WITH with_next AS (
    SELECT
        *,
        LEAD(judged_date) OVER by_day AS next_date,
        LEAD(met) OVER by_day AS next_met
    FROM response_assessment
    WINDOW by_day AS (PARTITION BY patient_id ORDER BY judged_date)
),
judged AS (
    SELECT
        with_next.patient_id,
        COUNT(*) AS assessments,
        MIN(
            CASE
                WHEN with_next.met
                    AND (
                        with_next.next_date IS NULL
                        OR with_next.next_met
                        OR DATE_DIFF('day', with_next.judged_date, with_next.next_date)
                        > study_setting.confirm_days
                    )
                    THEN with_next.judged_date
            END
        ) AS response_date
    FROM with_next
    CROSS JOIN study_setting
    GROUP BY with_next.patient_id
)
SELECT
    cohort.patient_id,
    COALESCE(judged.assessments, 0) AS assessments,
    judged.response_date
FROM cohort
LEFT JOIN judged ON judged.patient_id = cohort.patient_id
