"""The OMOP common data model as a ready mapping: what `init` writes, and what becomes of the rows."""

import tomllib
from datetime import date

import pandas as pd
import pytest

from lncohort.extract.contract import CONTRACT
from lncohort.extract.extract import Extract
from lncohort.mapping.advice import advice
from lncohort.mapping.extract import map_extract
from lncohort.mapping.guess import from_file
from lncohort.mapping.omop import omop_source, omop_tables, omop_unread, written
from lncohort.simulate import simulate_extract
from lncohort.sources import find_tables
from mapping.hospital import extract_rows, reasons
from mapping.omop_form import (
    ISN_RPS_CLASS,
    class_and_score,
    omop_form,
    write_csv,
    write_duckdb,
    write_parquet,
    write_postgres,
)
from mapping.small_omop import (
    COMBINED,
    CONDITION,
    OINTMENT,
    PERSON,
    RESULT,
    STRENGTH,
    SUPPLY,
    TACROLIMUS_1_MG,
    VOCABULARY,
    mapped_omop,
    prescriptions,
)
from sources.postgres_server import PASSWORD, postgres_server
from sources.reading import read


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "extract"
    simulate_extract(60, 1, folder)
    return omop_form({t.name: pd.read_parquet(folder / f"{t.name}.parquet") for t in CONTRACT})


def bytes_of_extract(location, home):
    """The files of the extract of a location, by the mapping that is written of it."""
    file = home / "mapping.toml"
    found = omop_tables(find_tables(location))
    where = from_file(str(location), file)
    source = omop_source(found, "cdm", where, how=written(location, found))
    file.write_text(class_and_score(source), encoding="utf-8")
    found = map_extract(file, refuse=False)
    Extract.open(found.folder)
    assert sum(table["used"] for table in found.account.tables) > 1000
    return {path.name: path.read_bytes() for path in found.folder.glob("*.parquet")}


def test_parquet_csv_and_duckdb_give_the_same_extract_to_the_byte(tables, tmp_path):
    found = []
    for write, name in ((write_parquet, "a"), (write_csv, "b"), (write_duckdb, "cdm.duckdb")):
        home = tmp_path / name[0]
        home.mkdir()
        found.append(bytes_of_extract(write(tables, home / name), home))
    assert found[0] == found[1] == found[2]


def test_a_schema_of_a_postgresql_server_gives_the_extract_of_its_files(
    tables, tmp_path, monkeypatch
):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    (tmp_path / "files").mkdir()
    (tmp_path / "server").mkdir()
    of_files = bytes_of_extract(write_parquet(tables, tmp_path / "a"), tmp_path / "files")
    with postgres_server() as address:
        of_server = bytes_of_extract(write_postgres(tables, address), tmp_path / "server")
        assert PASSWORD not in (tmp_path / "server" / "mapping.toml").read_text()
    assert of_server == of_files


@pytest.mark.parametrize(
    ("changes", "days", "end", "dose"),
    [
        ({}, 30, None, 2.0),
        ({"days_supply": None}, None, date(2015, 3, 30), 2.0),
        ({"days_supply": 0}, None, date(2015, 3, 30), 2.0),
        ({"days_supply": None, "drug_exposure_end_date": "2015-03-01"}, None, None, None),
        (
            {"days_supply": None, "drug_exposure_end_date": "2015-03-01", "quantity": None},
            *(None, None, None),
        ),
        (
            {"days_supply": None, "drug_exposure_end_date": "2015-03-01", "quantity": 1},
            *(None, date(2015, 3, 1), 1.0),
        ),
        ({"days_supply": None, "sig": "1 mg bid"}, 30, None, 2.0),
        ({"days_supply": None, "sig": "1 capsule qd", "quantity": 50}, 50, None, 1.0),
        ({"days_supply": 60, "sig": "2 mg bid"}, 60, None, 4.0),
        ({"sig": "as needed"}, 30, None, None),
        ({"quantity": None}, 30, None, None),
    ],
)
def test_supply_is_days_supply_then_quantity_then_an_end_that_tells_something(
    tmp_path, changes, days, end, dose
):
    (row,) = prescriptions(tmp_path, changes)
    assert (row["days_supply"], row["end_date"], row["daily_dose_mg"]) == (days, end, dose)


