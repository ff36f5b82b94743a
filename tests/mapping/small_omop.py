"""A small OMOP database of one patient, and what the mapping that `init` writes makes of it."""

import tomllib

import pandas as pd
import tomli_w

from lncohort.mapping.extract import map_extract
from lncohort.mapping.omop import omop_source, omop_tables, written
from lncohort.sources import find_tables
from mapping.hospital import extract_rows
from mapping.omop_form import write_csv

TACROLIMUS_1_MG, PREDNISONE_5_MG, COMBINED, OINTMENT = 19000001, 19000002, 19000003, 19000004
PERSON = {"person_id": 1, "gender_concept_id": 8532, "year_of_birth": 1980}
PERSON |= {"month_of_birth": 1, "day_of_birth": 2}
SUPPLY = {
    "drug_exposure_id": 1,
    "person_id": 1,
    "drug_concept_id": TACROLIMUS_1_MG,
    "drug_exposure_start_date": "2015-03-01",
    "drug_exposure_end_date": "2015-03-30",
    "days_supply": 30,
    "quantity": 60,
    "route_concept_id": 4132161,
    "sig": None,
    "drug_source_value": "local 17",
}
RESULT = {
    "measurement_id": 1,
    "person_id": 1,
    "measurement_concept_id": 3020564,
    "measurement_date": "2015-02-27",
    "operator_concept_id": 0,
    "value_as_number": 88.0,
    "unit_concept_id": 8749,
    "unit_source_value": None,
    "value_source_value": None,
    "measurement_source_value": "CREA",
}
CONDITION = {"person_id": 1, "condition_concept_id": 37016279}
CONDITION |= {"condition_start_date": "2015-02-01", "condition_source_value": None}
STRENGTH = {"ingredient_concept_id": 950637, "amount_unit_concept_id": 8576}
VOCABULARY = {
    "concept_ancestor": [
        {"ancestor_concept_id": above, "descendant_concept_id": below}
        for above, below in (
            (950637, TACROLIMUS_1_MG),
            (950637, COMBINED),
            (950637, OINTMENT),
            (1551099, COMBINED),
            (1551099, PREDNISONE_5_MG),
            (257628, 37016279),
            (257628, 4002),
            (37016279, 4002),
            (201820, 4003),
            (46271022, 4003),
        )
    ],
    "drug_strength": [
        STRENGTH | {"drug_concept_id": TACROLIMUS_1_MG, "amount_value": 1.0},
        STRENGTH | {"drug_concept_id": PREDNISONE_5_MG, "amount_value": 5.0},
    ],
    "concept": [
        {"concept_id": TACROLIMUS_1_MG, "concept_name": "tacrolimus 1 MG Oral Capsule"},
        {"concept_id": OINTMENT, "concept_name": "tacrolimus 0.001 MG/MG Topical Ointment"},
    ],
}


def mapped_omop(folder, change=lambda mapping: mapping, write=write_csv, **tables):
    """What a small OMOP database becomes; tables given as None are not there."""
    rows = {"person": [PERSON], "drug_exposure": [SUPPLY], "measurement": [RESULT]}
    rows |= VOCABULARY | tables
    frames = {
        name: pd.DataFrame(of_table) for name, of_table in rows.items() if of_table is not None
    }
    write(frames, folder / "cdm")
    file = folder / "mapping.toml"
    found = omop_tables(find_tables(folder / "cdm"))
    source = omop_source(found, "test", "cdm", how=written(folder / "cdm", found))
    file.write_text(tomli_w.dumps(change(tomllib.loads(source))), encoding="utf-8")
    return map_extract(file, refuse=False)


def prescriptions(folder, *rows, **tables):
    found = mapped_omop(folder, drug_exposure=[SUPPLY | row for row in rows], **tables)
    return extract_rows(found, "prescription")
