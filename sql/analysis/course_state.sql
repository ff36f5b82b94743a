-- course_state: one row per cohort patient and day at which the course of treatment is looked at.
-- Key: patient_id, day.
-- Columns: patient_id, day (from the index date), followed (day is before the exit), drug_bits
-- (sum of the bits of the drugs in an era on that day; 0 = none), daily_dose_mg (mg/day of the
-- exposure drug on that day; NULL = none, unknown or a pulse).
-- Rule: what holds on the day itself; after the exit there is no drug and no dose.
CREATE OR REPLACE TABLE course_state AS
WITH looked_at AS (
    SELECT
        cohort.patient_id,
        course_day.day,
        cohort.index_date + course_day.day AS on_date,
        cohort.index_date + course_day.day < cohort.exit_date AS followed
    FROM cohort
    CROSS JOIN course_day
),
in_era AS (
    SELECT looked_at.patient_id, looked_at.day, SUM(study_drug.drug_bit) AS drug_bits
    FROM looked_at
    INNER JOIN drug_era
        ON drug_era.patient_id = looked_at.patient_id
        AND drug_era.era_start <= looked_at.on_date
        AND drug_era.era_end > looked_at.on_date
    INNER JOIN study_drug ON study_drug.drug = drug_era.drug
    WHERE looked_at.followed
    GROUP BY looked_at.patient_id, looked_at.day
),
dosed AS (
    SELECT looked_at.patient_id, looked_at.day, dose_segment.daily_dose_mg
    FROM looked_at
    CROSS JOIN exposure_setting
    INNER JOIN dose_segment
        ON dose_segment.patient_id = looked_at.patient_id
        AND dose_segment.drug = exposure_setting.drug
        AND dose_segment.segment_start <= looked_at.on_date
        AND dose_segment.segment_end > looked_at.on_date
    WHERE looked_at.followed
)
SELECT
    looked_at.patient_id,
    looked_at.day,
    looked_at.followed,
    CAST(COALESCE(in_era.drug_bits, 0) AS INTEGER) AS drug_bits,
    CAST(dosed.daily_dose_mg AS DOUBLE) AS daily_dose_mg
FROM looked_at
LEFT JOIN in_era ON in_era.patient_id = looked_at.patient_id AND in_era.day = looked_at.day
LEFT JOIN dosed ON dosed.patient_id = looked_at.patient_id AND dosed.day = looked_at.day