def test_each_source_of_supply_is_counted(tmp_path):
    rows = [SUPPLY, SUPPLY | {"drug_exposure_id": 2, "days_supply": None}]
    found = mapped_omop(tmp_path, drug_exposure=rows)
    counted = {row["supply_from"]: row["rows"] for row in found.account.order_sources}
    assert counted == {"days_supply": 1, "later_end_date": 1}


def test_where_ends_are_real_stops_the_mapping_can_put_them_first(tmp_path):
    def ends_first(mapping):
        table = next(t for t in mapping["table"] if t["name"] == "drug_exposure")
        table["supply"] = ["end_date", "days_supply"]
        return mapping

    stopped = SUPPLY | {"drug_exposure_end_date": "2015-03-10"}
    (row,) = extract_rows(
        mapped_omop(tmp_path, ends_first, drug_exposure=[stopped]), "prescription"
    )
    assert (row["end_date"], row["daily_dose_mg"]) == (date(2015, 3, 10), 6.0)


def test_a_product_of_two_drugs_is_neither_though_its_name_says_one(tmp_path):
    both = SUPPLY | {"drug_concept_id": COMBINED, "drug_source_value": "tacrolimus compound"}
    found = mapped_omop(tmp_path, drug_exposure=[both])
    assert extract_rows(found, "prescription") == []
    assert reasons(found, "drug_exposure") == {"unknown_name": 1}


def test_an_ointment_that_descends_from_the_ingredient_is_not_the_drug(tmp_path):
    ointment = SUPPLY | {"drug_concept_id": OINTMENT, "route_concept_id": 0}
    skin = SUPPLY | {"drug_exposure_id": 2, "route_concept_id": 4263689}
    found = mapped_omop(tmp_path, drug_exposure=[ointment, skin])
    assert extract_rows(found, "prescription") == []
    assert reasons(found, "drug_exposure") == {"not_a_systemic_route": 1, "unknown_name": 1}


def test_without_a_route_the_form_in_the_name_of_the_concept_tells_it(tmp_path):
    (row,) = prescriptions(tmp_path, {"route_concept_id": 0})
    assert row["route"] == "oral"


@pytest.mark.parametrize(
    ("source", "drug"),
    [("Prograf 1mg caps", "tacrolimus"), ("L04AD02", "tacrolimus"), ("他克莫司胶囊", "tacrolimus")],
)
def test_a_drug_without_a_standard_concept_is_found_by_its_source_value(tmp_path, source, drug):
    (row,) = prescriptions(tmp_path, {"drug_concept_id": 0, "drug_source_value": source})
    assert row["drug"] == drug


def test_a_code_of_the_site_is_what_the_mapping_says(tmp_path):
    def told(mapping):
        return mapping | {"names": {"drug": {"2000000123": "prednisone", "local 17": "tacrolimus"}}}

    rows = [
        SUPPLY | {"drug_concept_id": 2000000123},
        SUPPLY | {"drug_exposure_id": 2, "drug_concept_id": 0},
    ]
    found = mapped_omop(tmp_path, told, drug_exposure=rows)
    drugs = [row["drug"] for row in extract_rows(found, "prescription")]
    assert drugs == ["prednisone", "tacrolimus"]


