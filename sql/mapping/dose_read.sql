-- dose_read: one row per drug, route and where the dose was read: the doses that were read.
-- Key: drug, route, dose_from.
-- Columns: drug, route, dose_from (told, directions, quantity; unknown where none), row_count, patients,
-- low_mg, median_mg, high_mg (5th, 50th and 95th percentile of mg a day, of an infusion mg in all).
-- Rule: a strength or a quantity in another unit than the mapping says is seen here. Percentiles
-- are as in result_unit: found among the distinct doses, so that memory does not grow with the rows.
CREATE OR REPLACE TABLE dose_read AS
WITH used AS (
    SELECT
        order_given, is_dose_told, patient_id, COALESCE(daily_dose_mg, pulse_dose_mg) AS dose_mg
    FROM order_judged
    WHERE fate = 'used'
),
patient_counted AS (
    SELECT
        order_given,
        is_dose_told,
        dose_mg IS NOT NULL AS is_known,
        patient_id,
        COUNT(*) AS row_count
    FROM used
    GROUP BY order_given, is_dose_told, dose_mg IS NOT NULL, patient_id
),
dose_counted AS (
    SELECT order_given, is_dose_told, dose_mg, COUNT(*) AS row_count
    FROM used
    GROUP BY order_given, is_dose_told, dose_mg
),
meaning AS (
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
    FROM (SELECT DISTINCT order_given, is_dose_told, dose_mg IS NOT NULL AS is_known FROM dose_counted)
        AS counted
    INNER JOIN order_product ON order_product.order_given = counted.order_given
),
numbered AS (
    SELECT *, DENSE_RANK() OVER (ORDER BY drug, route, dose_from) AS meaning_number
    FROM meaning
),
of_patient AS (
    SELECT numbered.meaning_number, patient_counted.patient_id, SUM(patient_counted.row_count) AS row_count
    FROM patient_counted
    INNER JOIN numbered
        ON numbered.order_given = patient_counted.order_given
        AND numbered.is_dose_told = patient_counted.is_dose_told
        AND numbered.is_known = patient_counted.is_known
    GROUP BY numbered.meaning_number, patient_counted.patient_id
),
of_meaning AS (
    SELECT meaning_number, SUM(row_count) AS row_count, COUNT(*) AS patients
    FROM of_patient
    GROUP BY meaning_number
),
of_drug AS (
    SELECT told.drug, told.route, told.dose_from, of_meaning.row_count, of_meaning.patients
    FROM of_meaning
    INNER JOIN (SELECT DISTINCT meaning_number, drug, route, dose_from FROM numbered) AS told
        ON told.meaning_number = of_meaning.meaning_number
),
of_dose AS (
    SELECT
        meaning.drug,
        meaning.route,
        meaning.dose_from,
        dose_counted.dose_mg,
        SUM(dose_counted.row_count) AS row_count
    FROM dose_counted
    INNER JOIN meaning
        ON meaning.order_given = dose_counted.order_given
        AND meaning.is_dose_told = dose_counted.is_dose_told
        AND meaning.is_known
    WHERE dose_counted.dose_mg IS NOT NULL
    GROUP BY meaning.drug, meaning.route, meaning.dose_from, dose_counted.dose_mg
),
placed AS (
    SELECT
        drug,
        route,
        dose_from,
        dose_mg,
        SUM(row_count) OVER (
            PARTITION BY drug, route, dose_from
            ORDER BY dose_mg
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS rows_so_far,
        SUM(row_count) OVER (PARTITION BY drug, route, dose_from) - 1 AS last_place
    FROM of_dose
),
beside AS (
    SELECT
        drug,
        route,
        dose_from,
        0.05 * MAX(last_place) AS low_place,
        0.5 * MAX(last_place) AS median_place,
        0.95 * MAX(last_place) AS high_place,
        MIN(dose_mg) FILTER (WHERE rows_so_far > FLOOR(0.05 * last_place)) AS below_low,
        MIN(dose_mg) FILTER (WHERE rows_so_far > CEIL(0.05 * last_place)) AS above_low,
        MIN(dose_mg) FILTER (WHERE rows_so_far > FLOOR(0.5 * last_place)) AS below_median,
        MIN(dose_mg) FILTER (WHERE rows_so_far > CEIL(0.5 * last_place)) AS above_median,
        MIN(dose_mg) FILTER (WHERE rows_so_far > FLOOR(0.95 * last_place)) AS below_high,
        MIN(dose_mg) FILTER (WHERE rows_so_far > CEIL(0.95 * last_place)) AS above_high
    FROM placed
    GROUP BY drug, route, dose_from
)
SELECT
    of_drug.drug,
    of_drug.route,
    of_drug.dose_from,
    CAST(of_drug.row_count AS BIGINT) AS row_count,
    of_drug.patients,
    below_low + (above_low - below_low) * (low_place - FLOOR(low_place)) AS low_mg,
    below_median
        + (above_median - below_median) * (median_place - FLOOR(median_place)) AS median_mg,
    below_high + (above_high - below_high) * (high_place - FLOOR(high_place)) AS high_mg
FROM of_drug
LEFT JOIN beside
    ON beside.drug = of_drug.drug
    AND beside.route IS NOT DISTINCT FROM of_drug.route
    AND beside.dose_from = of_drug.dose_from
