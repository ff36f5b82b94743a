-- response_assessment: one row per cohort patient and day on which the response is judged.
-- Key: patient_id, judged_date.
-- Columns: patient_id, judged_date, met (every component met).
-- Rule: a day with a result of any test of the outcome, from from_day on and within follow-up.
-- A component is its latest value within component_days up to that day; it is met when any of
-- its criteria is. A day on which a component has no such value is not an assessment, nor is one
-- on which a censored value cannot tell: below 0.5, "<0.15" is met, ">=0.5" is not, "<1.0" may be.
-- A baseline that is censored is its bound.
CREATE OR REPLACE TABLE response_assessment AS
WITH outcome_test AS (
    SELECT DISTINCT component, test FROM outcome_criterion
),
judged_day AS (
    SELECT DISTINCT cohort.patient_id, lab_day.sample_date AS judged_date
    FROM cohort
    CROSS JOIN study_setting
    INNER JOIN lab_day
        ON lab_day.patient_id = cohort.patient_id
        AND lab_day.sample_date >= cohort.index_date + study_setting.outcome_from_day
        AND lab_day.sample_date < cohort.exit_date
    INNER JOIN outcome_test ON outcome_test.test = lab_day.test
),
component_day AS (
    SELECT
        judged_day.patient_id,
        judged_day.judged_date,
        outcome_test.component,
        lab_day.test,
        lab_day.at_least,
        lab_day.at_most,
        lab_day.reference_low,
        lab_day.reference_high
    FROM judged_day
    CROSS JOIN study_setting
    INNER JOIN lab_day
        ON lab_day.patient_id = judged_day.patient_id
        AND lab_day.sample_date <= judged_day.judged_date
        AND lab_day.sample_date >= judged_day.judged_date - study_setting.component_days
    INNER JOIN outcome_test ON outcome_test.test = lab_day.test
    QUALIFY
        RANK() OVER (
            PARTITION BY
                judged_day.patient_id, judged_day.judged_date, outcome_test.component
            ORDER BY lab_day.sample_date DESC
        ) = 1
),
component_met AS (
    SELECT
        component_day.patient_id,
        component_day.judged_date,
        component_day.component,
        MAX(
            CASE outcome_criterion.rule
                WHEN 'below'
                    THEN CASE
                        WHEN component_day.at_most < outcome_criterion.value THEN 2
                        WHEN component_day.at_least < outcome_criterion.value THEN 1
                        ELSE 0
                    END
                WHEN 'ratio_to_baseline'
                    THEN CASE
                        WHEN component_day.at_most
                            <= outcome_criterion.value * baseline_lab.value THEN 2
                        WHEN component_day.at_least
                            <= outcome_criterion.value * baseline_lab.value THEN 1
                        ELSE 0
                    END
                WHEN 'within_reference'
                    THEN CASE
                        WHEN component_day.at_most <= component_day.reference_high
                            AND component_day.at_least
                            >= COALESCE(component_day.reference_low, 0) THEN 2
                        WHEN component_day.at_least <= component_day.reference_high
                            AND component_day.at_most
                            >= COALESCE(component_day.reference_low, 0) THEN 1
                        ELSE 0
                    END
            END
        ) AS no_maybe_yes
    FROM component_day
    CROSS JOIN study_setting
    INNER JOIN outcome_criterion
        ON outcome_criterion.component = component_day.component
        AND outcome_criterion.test = component_day.test
    LEFT JOIN baseline_lab
        ON baseline_lab.patient_id = component_day.patient_id
        AND baseline_lab.test = component_day.test
        AND baseline_lab.from_day = study_setting.baseline_from_day
    GROUP BY
        component_day.patient_id, component_day.judged_date, component_day.component
),
component_count AS (
    SELECT COUNT(DISTINCT component) AS components FROM outcome_criterion
)
SELECT
    component_met.patient_id,
    component_met.judged_date,
    MIN(component_met.no_maybe_yes) = 2 AS met
FROM component_met
CROSS JOIN component_count
WHERE component_met.no_maybe_yes <> 1
GROUP BY component_met.patient_id, component_met.judged_date, component_count.components
HAVING COUNT(*) = component_count.components
