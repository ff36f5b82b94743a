-- baseline_lab: one row per entered patient, test and look-back window of the study.
-- Key: patient_id, test, from_day.
-- Columns: patient_id, test, from_day, sample_date, value, at_least, at_most (unit of the test),
-- censored, source (the test that was measured).
-- Rule: the latest result in [index date + from_day, index date], the index day included. Of a
-- censored one the bound is the value.
CREATE OR REPLACE TABLE baseline_lab AS
SELECT
    entry.patient_id,
    lab_day.test,
    lab_window.from_day,
    lab_day.sample_date,
    lab_day.value,
    lab_day.at_least,
    lab_day.at_most,
    lab_day.censored,
    lab_day.source
FROM entry
INNER JOIN lab_day ON lab_day.patient_id = entry.patient_id
INNER JOIN lab_window
    ON lab_window.test = lab_day.test
    AND lab_day.sample_date >= entry.index_date + lab_window.from_day
    AND lab_day.sample_date <= entry.index_date
QUALIFY
    ROW_NUMBER() OVER (
        PARTITION BY entry.patient_id, lab_day.test, lab_window.from_day
        ORDER BY lab_day.sample_date DESC
    ) = 1
