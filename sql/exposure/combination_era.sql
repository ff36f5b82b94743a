-- combination_era: one row per stretch of days on which a patient is in an era of every drug.
-- Key: patient_id, combination, era_start.
-- Columns: patient_id, combination, era_start, era_end (exclusive), overlap_days.
-- Rule: the intersection of two or three eras, kept when it lasts min_overlap_days.
CREATE OR REPLACE TABLE combination_era AS
WITH of_two AS (
    SELECT
        first_era.patient_id,
        combination.combination,
        combination.third_drug,
        combination.min_overlap_days,
        GREATEST(first_era.era_start, second_era.era_start) AS era_start,
        LEAST(first_era.era_end, second_era.era_end) AS era_end
    FROM combination
    INNER JOIN drug_era AS first_era ON first_era.drug = combination.first_drug
    INNER JOIN drug_era AS second_era
        ON second_era.drug = combination.second_drug
        AND second_era.patient_id = first_era.patient_id
        AND second_era.era_start < first_era.era_end
        AND second_era.era_end > first_era.era_start
),
of_all AS (
    SELECT patient_id, combination, min_overlap_days, era_start, era_end
    FROM of_two
    WHERE third_drug IS NULL
    UNION ALL
    SELECT
        of_two.patient_id,
        of_two.combination,
        of_two.min_overlap_days,
        GREATEST(of_two.era_start, third_era.era_start),
        LEAST(of_two.era_end, third_era.era_end)
    FROM of_two
    INNER JOIN drug_era AS third_era
        ON third_era.drug = of_two.third_drug
        AND third_era.patient_id = of_two.patient_id
        AND third_era.era_start < of_two.era_end
        AND third_era.era_end > of_two.era_start
)
SELECT
    patient_id,
    combination,
    era_start,
    era_end,
    DATE_DIFF('day', era_start, era_end) AS overlap_days
FROM of_all
WHERE DATE_DIFF('day', era_start, era_end) >= min_overlap_days