@pytest.mark.parametrize("names", [None, VOCABULARY["concept"]])
@pytest.mark.parametrize(
    ("strengths", "dose"),
    [
        ([{"amount_value": 500.0, "amount_unit_concept_id": 9655}], 1.0),
        ([{"amount_value": 0.002, "amount_unit_concept_id": 8504}], 4.0),
        ([{"amount_value": 1.0}, {"amount_value": 2.0, "ingredient_concept_id": 5}], None),
        ([{"amount_value": 1.0}, {"amount_value": 5.0, "amount_unit_concept_id": 8510}], None),
        ([{"amount_value": 1.0, "box_size": 60}], None),
        ([{"amount_value": 1.0}, {"amount_value": 9.0, "invalid_reason": "D"}], 2.0),
        ([{"amount_value": None, "numerator_value": 1.0, "numerator_unit_concept_id": 8576}], None),
    ],
)
def test_the_strength_is_that_of_one_unit_or_unknown(tmp_path, strengths, dose, names):
    """Whatever the name of the concept says: tacrolimus 1 MG Oral Capsule."""
    rows = [STRENGTH | {"drug_concept_id": TACROLIMUS_1_MG} | row for row in strengths]
    (row,) = prescriptions(tmp_path, {}, drug_strength=rows, concept=names)
    assert row["daily_dose_mg"] == dose


@pytest.mark.parametrize(
    ("unit", "quantity", "dose"), [("unit", 60, None), ("box", 1, 2.0), ("tablet", 60, 2.0)]
)
def test_what_a_quantity_of_a_boxed_product_counts_has_to_be_told(tmp_path, unit, quantity, dose):
    def counted(mapping):
        table = next(t for t in mapping["table"] if t["name"] == "drug_exposure")
        table["constants"]["quantity_unit"] = unit
        return mapping

    boxed = STRENGTH | {"drug_concept_id": TACROLIMUS_1_MG, "amount_value": 1.0, "box_size": 60}
    rows = [SUPPLY | {"quantity": quantity}, SUPPLY | {"drug_exposure_id": 2, "sig": "2 caps bid"}]
    found = mapped_omop(tmp_path, counted, drug_exposure=rows, drug_strength=[boxed])
    assert [row["daily_dose_mg"] for row in extract_rows(found, "prescription")] == [dose, 4.0]


def test_a_row_that_tells_no_strength_leaves_it_to_the_name(tmp_path):
    nothing = STRENGTH | {"drug_concept_id": TACROLIMUS_1_MG, "amount_value": None}
    (row,) = prescriptions(tmp_path, {}, drug_strength=[nothing])
    assert row["daily_dose_mg"] == 2.0


def test_the_dose_of_a_liquid_is_read_in_millilitres(tmp_path):
    liquid = STRENGTH | {"drug_concept_id": TACROLIMUS_1_MG, "numerator_value": 5.0}
    liquid |= {"numerator_unit_concept_id": 8576, "denominator_value": 10.0}
    liquid |= {"denominator_unit_concept_id": 8587}
    (row,) = prescriptions(tmp_path, {"sig": "2 ml bid"}, drug_strength=[liquid])
    assert row["daily_dose_mg"] == 2.0


def test_a_measurement_with_a_standard_concept_is_only_that(tmp_path):
    rows = [
        RESULT | {"measurement_concept_id": 3017250, "measurement_source_value": "CREATININE"},
        RESULT | {"measurement_id": 2, "measurement_concept_id": 0, "value_as_number": 90.0}
        | {"measurement_source_value": "CREATININE"},
    ]  # fmt: skip
    found = mapped_omop(tmp_path, measurement=rows)
    assert [row["value"] for row in extract_rows(found, "lab")] == [90.0]
    assert reasons(found, "measurement") == {"unknown_name": 1}


