-- stockpile_days: one row per oral prescription of a drug whose leftover supply keeps its days.
-- Key: prescription_id.
-- Columns: prescription_id, supply_start, supply_end (exclusive).
-- Rule: under stockpile_carry "days" a supply begins when the earlier ones are used up, its days
-- unchanged; no pulse is moved.
-- Its end is the running total of days + the running maximum of (start - total before it).
CREATE OR REPLACE TABLE stockpile_days AS
WITH ordered AS (
    SELECT
        prescription.prescription_id,
        prescription.patient_id,
        prescription.drug,
        prescription.supply_start,
        DATE_DIFF('day', CAST('1900-01-01' AS DATE), prescription.supply_start) AS start_day,
        DATE_DIFF('day', prescription.supply_start, prescription.supply_end) AS supply_days
    FROM prescription
    INNER JOIN study_drug
        ON study_drug.drug = prescription.drug
        AND study_drug.overlap = 'stockpile'
        AND study_drug.stockpile_carry = 'days'
    WHERE NOT prescription.is_pulse
),
with_total AS (
    SELECT
        *,
        SUM(supply_days) OVER (
            PARTITION BY patient_id, drug ORDER BY supply_start, prescription_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS total_days
    FROM ordered
),
with_end AS (
    SELECT
        prescription_id,
        supply_days,
        CAST(
            total_days + MAX(start_day - (total_days - supply_days)) OVER (
                PARTITION BY patient_id, drug ORDER BY supply_start, prescription_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS INTEGER
        ) AS end_day
    FROM with_total
)
SELECT
    prescription_id,
    CAST('1900-01-01' AS DATE) + CAST(end_day - supply_days AS INTEGER) AS supply_start,
    CAST('1900-01-01' AS DATE) + end_day AS supply_end
FROM with_end
