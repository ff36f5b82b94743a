"""Why a row cannot be used: every reason that intake gives, by table, in words."""

_EVERY_DATED_ROW = {
    "unknown_patient": "no usable row of the patient table has its patient_id",
    "missing_date": "its date is missing",
    "date_in_the_future": "its date lies after the day of the run",
}

REASONS: dict[str, dict[str, str]] = {
    "patient": {
        "missing_patient_id": "patient_id is missing",
        "conflicting_duplicate": "rows of one patient_id differ; none of them is used",
        "duplicate_row": "a copy of a row; one is used",
        "unknown_sex": "sex is neither female nor male",
        "missing_birth_date": "birth_date is missing",
        "date_in_the_future": "the birth or death lies after the day of the run",
        "death_before_birth": "death_date is before birth_date",
    },
    "observation_period": _EVERY_DATED_ROW | {"end_before_start": "end_date is before start_date"},
    "prescription": {
        "missing_prescription_id": "prescription_id is missing",
        "duplicate_prescription_id": "rows share a prescription_id; none of them is used",
        "unknown_patient": _EVERY_DATED_ROW["unknown_patient"],
        "missing_start_date": "start_date is missing",
        "date_in_the_future": "start_date lies after the day of the run",
        "unknown_route": "route is neither oral nor iv",
        "end_before_start": "end_date is before start_date",
        "missing_supply": "an oral row has neither end_date nor days_supply",
        "days_supply_out_of_range": "days_supply is below 1 or above 3660",
        "daily_dose_of_a_pulse": "an iv row has a daily_dose_mg",
        "pulse_dose_of_an_oral_drug": "an oral row has a pulse_dose_mg",
        "dose_not_positive": "the dose is 0 or below",
        "dose_above_limit": "the dose is above the largest that the study file allows for the drug",
        "outside_observation": "no day of the supply lies in an observation period",
    },
    "lab": _EVERY_DATED_ROW
    | {
        "missing_value": "value is missing or no number",
        "unexpected_unit": "unit is missing, or none that is accepted for the test",
        "unknown_operator": "operator is none of <, <=, >, >=",
        "value_out_of_range": "the value is below 0 or above the largest that can be reported",
    },
    "diagnosis": _EVERY_DATED_ROW,
    "procedure": _EVERY_DATED_ROW,
    "biopsy": _EVERY_DATED_ROW | {"unknown_class": "isn_rps_class is none of the classes"},
    "assessment": _EVERY_DATED_ROW
    | {
        "missing_value": "score is missing or no number",
        "value_out_of_range": "score is below 0 or above 105",
    },
}