def test_a_result_keeps_its_bound_and_its_unit_wherever_they_stand(tmp_path):
    protein = {"measurement_concept_id": 3020876, "measurement_source_value": "24h protein"}
    changes = [
        {"unit_concept_id": 8840, "value_as_number": 1.0},
        {"unit_concept_id": 0, "unit_source_value": "mg/dL", "value_as_number": 1.5},
        protein
        | {"operator_concept_id": 4171756, "value_as_number": 0.15, "unit_concept_id": 8807},
        protein | {"value_as_number": None, "value_source_value": "<0.05", "unit_concept_id": 8807},
    ]
    rows = [RESULT | change | {"measurement_id": n} for n, change in enumerate(changes)]
    found = mapped_omop(tmp_path, measurement=rows)
    assert [(row["value"], row["unit"]) for row in extract_rows(found, "lab")] == [
        (1.0, "mg/dl"),
        (1.5, "mg/dl"),
        (0.15, "g/24h"),
        (0.05, "g/24h"),
    ]
    assert sum(unit["censored"] for unit in found.account.units) == 2


@pytest.mark.parametrize(
    ("concept", "source", "found"),
    [
        (37016279, None, ["lupus_nephritis"]),
        (4002, None, ["lupus_nephritis"]),
        (4003, None, ["chronic_kidney_disease", "diabetes"]),
        (0, "M32.14", ["lupus_nephritis"]),
        (0, "M32.101", ["lupus_nephritis"]),
        (0, "M3214", ["lupus_nephritis"]),
        (0, "ICD10CM:M32.14", ["lupus_nephritis"]),
        (0, "ICD-10-GM|I10", ["hypertension"]),
        (0, "N18.6", ["end_stage_kidney_disease"]),
        (0, "710.0", ["systemic_lupus_erythematosus"]),
        (0, "R51", []),
    ],
)
def test_a_condition_is_the_nearest_concepts_above_it_or_its_code(tmp_path, concept, source, found):
    row = CONDITION | {"condition_concept_id": concept, "condition_source_value": source}
    mapped = mapped_omop(tmp_path, condition_occurrence=[row])
    assert sorted(r["concept"] for r in extract_rows(mapped, "diagnosis")) == found


def test_births_are_filled_in_as_told_and_counted_and_deaths_come_from_their_table(tmp_path):
    people = [
        PERSON,
        PERSON | {"person_id": 2, "day_of_birth": None, "gender_concept_id": 8507},
        PERSON | {"person_id": 3, "month_of_birth": None, "day_of_birth": None},
        PERSON | {"person_id": 4, "gender_concept_id": 0, "gender_source_value": "F"},
    ]
    deaths = [
        {"person_id": 2, "death_date": "2019-05-06 00:00:00"},
        {"person_id": 2, "death_date": "2019-05-05"},
        {"person_id": 3, "death_date": None},
    ]
    found = mapped_omop(tmp_path, person=people, death=deaths)
    rows = [tuple(row.values())[1:] for row in extract_rows(found, "patient")]
    assert rows == [
        ("female", date(1980, 1, 2), None),
        ("male", date(1980, 1, 15), date(2019, 5, 5)),
        ("female", date(1980, 7, 1), None),
        ("female", date(1980, 1, 2), None),
    ]
    assert found.account.patients["births_assumed"] == 2
    assert reasons(found, "death") == {"missing_date": 1}


def test_numbers_kept_as_fractions_timestamps_and_nan_are_read_as_what_they_are(tmp_path):
    def parquet(tables, folder):
        stamped = tables["measurement"]
        stamped["measurement_date"] = pd.to_datetime(stamped["measurement_date"])
        for table in tables.values():
            numbers = table.select_dtypes("number").columns
            table[numbers] = table[numbers].astype(float)
        return write_parquet(tables, folder)

    nan = float("nan")
    rows = [SUPPLY | {"days_supply": nan}, SUPPLY | {"drug_exposure_id": 2, "quantity": nan}]
    results = [RESULT, RESULT | {"measurement_id": 2, "value_as_number": nan}]
    found = mapped_omop(tmp_path, write=parquet, drug_exposure=rows, measurement=results)
    assert {row["patient_id"] for row in extract_rows(found, "prescription")} == {"1"}
    assert [row["days_supply"] for row in extract_rows(found, "prescription")] == [None, 30]
    assert len(extract_rows(found, "lab")) == 1
    assert reasons(found, "measurement") == {"missing_value": 1}
    assert found.account.patients["strangers"] == 0


