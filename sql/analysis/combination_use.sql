-- combination_use: one row per cohort patient and combination of which every drug was used.
-- Key: patient_id, combination.
-- Columns: patient_id, combination, overlap_days (days of a combination era inside the exposure
-- window), given (simultaneous, or sequential: without such a day).
-- Rule: combination eras clipped to the exposure window and added up.
CREATE OR REPLACE TABLE combination_use AS
WITH shared AS (
    SELECT
        exposure_window.patient_id,
        combination_era.combination,
        SUM(
            DATE_DIFF(
                'day',
                GREATEST(combination_era.era_start, exposure_window.window_start),
                LEAST(combination_era.era_end, exposure_window.window_end)
            )
        ) AS overlap_days
    FROM exposure_window
    INNER JOIN combination_era
        ON combination_era.patient_id = exposure_window.patient_id
        AND combination_era.era_start < exposure_window.window_end
        AND combination_era.era_end > exposure_window.window_start
    GROUP BY exposure_window.patient_id, combination_era.combination
),
of_all_drugs AS (
    SELECT drug_use.patient_id, combination.combination
    FROM combination
    INNER JOIN drug_use
        ON drug_use.used
        AND drug_use.drug IN (
            combination.first_drug, combination.second_drug, combination.third_drug
        )
    GROUP BY drug_use.patient_id, combination.combination, combination.third_drug
    HAVING COUNT(*) = CASE WHEN combination.third_drug IS NULL THEN 2 ELSE 3 END
)
SELECT
    COALESCE(of_all_drugs.patient_id, shared.patient_id) AS patient_id,
    COALESCE(of_all_drugs.combination, shared.combination) AS combination,
    CAST(COALESCE(shared.overlap_days, 0) AS BIGINT) AS overlap_days,
    CASE WHEN shared.overlap_days > 0 THEN 'simultaneous' ELSE 'sequential' END AS given
FROM of_all_drugs
FULL OUTER JOIN shared
    ON shared.patient_id = of_all_drugs.patient_id
    AND shared.combination = of_all_drugs.combination
