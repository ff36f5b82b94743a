-- eligibility: one row per patient of the extract and criterion.
-- Key: patient_id, step.
-- Columns: patient_id, step, met.
-- Rule: step 1 to 3 are a usable record, a drug of entry, a first start inside the period and
-- under observation; the study's own criteria follow. A criterion that cannot be judged is not
-- met: a censored result must lie beyond the limit whatever it was.
CREATE OR REPLACE TABLE eligibility AS
WITH listed AS (
    SELECT DISTINCT patient_id FROM patient_checked WHERE patient_id IS NOT NULL
),
usable AS (
    SELECT listed.patient_id, 1 AS step, patient.patient_id IS NOT NULL AS met
    FROM listed
    LEFT JOIN patient ON patient.patient_id = listed.patient_id
),
entered AS (
    SELECT patient.patient_id, 2 AS step, entry.patient_id IS NOT NULL AS met
    FROM patient
    LEFT JOIN entry ON entry.patient_id = patient.patient_id
),
inside_period AS (
    SELECT
        entry.patient_id,
        3 AS step,
        entry.index_date >= study_setting.period_start
            AND entry.index_date < study_setting.period_end
            AND entry.observed_from IS NOT NULL AS met
    FROM entry
    CROSS JOIN study_setting
),
with_diagnosis AS (
    SELECT DISTINCT entry.patient_id, eligibility_criterion.step
    FROM entry
    INNER JOIN eligibility_criterion ON eligibility_criterion.kind = 'diagnosis'
    INNER JOIN diagnosis
        ON diagnosis.patient_id = entry.patient_id
        AND diagnosis.concept = eligibility_criterion.concept
        AND diagnosis.diagnosis_date <= entry.index_date
        AND (
            eligibility_criterion.from_day IS NULL
            OR diagnosis.diagnosis_date >= entry.index_date + eligibility_criterion.from_day
        )
),
with_procedure AS (
    SELECT DISTINCT entry.patient_id, eligibility_criterion.step
    FROM entry
    INNER JOIN eligibility_criterion ON eligibility_criterion.kind = 'no_procedure'
    INNER JOIN procedure
        ON procedure.patient_id = entry.patient_id
        AND procedure.concept = eligibility_criterion.concept
        AND procedure.procedure_date <= entry.index_date
),
judged AS (
    SELECT
        entry.patient_id,
        eligibility_criterion.step,
        CASE eligibility_criterion.kind
            WHEN 'age'
                THEN DATE_DIFF('day', patient.birth_date, entry.index_date)
                    >= eligibility_criterion.min_value * 365.25
            WHEN 'observed'
                THEN DATE_DIFF('day', entry.observed_from, entry.index_date)
                    >= eligibility_criterion.min_value
            WHEN 'diagnosis' THEN with_diagnosis.patient_id IS NOT NULL
            WHEN 'no_procedure' THEN with_procedure.patient_id IS NULL
            WHEN 'lab'
                THEN baseline_lab.value IS NOT NULL
                    AND (
                        eligibility_criterion.min_value IS NULL
                        OR baseline_lab.at_least >= eligibility_criterion.min_value
                    )
                    AND (
                        eligibility_criterion.max_value IS NULL
                        OR baseline_lab.at_most <= eligibility_criterion.max_value
                    )
        END AS met
    FROM entry
    INNER JOIN patient ON patient.patient_id = entry.patient_id
    CROSS JOIN eligibility_criterion
    LEFT JOIN with_diagnosis
        ON with_diagnosis.patient_id = entry.patient_id
        AND with_diagnosis.step = eligibility_criterion.step
    LEFT JOIN with_procedure
        ON with_procedure.patient_id = entry.patient_id
        AND with_procedure.step = eligibility_criterion.step
    LEFT JOIN baseline_lab
        ON baseline_lab.patient_id = entry.patient_id
        AND baseline_lab.test = eligibility_criterion.concept
        AND baseline_lab.from_day = eligibility_criterion.from_day
)
SELECT patient_id, step, met FROM usable
UNION ALL
SELECT patient_id, step, met FROM entered
UNION ALL
SELECT patient_id, step, met FROM inside_period
UNION ALL
SELECT patient_id, step, COALESCE(met, FALSE) AS met FROM judged