def test_only_what_is_there_is_written_and_empty_tables_are_read(tmp_path):
    empty = dict.fromkeys(("concept", "drug_strength", "concept_ancestor"))
    no_deaths = pd.DataFrame(columns=["person_id", "death_date"])
    found = mapped_omop(
        tmp_path,
        drug_exposure=[SUPPLY | {"drug_concept_id": 950637}],
        death=no_deaths,
        **empty,
    )
    (row,) = extract_rows(found, "prescription")
    assert (row["days_supply"], row["daily_dose_mg"]) == (30, None)
    assert [table["read"] for table in found.account.tables] == [1, 0, 1, 1]
    assert extract_rows(found, "observation_period")[0]["start_date"] == date(2015, 2, 27)


def test_a_table_without_a_needed_column_is_asked_about_and_others_are_read(tmp_path):
    frames = {name: pd.DataFrame([row]) for name, row in (("person", PERSON), ("death", {"x": 1}))}
    write_csv(frames | {"measurement": pd.DataFrame([RESULT])}, tmp_path)
    source = omop_source(omop_tables(find_tables(tmp_path)), "test", ".")
    asked = [line for line in source.splitlines() if line.startswith("# QUESTION: ")]
    assert len(asked) == 2
    assert "DEATH.csv has none of the columns person_id, death_date" in asked[0]
    assert "there is no table drug_exposure" in asked[1]
    assert "# There is no table concept." in source


def test_tables_are_omop_by_their_names_and_the_fullest_schema_counts(tmp_path):
    frames = {"person": pd.DataFrame([PERSON]), "measurement": pd.DataFrame([RESULT])}
    write_csv(frames | {"note": pd.DataFrame({"a": [1]})}, tmp_path / "cdm")
    write_csv({"person": pd.DataFrame({"a": [1]})}, tmp_path / "old")
    write_csv({"person": pd.DataFrame([PERSON])}, tmp_path / "no_omop")
    found = omop_tables(find_tables(tmp_path))
    assert {name: table.path for name, table in found.items()} == {
        "person": "cdm/PERSON.csv",
        "measurement": "cdm/MEASUREMENT.csv",
    }
    assert omop_tables(find_tables(tmp_path / "no_omop")) == {}


def test_a_concept_without_a_set_is_told_by_its_name(tmp_path):
    concepts = [
        {"concept_id": 3017250, "concept_name": "Creatinine [Mass/volume] in Urine"},
        {"concept_id": 9999, "concept_name": "unit of somewhere"},
    ]
    people = [PERSON | {"person_id": n} for n in range(1, 6)]
    rows = [RESULT | {"person_id": n, "measurement_concept_id": 3017250} for n in range(1, 6)]
    rows += [RESULT | {"person_id": n, "unit_concept_id": 9999} for n in range(1, 6)]
    numbered = [row | {"measurement_id": n} for n, row in enumerate(rows)]
    found = mapped_omop(tmp_path, person=people, measurement=numbered, concept=concepts)
    (unmapped,) = found.account.unmapped_names
    assert (unmapped["code"], unmapped["rows"]) == ("3017250", 5)
    assert unmapped["code_name"] == "Creatinine [Mass/volume] in Urine"
    (unit,) = found.account.units
    assert (unit["unit"], unit["code_name"]) == ("9999", "unit of somewhere")
    (of_unit,) = [wrong for _, _, wrong, _ in advice(found.account) if "9999" in wrong]
    assert "a unit that it does not have" in of_unit


