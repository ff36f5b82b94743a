-- order_read: one row per row of the hospital's tables of prescriptions, each of its texts read.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, order_given (number of the text that order_text reads), record_type,
-- patient_id, start_date, end_told (last day), days_supply, dose_told (mg a day, in a column of its own),
-- daily_dose_mg (told, or of the directions), quantity (below 0 for a refund), is_never_stopped (of an
-- inpatient, without an end, and not for once or for home), reason (why not used).
-- Rule: what cannot be read is unknown. One for once without a frequency is taken once. What is taken
-- once lasts a day, unless more was dispensed: then how it is taken is unknown. A row of status given
-- back is a refund with a quantity below 0, and not carried out with one above.
CREATE OR REPLACE TABLE order_read AS
WITH joined AS (
    SELECT
        given_prescription.table_number,
        given_prescription.source_row,
        given_prescription.drug AS order_given,
        given_prescription.record_type,
        patient_key.patient_id,
        start_text.day AS start_date,
        end_text.day AS end_told,
        COALESCE(days_text.value, order_text.days_told) AS days_supply,
        daily_text.value AS dose_told,
        COALESCE(
            daily_text.value,
            order_text.daily_dose_mg,
            CASE WHEN order_type_text.order_type = 'once' AND order_text.takes_per_day IS NULL
                THEN order_text.take_mg
            END
        ) AS daily_dose_mg,
        CASE
            WHEN mapping_table.is_of_refunds THEN -ABS(quantity_text.value)
            ELSE quantity_text.value
        END AS quantity,
        COALESCE(order_text.is_single, FALSE) OR (
            COALESCE(order_type_text.order_type = 'once', FALSE)
            AND order_text.take_mg IS NOT NULL AND order_text.takes_per_day IS NULL
        ) AS is_single,
        order_text.take_mg,
        order_text.mg_per_quantity,
        mapping_table.is_inpatient
            AND end_text.day IS NULL
            AND NOT COALESCE(order_text.is_single, FALSE)
            AND NOT COALESCE(order_type_text.order_type IN ('once', 'home'), FALSE)
            AS is_never_stopped,
        CASE
            WHEN patient_key.patient_id IS NULL THEN 'missing_patient_id'
            WHEN order_copy.source_row IS NOT NULL THEN 'copy_of_a_row'
            WHEN order_text.concept IS NULL OR order_text.concept = '-' THEN NULL
            WHEN mapping_table.is_of_refunds AND quantity_text.value IS NULL THEN 'missing_quantity'
            WHEN status_text.given IS NOT NULL AND status_text.is_carried_out IS NULL
                THEN 'unknown_status'
            WHEN
                NOT COALESCE(status_text.is_carried_out, TRUE)
                AND NOT (
                    status_text.is_given_back
                    AND (mapping_table.is_of_refunds OR COALESCE(quantity_text.value < 0, FALSE))
                )
                THEN 'cancelled_or_not_executed'
            WHEN order_text.route = 'other' THEN 'not_a_systemic_route'
            WHEN given_prescription.start_date IS NULL THEN 'missing_start_date'
            WHEN start_text.day IS NULL THEN start_text.problem
            WHEN end_text.problem IS NOT NULL THEN CONCAT('end_', end_text.problem)
        END AS reason
    FROM given_prescription
    INNER JOIN mapping_table ON mapping_table.table_number = given_prescription.table_number
    LEFT JOIN order_copy
        ON order_copy.table_number = given_prescription.table_number
        AND order_copy.source_row = given_prescription.source_row
    LEFT JOIN patient_key ON patient_key.given = given_prescription.patient_id
    LEFT JOIN order_text
        ON order_text.given = given_prescription.drug
    LEFT JOIN status_text
        ON status_text.given = given_prescription.status
    LEFT JOIN order_type_text
        ON order_type_text.given = given_prescription.order_type
    LEFT JOIN number_text AS quantity_text
        ON quantity_text.given = given_prescription.quantity
    LEFT JOIN number_text AS days_text
        ON days_text.given = given_prescription.days_supply
    LEFT JOIN number_text AS daily_text
        ON daily_text.given = given_prescription.daily_dose_mg
    LEFT JOIN date_text AS start_text
        ON start_text.given = given_prescription.start_date
    LEFT JOIN date_text AS end_text
        ON end_text.given = given_prescription.end_date
),
typed AS (
    SELECT
        *,
        is_single AND NOT COALESCE(quantity * mg_per_quantity > take_mg, FALSE) AS is_once
    FROM joined
)
SELECT
    table_number,
    source_row,
    order_given,
    record_type,
    patient_id,
    start_date,
    CASE WHEN NOT is_once THEN end_told END AS end_told,
    CASE WHEN is_once THEN 1 ELSE days_supply END AS days_supply,
    dose_told,
    CASE WHEN is_once OR NOT is_single THEN daily_dose_mg END AS daily_dose_mg,
    quantity,
    is_never_stopped,
    reason
FROM typed
