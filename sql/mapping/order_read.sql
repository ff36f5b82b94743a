-- order_read: one row per row of the hospital's tables of prescriptions, each of its texts read.
-- Key: table_number, source_row.
-- Columns: table_number, source_row, order_given (number of its text), record_type, patient_id, drug,
-- route, start_date, end_told (last day), discharge_date, days_supply, take_mg (at a time), takes_per_day,
-- daily_dose_mg, dose_from (told, directions; NULL when unknown), quantity (below 0 for a refund),
-- mg_per_quantity and days_per_quantity (of one of the quantity), is_as_needed, reason (why not used).
-- Rule: what cannot be read is unknown. An inpatient order that was never stopped ends at the discharge
-- of its stay, but for one for once or for home; one for once without a frequency is taken once. What is taken
-- once lasts a day, unless more was dispensed: then how it is taken is unknown. A row of status given
-- back is a refund with a quantity below 0, and not carried out with one above.
CREATE OR REPLACE TABLE order_read AS
WITH joined AS (
    SELECT
        given_prescription.table_number,
        given_prescription.source_row,
        given_prescription.drug AS order_given,
        given_prescription.encounter_id,
        given_prescription.record_type,
        patient_key.patient_id,
        order_text.concept AS drug,
        order_text.route,
        start_text.day AS start_date,
        end_text.day AS end_told,
        COALESCE(days_text.value, order_text.days_told) AS days_supply,
        order_text.take_mg,
        order_text.takes_per_day,
        COALESCE(
            daily_text.value,
            order_text.daily_dose_mg,
            CASE WHEN order_type_text.order_type = 'once' AND order_text.takes_per_day IS NULL
                THEN order_text.take_mg
            END
        ) AS daily_dose_mg,
        CASE
            WHEN daily_text.value IS NOT NULL THEN 'told'
            WHEN COALESCE(order_text.daily_dose_mg, order_text.take_mg) IS NOT NULL
                THEN 'directions'
        END AS dose_from,
        CASE
            WHEN mapping_table.is_of_refunds THEN -ABS(quantity_text.value)
            ELSE quantity_text.value
        END AS quantity,
        order_text.mg_per_quantity,
        CASE
            WHEN daily_text.value > 0 THEN order_text.mg_per_quantity / daily_text.value
            ELSE order_text.days_per_quantity
        END AS days_per_quantity,
        COALESCE(order_text.is_single, FALSE) OR (
            COALESCE(order_type_text.order_type = 'once', FALSE)
            AND order_text.take_mg IS NOT NULL AND order_text.takes_per_day IS NULL
        ) AS is_single,
        COALESCE(order_type_text.order_type IN ('once', 'home'), FALSE) AS is_temporary,
        order_text.is_as_needed,
        mapping_table.is_inpatient,
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
),
discharge AS (
    SELECT typed.table_number, typed.source_row, MIN(stay.end_date) AS discharge_date
    FROM typed
    INNER JOIN stay
        ON stay.patient_id = typed.patient_id
        AND stay.fate = 'used'
        AND stay.start_date <= typed.start_date
        AND stay.end_date >= typed.start_date
        AND (
            typed.encounter_id = '' OR stay.encounter_id = ''
            OR stay.encounter_id = typed.encounter_id
        )
    WHERE
        typed.is_inpatient AND typed.end_told IS NULL
        AND NOT typed.is_single AND NOT typed.is_temporary
    GROUP BY typed.table_number, typed.source_row
)
SELECT
    typed.table_number,
    typed.source_row,
    typed.order_given,
    typed.record_type,
    typed.patient_id,
    typed.drug,
    typed.route,
    typed.start_date,
    CASE WHEN NOT typed.is_once THEN typed.end_told END AS end_told,
    discharge.discharge_date,
    CASE WHEN typed.is_once THEN 1 ELSE typed.days_supply END AS days_supply,
    typed.take_mg,
    typed.takes_per_day,
    CASE WHEN typed.is_once OR NOT typed.is_single THEN typed.daily_dose_mg END AS daily_dose_mg,
    typed.dose_from,
    typed.quantity,
    typed.mg_per_quantity,
    typed.days_per_quantity,
    COALESCE(typed.is_as_needed, FALSE) AS is_as_needed,
    typed.reason
FROM typed
LEFT JOIN discharge
    ON discharge.table_number = typed.table_number
    AND discharge.source_row = typed.source_row