def test_a_unit_whose_concept_no_list_has_is_that_of_its_text(tmp_path):
    rows = [
        RESULT | {"unit_concept_id": 9999, "unit_source_value": "mg/dL", "value_as_number": 1.0},
        RESULT | {"measurement_id": 2, "unit_concept_id": 8749, "unit_source_value": "mg/dL"},
        RESULT | {"measurement_id": 3, "unit_concept_id": 9999},
    ]
    found = mapped_omop(tmp_path, measurement=rows)
    units = [row["unit"] for row in extract_rows(found, "lab")]
    assert units == ["mg/dl", "umol/l", "9999"]


def test_a_concept_of_the_site_says_no_more_than_its_name(tmp_path):
    own = {"measurement_concept_id": 0, "measurement_source_concept_id": 2_000_000_007}
    rows = [
        RESULT | own | {"measurement_source_value": "血肌酐"},
        RESULT | own | {"measurement_id": 2, "measurement_source_value": None}
        | {"measurement_source_concept_id": 2_000_000_008},
        RESULT | own | {"measurement_id": 3, "measurement_source_value": "尿肌酐"},
    ]  # fmt: skip
    concepts = [{"concept_id": 2_000_000_008, "concept_name": "serum creatinine"}]
    found = mapped_omop(tmp_path, measurement=rows, concept=concepts)
    assert [row["test"] for row in extract_rows(found, "lab")] == ["serum_creatinine"] * 2
    assert reasons(found, "measurement") == {"unknown_name": 1}


@pytest.mark.parametrize("source", ["M32.103+N08.5*", "M32.1†N08.5*", "M32.100+N08.500*"])
def test_a_disease_and_its_manifestation_in_one_source_value_are_both(tmp_path, source):
    row = CONDITION | {"condition_concept_id": 0, "condition_source_value": source}
    found = mapped_omop(tmp_path, condition_occurrence=[row])
    concepts = {row["concept"] for row in extract_rows(found, "diagnosis")}
    assert concepts == {"lupus_nephritis", "systemic_lupus_erythematosus"}


def test_what_was_prescribed_and_dispensed_alike_counts_once(tmp_path):
    prescribed = [SUPPLY | {"drug_exposure_id": n, "drug_type_concept_id": 32838} for n in (1, 2)]
    dispensed = SUPPLY | {"drug_exposure_id": 3, "drug_type_concept_id": 32825}
    found = mapped_omop(tmp_path, drug_exposure=[*prescribed, dispensed])
    assert len(extract_rows(found, "prescription")) == 2
    assert reasons(found, "drug_exposure") == {"same_supply_under_another_type": 1}


def test_a_drug_under_two_types_of_record_at_once_is_told(tmp_path):
    people = [PERSON | {"person_id": n} for n in range(1, 7)]
    rows = []
    for n in range(1, 7):
        row = SUPPLY | {"person_id": n}
        rows.append(row | {"drug_type_concept_id": 32838})
        rows.append(
            row
            | {"drug_type_concept_id": 32825, "drug_exposure_start_date": "2015-03-02"}
            | {"days_supply": 14, "quantity": 28}
        )
        later = {"drug_type_concept_id": 32825, "drug_exposure_start_date": "2016-03-02"}
        rows.append(row | later)
    numbered = [row | {"drug_exposure_id": n} for n, row in enumerate(rows)]
    concepts = [{"concept_id": 32838, "concept_name": "EHR prescription"}]
    found = mapped_omop(tmp_path, person=people, drug_exposure=numbered, concept=concepts)
    told = {
        row["record_type"]: (row["code_name"], row["rows"], row["beside_another"])
        for row in found.account.order_types
    }
    assert told == {"32825": ("", 12, 6), "32838": ("EHR prescription", 6, 0)}
    wrong = [wrong for _, rows, wrong, _ in advice(found.account) if rows == 6]
    assert wrong == ["a drug under two types of record at once: prescribed, and dispensed?"]


