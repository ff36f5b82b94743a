-- control_use: one row per exposure window and negative-control drug of the study.
-- Key: patient_id, window_start, drug.
-- Columns: patient_id, window_start, drug, used (any day of supply within the window).
-- Rule: a drug that is no drug of the study has no rules of supply: each prescription counts from
-- its first day to its last, an intravenous one on its day.
CREATE OR REPLACE TABLE control_use AS
WITH taken AS (
    SELECT DISTINCT
        exposure_window.patient_id,
        exposure_window.window_start,
        prescription_checked.drug
    FROM exposure_window
    INNER JOIN prescription_checked
        ON prescription_checked.patient_id = exposure_window.patient_id
        AND prescription_checked.in_scope
        AND prescription_checked.reason IS NULL
        AND prescription_checked.supply_start < exposure_window.window_end
        AND prescription_checked.supply_end > exposure_window.window_start
)
SELECT
    exposure_window.patient_id,
    exposure_window.window_start,
    negative_control_drug.drug,
    taken.patient_id IS NOT NULL AS used
FROM exposure_window
CROSS JOIN negative_control_drug
LEFT JOIN taken
    ON taken.patient_id = exposure_window.patient_id
    AND taken.window_start = exposure_window.window_start
    AND taken.drug = negative_control_drug.drug
