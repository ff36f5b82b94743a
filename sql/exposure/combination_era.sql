-- combination_era: one row per stretch of days on which a patient is in an era of both drugs.
-- Key: patient_id, combination, era_start.
-- Columns: patient_id, combination, era_start, era_end (exclusive), overlap_days.
-- Rule: the intersection of two eras, kept when it lasts the combination's min_overlap_days.
CREATE OR REPLACE TABLE combination_era AS
WITH shared AS (
    SELECT
        first_era.patient_id,
        combination.combination,
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
)
SELECT
    patient_id,
    combination,
    era_start,
    era_end,
    DATE_DIFF('day', era_start, era_end) AS overlap_days
FROM shared
WHERE DATE_DIFF('day', era_start, era_end) >= min_overlap_days