def test_the_doses_that_were_read_and_an_unknown_one_are_told(tmp_path):
    people = [PERSON | {"person_id": n} for n in range(1, 6)]
    rows = [SUPPLY | {"person_id": n, "drug_exposure_id": n} for n in range(1, 6)]
    found = mapped_omop(tmp_path, person=people, drug_exposure=rows)
    (dose,) = found.account.doses
    assert (dose["dose_from"], dose["low"], dose["median"], dose["high"]) == ("quantity", 2, 2, 2)
    folder = tmp_path / "without"
    folder.mkdir()
    found = mapped_omop(folder, person=people, drug_exposure=rows, drug_strength=None, concept=None)
    wrong = [wrong for _, rows, wrong, _ in advice(found.account) if rows == 5]
    assert wrong == ["the dose of most is unknown"]


def test_an_infusion_needs_no_days_of_supply(tmp_path):
    infusion = SUPPLY | {"drug_concept_id": 1310317, "route_concept_id": 4171047}
    infusion |= {"days_supply": None, "drug_exposure_end_date": "2015-03-01"}
    found = mapped_omop(tmp_path, drug_exposure=[infusion])
    (source,) = found.account.order_sources
    assert source["supply_from"] == "pulse"
    assert not [w for _, _, w, _ in advice(found.account) if w == "how long it lasts is unknown"]


def test_what_is_not_read_is_told_and_other_tables_of_a_name_are_asked_about(tmp_path):
    frames = {"person": pd.DataFrame([PERSON]), "measurement": pd.DataFrame([RESULT])}
    write_csv(frames | {"note": pd.DataFrame({"a": [1]})}, tmp_path / "cdm")
    write_csv({"measurement": pd.DataFrame([RESULT])}, tmp_path / "2016")
    (tmp_path / "cdm" / "MEASUREMENT_2.csv").write_text("A\n1\n")
    (tmp_path / "cdm" / "DEATH.csv").write_bytes(b"")
    found = find_tables(tmp_path)
    unread = omop_unread(found, omop_tables(found))
    assert unread[0] == ["2016/MEASUREMENT.csv", "cdm/MEASUREMENT_2.csv"]
    assert unread[1] == [
        "cdm/DEATH.csv: is empty (0 bytes). Write or copy it again.",
        "cdm/NOTE.csv",
    ]
    source = omop_source(omop_tables(found), "test", ".", unread)
    (asked,) = [line for line in source.splitlines() if "2016/MEASUREMENT.csv" in line]
    assert asked.startswith("# QUESTION: ")
    assert "# Not read: cdm/NOTE.csv" in source


def test_class_and_score_of_observation_are_offered_ready_to_be_filled_in(tables, tmp_path):
    write_csv(tables, tmp_path / "cdm")
    source = omop_source(omop_tables(find_tables(tmp_path / "cdm")), "test", "cdm")
    assert {table["to"] for table in tomllib.loads(source)["table"]}.isdisjoint(
        {"biopsy", "assessment"}
    )
    first = source.index('# [[table]]\n# name = "biopsy"')
    lines = source[first:].splitlines()
    filled = [
        line[2:] if line.startswith(("# [", '# "')) or " = " in line else "" for line in lines
    ]
    changed = source[:first] + "\n".join(filled).replace("2000000002", str(ISN_RPS_CLASS))
    file = tmp_path / "mapping.toml"
    file.write_text(changed, encoding="utf-8")
    found = map_extract(file, refuse=False)
    assert len(extract_rows(found, "biopsy")) == len(tables["observation"]) > 0


