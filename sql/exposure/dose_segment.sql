-- dose_segment: one row per stretch of days on which a patient's daily dose of a drug is constant.
-- Key: patient_id, drug, segment_start; the segments of a patient and drug are disjoint.
-- Columns: patient_id, drug, period_start, segment_start, segment_end (exclusive),
-- daily_dose_mg (mg/day; NULL = unknown or pulse only), dose_known, is_pulse, gap_days (uncovered
-- days since the segment before it; 0 = none), prescriptions (that begin in it); period_number,
-- drug_number (whole numbers, which sort faster than names).
-- Rule: the steps of dose_step, with the names of patient and drug.
CREATE OR REPLACE VIEW dose_segment AS
SELECT
    observation_period.patient_id,
    study_drug.drug,
    observation_period.period_start,
    dose_step.segment_start,
    dose_step.segment_end,
    dose_step.daily_dose_mg,
    dose_step.dose_known,
    dose_step.is_pulse,
    dose_step.gap_days,
    dose_step.prescriptions,
    dose_step.period_number,
    dose_step.drug_number
FROM dose_step
INNER JOIN observation_period ON observation_period.period_number = dose_step.period_number
INNER JOIN study_drug ON study_drug.drug_number = dose_step.drug_number
