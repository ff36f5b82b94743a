-- stockpile_mg: one row per oral prescription of a drug whose leftover supply keeps its mg.
-- Key: prescription_id.
-- Columns: prescription_id, supply_start, supply_end (exclusive).
-- Rule: under stockpile_carry "mg" the doses of the orders of a day add up to the new daily dose;
-- what is left of the earlier ones (mg) is used up at it. A day is covered while a whole day's
-- dose is left, or until the next order. Left over = running total of (mg supplied - mg used) -
-- its running minimum.
-- An order of unknown dose keeps its days, until the next order: no mg goes into it or out of it.
CREATE OR REPLACE TABLE stockpile_mg AS
WITH ordered AS (
    SELECT
        prescription.prescription_id,
        prescription.patient_id,
        prescription.drug,
        prescription.supply_start,
        prescription.supply_end,
        prescription.daily_dose_mg,
        DATE_DIFF('day', prescription.supply_start, prescription.supply_end) AS supply_days
    FROM prescription
    INNER JOIN study_drug
        ON study_drug.drug = prescription.drug
        AND study_drug.overlap = 'stockpile'
        AND study_drug.stockpile_carry = 'mg'
    WHERE NOT prescription.is_pulse
),
order_day AS (
    SELECT
        patient_id,
        drug,
        supply_start,
        SUM(daily_dose_mg) AS dose_mg,
        SUM(daily_dose_mg * supply_days) AS supplied_mg,
        MAX(CASE WHEN daily_dose_mg IS NULL THEN 1 ELSE 0 END) AS is_unknown
    FROM ordered
    GROUP BY patient_id, drug, supply_start
),
with_next AS (
    SELECT
        *,
        LEAD(supply_start) OVER by_day AS next_start,
        SUM(is_unknown) OVER by_day AS stretch_number
    FROM order_day
    WINDOW by_day AS (PARTITION BY patient_id, drug ORDER BY supply_start)
),
with_balance AS (
    SELECT
        *,
        COALESCE(
            SUM(
                CASE
                    WHEN is_unknown = 1 OR next_start IS NULL THEN 0
                    ELSE supplied_mg - dose_mg * DATE_DIFF('day', supply_start, next_start)
                END
            ) OVER (
                PARTITION BY patient_id, drug, stretch_number ORDER BY supply_start
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) AS balance_mg
    FROM with_next
),
with_stock AS (
    SELECT
        *,
        supplied_mg + balance_mg - MIN(balance_mg) OVER (
            PARTITION BY patient_id, drug, stretch_number ORDER BY supply_start
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS stock_mg
    FROM with_balance
)
SELECT
    ordered.prescription_id,
    ordered.supply_start,
    LEAST(
        with_stock.next_start,
        CASE
            WHEN with_stock.is_unknown = 1 THEN ordered.supply_end
            ELSE ordered.supply_start + CAST(
                ROUND(
                    (with_stock.stock_mg - with_stock.stock_mg % with_stock.dose_mg)
                    / with_stock.dose_mg
                ) AS INTEGER
            )
        END
    ) AS supply_end
FROM ordered
INNER JOIN with_stock
    ON with_stock.patient_id = ordered.patient_id
    AND with_stock.drug = ordered.drug
    AND with_stock.supply_start = ordered.supply_start
