-- dose_day: one row per cohort patient, covariate of a dose, and day of its window with a supply.
-- Key: patient_id, covariate, day.
-- Columns: patient_id, covariate, day (from the index date, below 0); oral_mg (NULL = no oral supply,
-- or none of known dose), pulse_mg (NULL = no pulse of known dose), in mg of the covariate's
-- drug; oral_unknown, pulse_unknown (whether a dose of that day is not known).
-- Rule: every drug that has an equivalence to the covariate's drug counts, as_mg for mg, by the dose
-- that was given; supplies of one day add. A pulse counts on its own day.
CREATE OR REPLACE TABLE dose_day AS
WITH equivalent AS (
    SELECT
        cohort.patient_id,
        cohort.index_date,
        dose_equivalence.as_drug,
        prescription_checked.supply_start,
        CASE
            WHEN prescription_checked.is_pulse THEN prescription_checked.supply_start + 1
            ELSE prescription_checked.supply_end
        END AS supply_end,
        prescription_checked.is_pulse,
        CAST(
            ROUND(
                CASE
                    WHEN prescription_checked.is_pulse
                        THEN prescription_checked.pulse_dose_given_mg
                    ELSE prescription_checked.daily_dose_given_mg
                END * dose_equivalence.as_mg / dose_equivalence.mg,
                4
            ) AS DECIMAL(16, 4)
        ) AS dose_mg
    FROM cohort
    INNER JOIN prescription_checked
        ON prescription_checked.patient_id = cohort.patient_id
        AND prescription_checked.supply_start < cohort.index_date
    INNER JOIN dose_equivalence ON dose_equivalence.drug = prescription_checked.drug_given
    WHERE prescription_checked.in_scope AND prescription_checked.reason IS NULL
)
SELECT
    equivalent.patient_id,
    dose_window.covariate,
    dose_window.day,
    SUM(CASE WHEN NOT equivalent.is_pulse THEN equivalent.dose_mg END) AS oral_mg,
    SUM(CASE WHEN equivalent.is_pulse THEN equivalent.dose_mg END) AS pulse_mg,
    MAX(CASE WHEN NOT equivalent.is_pulse AND equivalent.dose_mg IS NULL THEN 1 ELSE 0 END) = 1
        AS oral_unknown,
    MAX(CASE WHEN equivalent.is_pulse AND equivalent.dose_mg IS NULL THEN 1 ELSE 0 END) = 1
        AS pulse_unknown
FROM equivalent
INNER JOIN dose_window
    ON dose_window.as_drug = equivalent.as_drug
    AND equivalent.supply_start <= equivalent.index_date + dose_window.day
    AND equivalent.supply_end > equivalent.index_date + dose_window.day
GROUP BY equivalent.patient_id, dose_window.covariate, dose_window.day