def test_a_vocabulary_with_bare_quotes_is_read_whole(tmp_path):
    frames = {"person": pd.DataFrame([PERSON]), "measurement": pd.DataFrame([RESULT])}
    frames["drug_exposure"] = pd.DataFrame([SUPPLY])
    frames["concept"] = pd.DataFrame({"concept_id": [1]})
    write_csv(frames, tmp_path / "cdm")
    names = ["concept_id\tconcept_name", '1\tNeedle 25G x 1" luer', '2\t"Light" for dates']
    names += ['3\t"open', "4\ttacrolimus"]
    (tmp_path / "cdm" / "CONCEPT.csv").write_text("\n".join(names) + "\n")
    spec = omop_tables(find_tables(tmp_path / "cdm"))["concept"].spec
    assert (spec.delimiter, spec.quote) == ("\t", "")
    rows, _, counts = read(tmp_path / "cdm", spec)
    assert (rows[2], counts.read, sum(counts.damaged.values())) == (("3", '"open'), 4, 0)


def test_administrations_in_a_table_of_their_own_last_their_day_and_are_two_of_a_day(tmp_path):
    def apart(mapping):
        orders = next(t for t in mapping["table"] if t["name"] == "drug_exposure")
        given = orders | {"name": "administration", "supply": ["end_date"]}
        given |= {"keep": {"DRUG_TYPE_CONCEPT_ID": ["32818"]}}
        orders["keep"] = {"DRUG_TYPE_CONCEPT_ID": ["32825"]}
        mapping["table"].append(given)
        return mapping

    given = SUPPLY | {"drug_type_concept_id": 32818, "days_supply": None, "quantity": 2}
    given |= {"drug_exposure_end_date": "2015-03-01"}
    dispensed = SUPPLY | {"drug_type_concept_id": 32825, "drug_exposure_id": 3}
    rows = [given, given | {"drug_exposure_id": 2}, dispensed]
    found = extract_rows(mapped_omop(tmp_path, apart, drug_exposure=rows), "prescription")
    day = date(2015, 3, 1)
    assert [(r["end_date"], r["days_supply"], r["daily_dose_mg"]) for r in found] == [
        (None, 30, 2.0),
        (day, None, 2.0),
        (day, None, 2.0),
    ]


@pytest.mark.parametrize("name", ["000000000000", "drug_exposure_0", "1a2b-0.c000.snappy"])
def test_a_folder_of_parts_is_the_table_of_its_name(tmp_path, name):
    write_parquet({"person": pd.DataFrame([PERSON])}, tmp_path / "cdm")
    folder = tmp_path / "cdm" / "drug_exposure"
    folder.mkdir()
    write_parquet({name: pd.DataFrame([SUPPLY])}, folder)
    (table,) = (t for t in find_tables(tmp_path / "cdm") if t.path.startswith("drug"))
    assert omop_tables([table, *find_tables(tmp_path / "cdm")])["drug_exposure"] is table
    assert table.spec.path == "drug_exposure/*.parquet"


def test_chunks_of_a_table_are_the_table_of_their_name(tmp_path):
    write_csv({"person": pd.DataFrame([PERSON])}, tmp_path)
    for number in (1, 2):
        write_csv({f"drug_exposure_{number}": pd.DataFrame([SUPPLY])}, tmp_path)
    tables = omop_tables(find_tables(tmp_path))
    assert tables["drug_exposure"].spec.path == "DRUG_EXPOSURE_[0-9]*.csv"
    assert tables["drug_exposure"].files == 2


def test_a_concept_told_in_the_mapping_leaves_the_other_concepts_what_they_are(tmp_path):
    def told(mapping):
        table = next(t for t in mapping["table"] if t["name"] == "drug_exposure")
        table["values"]["code"]["2000000123"] = "950637"
        return mapping

    source = {"drug_source_concept_id": 45_000_000}
    rows = [
        SUPPLY | source | {"drug_concept_id": 2_000_000_123},
        SUPPLY | source | {"drug_exposure_id": 2, "drug_concept_id": 1551099},
    ]
    found = mapped_omop(tmp_path, told, drug_exposure=rows)
    drugs = [row["drug"] for row in extract_rows(found, "prescription")]
    assert drugs == ["tacrolimus", "prednisone"]
