-- dose_read: one row per drug, route and where the dose was read: the doses that were read.
-- Key: drug, route, dose_from.
-- Columns: drug, route, dose_from (told, directions, quantity; unknown where none), row_count, patients,
-- low_mg, median_mg, high_mg (5th, 50th and 95th percentile of mg a day, of an infusion mg in all).
-- Rule: a strength or a quantity in another unit than the mapping says is seen here. Percentiles
-- are as in result_unit: found among the distinct doses, so that memory does not grow with the rows.
CREATE OR REPLACE TABLE dose_read AS
WITH dose_counted AS (
    SELECT
        order_given,
        is_dose_told,
        COALESCE(daily_dose_mg, pulse_dose_mg) AS dose_mg,
        COUNT(*) AS row_count
    FROM order_judged
    WHERE fate = 'used'
    GROUP BY order_given, is_dose_told, COALESCE(daily_dose_mg, pulse_dose_mg)
),
of_patient AS (
    SELECT DISTINCT
        order_given,
        is_dose_told,
        COALESCE(daily_dose_mg, pulse_dose_mg) IS NOT NULL AS is_known,
        patient_id
    FROM order_judged
    WHERE fate = 'used'
),
told AS (
    SELECT
        counted.order_given,
        counted.is_dose_told,
        counted.is_known,
        order_product.drug,
        order_product.route,
        CASE
            WHEN NOT counted.is_known THEN 'unknown'
            WHEN counted.is_dose_told THEN 'told'
            ELSE order_product.dose_from
        END AS dose_from
    FROM (
        SELECT DISTINCT order_given, is_dose_told, dose_mg IS NOT NULL AS is_known FROM dose_counted
    ) AS counted
    INNER JOIN order_product ON order_product.order_given = counted.order_given
),
numbered AS (
    SELECT *, DENSE_RANK() OVER (ORDER BY drug, route, dose_from) AS group_number
    FROM told
),
patient_counted AS (
    SELECT numbered.group_number, COUNT(DISTINCT of_patient.patient_id) AS patients
    FROM of_patient
    INNER JOIN numbered
        ON numbered.order_given = of_patient.order_given
        AND numbered.is_dose_told = of_patient.is_dose_told
        AND numbered.is_known = of_patient.is_known
    GROUP BY numbered.group_number
),
of_dose AS (
    SELECT
        numbered.group_number,
        numbered.drug,
        numbered.route,
        numbered.dose_from,
        dose_counted.dose_mg,
        SUM(dose_counted.row_count) AS row_count
    FROM dose_counted
    INNER JOIN numbered
        ON numbered.order_given = dose_counted.order_given
        AND numbered.is_dose_told = dose_counted.is_dose_told
        AND numbered.is_known = (dose_counted.dose_mg IS NOT NULL)
    GROUP BY
        numbered.group_number,
        numbered.drug,
        numbered.route,
        numbered.dose_from,
        dose_counted.dose_mg
),
of_drug AS (
    SELECT group_number, drug, route, dose_from, SUM(row_count) AS row_count
    FROM of_dose
    GROUP BY group_number, drug, route, dose_from
),
added AS (
    SELECT
        group_number,
        dose_mg,
        SUM(row_count) OVER (
            PARTITION BY group_number
            ORDER BY dose_mg
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS rows_so_far,
        SUM(row_count) OVER (PARTITION BY group_number) - 1 AS last_place
    FROM of_dose
    WHERE dose_mg IS NOT NULL
),
beside AS (
    SELECT
        group_number,
        0.05 * MAX(last_place) AS low_place,
        0.5 * MAX(last_place) AS median_place,
        0.95 * MAX(last_place) AS high_place,
        MIN(dose_mg) FILTER (WHERE rows_so_far > FLOOR(0.05 * last_place)) AS below_low,
        MIN(dose_mg) FILTER (WHERE rows_so_far > CEIL(0.05 * last_place)) AS above_low,
        MIN(dose_mg) FILTER (WHERE rows_so_far > FLOOR(0.5 * last_place)) AS below_median,
        MIN(dose_mg) FILTER (WHERE rows_so_far > CEIL(0.5 * last_place)) AS above_median,
        MIN(dose_mg) FILTER (WHERE rows_so_far > FLOOR(0.95 * last_place)) AS below_high,
        MIN(dose_mg) FILTER (WHERE rows_so_far > CEIL(0.95 * last_place)) AS above_high
    FROM added
    GROUP BY group_number
)
SELECT
    of_drug.drug,
    of_drug.route,
    of_drug.dose_from,
    CAST(of_drug.row_count AS BIGINT) AS row_count,
    patient_counted.patients,
    below_low + (above_low - below_low) * (low_place - FLOOR(low_place)) AS low_mg,
    below_median
        + (above_median - below_median) * (median_place - FLOOR(median_place)) AS median_mg,
    below_high + (above_high - below_high) * (high_place - FLOOR(high_place)) AS high_mg
FROM of_drug
INNER JOIN patient_counted ON patient_counted.group_number = of_drug.group_number
LEFT JOIN beside ON beside.group_number = of_drug.group_number
