-- regimen: one row per cohort patient: which of the study's drugs were used in the window.
-- Key: patient_id.
-- Columns: patient_id, regimen (label; NULL when none was).
-- Rule: each drug has its bit; the sum of the bits of the drugs used names the regimen, whether
-- they were given together or one after the other.
CREATE OR REPLACE TABLE regimen AS
WITH used AS (
    SELECT
        drug_use.patient_id,
        SUM(CASE WHEN drug_use.used THEN study_drug.drug_bit ELSE 0 END) AS drug_bits
    FROM drug_use
    INNER JOIN study_drug ON study_drug.drug = drug_use.drug
    GROUP BY drug_use.patient_id
)
SELECT used.patient_id, regimen_label.regimen
FROM used
LEFT JOIN regimen_label ON regimen_label.drug_bits = used.drug_bits
