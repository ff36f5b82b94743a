-- attrition: one row per step from the extract to the cohort.
-- Key: step.
-- Columns: step, criterion, label, before, excluded, after (patients).
-- Rule: a patient leaves at the first step that is not met; after = before - excluded, and the
-- first before is the number of patients in the extract.
CREATE OR REPLACE TABLE attrition AS
WITH listed AS (
    SELECT DISTINCT patient_id FROM eligibility
),
first_failure AS (
    SELECT patient_id, MIN(step) AS step
    FROM eligibility
    WHERE NOT met
    GROUP BY patient_id
),
total AS (
    SELECT COUNT(*) AS patients FROM listed
),
leaving AS (
    SELECT
        attrition_step.step,
        attrition_step.criterion,
        attrition_step.label,
        COUNT(first_failure.patient_id) AS excluded
    FROM attrition_step
    LEFT JOIN first_failure ON first_failure.step = attrition_step.step
    GROUP BY attrition_step.step, attrition_step.criterion, attrition_step.label
),
running AS (
    SELECT
        leaving.*,
        SUM(leaving.excluded) OVER (
            ORDER BY leaving.step ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS excluded_so_far
    FROM leaving
)
SELECT
    running.step,
    running.criterion,
    running.label,
    CAST(total.patients - running.excluded_so_far + running.excluded AS BIGINT) AS before,
    CAST(running.excluded AS BIGINT) AS excluded,
    CAST(total.patients - running.excluded_so_far AS BIGINT) AS after
FROM running
CROSS JOIN total
