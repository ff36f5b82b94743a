"""An extract in the form of the OMOP common data model, and what such tables are written as."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

INGREDIENT = {
    "tacrolimus": 950637,
    "mycophenolate": 19003999,
    "cyclophosphamide": 1310317,
    "prednisone": 1551099,
    "hydroxychloroquine": 1777087,
}
MG = {  # of a tablet, a capsule or an ampoule
    "tacrolimus": 0.5,
    "mycophenolate": 250.0,
    "cyclophosphamide": 50.0,
    "prednisone": 5.0,
    "hydroxychloroquine": 100.0,
}
ROUTE = {"oral": 4132161, "iv": 4171047}
TEST = {
    "serum_creatinine": 3020564,
    "urine_protein_24h": 3020876,
    "serum_albumin": 3024561,
    "complement_c3": 3000620,
    "complement_c4": 3017766,
    "haemoglobin": 3000963,
}
UNIT = {"umol/L": 8749, "g/24h": 8807, "g/L": 8636, "mg/dL": 8840, "g/dL": 8713}
DIAGNOSIS = {"lupus_nephritis": 37016279, "hypertension": 316866, "diabetes": 201820}
PROCEDURE = {"dialysis": 4146536, "kidney_transplant": 4322471}
SOURCE = {"other_autoimmune": "other_autoimmune", "kidney_biopsy": "55.23"}
ISN_RPS_CLASS, SLEDAI = 2_000_000_001, 2_000_000_002  # of the site's own
BELOW = 40_000_000  # a product, or a narrower disease, is numbered so far above its ingredient

Tables = dict[str, pd.DataFrame]


def persons(extract: Tables) -> dict[str, int]:
    """The number of each person, in the order of the identifiers, strangers too."""
    known = {name for table in extract.values() for name in table["patient_id"]}
    return {name: number for number, name in enumerate(sorted(known), start=1_000_000)}


def omop_form(extract: Tables) -> Tables:
    """The tables of OMOP that hold what an extract holds.

    Class and score stand under concepts of the site's own. Every third row of a result has its unit
    as a source value only.
    """
    number = persons(extract)
    tables = {name: _numbered(table, number) for name, table in extract.items()}
    patient, period = tables["patient"], tables["observation_period"]
    birth = pd.to_datetime(patient["birth_date"])
    dead = patient[patient["death_date"].notna()]
    drugs, products = _drug_exposure(tables["prescription"])
    results = _measurement(tables["lab"], tables["assessment"])
    conditions = _events(tables["diagnosis"], "condition", "condition_start_date", DIAGNOSIS)
    procedures = _events(tables["procedure"], "procedure", "procedure_date", PROCEDURE)
    biopsy = tables["biopsy"]
    narrower = [(c + BELOW, c) for c in DIAGNOSIS.values()]
    narrower += [(DIAGNOSIS["lupus_nephritis"] + BELOW, 257628), (37016279, 257628)]
    above = [*products[["drug_concept_id", "ingredient"]].itertuples(index=False), *narrower]
    return {
        "person": pd.DataFrame(
            {
                "person_id": patient["person_id"],
                "gender_concept_id": patient["sex"].map({"female": 8532, "male": 8507}),
                "year_of_birth": birth.dt.year,
                "month_of_birth": birth.dt.month,
                "day_of_birth": birth.dt.day,
                "race_concept_id": 0,
            }
        ),
        "death": pd.DataFrame({"person_id": dead["person_id"], "death_date": dead["death_date"]}),
        "observation_period": pd.DataFrame(
            {
                "observation_period_id": range(len(period)),
                "person_id": period["person_id"],
                "observation_period_start_date": period["start_date"],
                "observation_period_end_date": period["end_date"],
            }
        ),
        "drug_exposure": drugs,
        "measurement": results,
        "condition_occurrence": conditions,
        "procedure_occurrence": procedures,
        "observation": pd.DataFrame(
            {
                "observation_id": range(len(biopsy)),
                "person_id": biopsy["person_id"],
                "observation_concept_id": ISN_RPS_CLASS,
                "observation_date": biopsy["biopsy_date"],
                "value_as_string": biopsy["isn_rps_class"],
            }
        ),
        "drug_strength": pd.DataFrame(
            {
                "drug_concept_id": products["drug_concept_id"],
                "ingredient_concept_id": products["ingredient"],
                "amount_value": products["mg"],
                "amount_unit_concept_id": 8576,
                "box_size": pd.array([None] * len(products), "Int64"),
                "invalid_reason": pd.array([None] * len(products), "string"),
            }
        ),
        "concept_ancestor": pd.DataFrame(
            above, columns=["descendant_concept_id", "ancestor_concept_id"]
        ),
        "concept": pd.DataFrame(
            {
                "concept_id": products["drug_concept_id"],
                "concept_name": products["name"],
                "domain_id": "Drug",
            }
        ),
    }


def _numbered(table: pd.DataFrame, number: dict[str, int]) -> pd.DataFrame:
    return table.assign(person_id=table["patient_id"].map(number))


def _drug_exposure(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each order as a supply of tablets or ampoules, and the products that they are of."""
    start, end = pd.to_datetime(rows["start_date"]), pd.to_datetime(rows["end_date"])
    mg = rows["drug"].map(MG)
    told = (end - start).dt.days + 1
    days = told.where(told.notna(), rows["days_supply"])
    last = start + pd.to_timedelta(days.clip(lower=1).fillna(1) - 1, unit="D")
    of_day = (rows["daily_dose_mg"] * days / mg).where(days > 0)
    ingredient = rows["drug"].map(INGREDIENT)
    product = ingredient + np.where(rows["route"] == "iv", 2 * BELOW, BELOW)
    products = pd.DataFrame(
        {
            "drug_concept_id": product,
            "ingredient": ingredient,
            "mg": mg,
            "name": rows["drug"]
            + " "
            + mg.astype(str)
            + np.where(rows["route"] == "iv", " MG Injection", " MG Oral Tablet"),
        }
    ).drop_duplicates()
    exposures = pd.DataFrame(
        {
            "drug_exposure_id": range(1, len(rows) + 1),
            "person_id": rows["person_id"],
            "drug_concept_id": product,
            "drug_exposure_start_date": start.dt.date,
            "drug_exposure_end_date": last.dt.date,
            "quantity": of_day.where(rows["route"] != "iv", rows["pulse_dose_mg"] / mg),
            "days_supply": days.astype("Int64"),
            "sig": pd.array([None] * len(rows), "string"),
            "route_concept_id": rows["route"].map(ROUTE),
            "drug_source_value": rows["drug"],
        }
    )
    return exposures, products


def _measurement(lab: pd.DataFrame, score: pd.DataFrame) -> pd.DataFrame:
    by_text = np.arange(len(lab)) % 3 == 0
    of_lab = pd.DataFrame(
        {
            "person_id": lab["person_id"],
            "measurement_concept_id": lab["test"].map(TEST),
            "measurement_date": lab["sample_date"],
            "operator_concept_id": 0,
            "value_as_number": lab["value"],
            "unit_concept_id": lab["unit"].map(UNIT).where(~by_text, 0),
            "unit_source_value": lab["unit"].where(by_text),
            "range_low": lab["reference_low"],
            "range_high": lab["reference_high"],
            "measurement_source_value": lab["test"],
            "value_source_value": lab["value"].astype(str),
        }
    )
    of_score = pd.DataFrame(
        {
            "person_id": score["person_id"],
            "measurement_concept_id": SLEDAI,
            "measurement_date": score["assessment_date"],
            "value_as_number": score["score"],
        }
    )
    rows = pd.concat([of_lab, of_score], ignore_index=True)
    return rows.assign(measurement_id=range(1, len(rows) + 1))


def _events(rows: pd.DataFrame, what: str, day: str, concepts: dict[str, int]) -> pd.DataFrame:
    """Diagnoses or procedures; half of those with a concept stand under a narrower one."""
    concept = rows["concept"].map(concepts).fillna(0).astype(int)
    if what == "condition":
        concept += np.where((concept > 0) & (np.arange(len(rows)) % 2 == 0), BELOW, 0)
    return pd.DataFrame(
        {
            f"{what}_occurrence_id": range(1, len(rows) + 1),
            "person_id": rows["person_id"],
            f"{what}_concept_id": concept,
            day: rows[f"{what if what == 'procedure' else 'diagnosis'}_date"],
            f"{what}_source_value": rows["concept"].map(SOURCE),
        }
    )


def arrow(table: pd.DataFrame) -> pa.Table:
    """A table of OMOP as Arrow; whole numbers with gaps stay whole."""
    return pa.Table.from_pandas(table, preserve_index=False)


def write_parquet(tables: Tables, folder: Path) -> Path:
    """A folder of Parquet files."""
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        pq.write_table(arrow(table), folder / f"{name}.parquet")
    return folder


def write_csv(tables: Tables, folder: Path) -> Path:
    """A folder of CSV files with upper-case names, as pandas writes them."""
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        table.rename(columns=str.upper).to_csv(folder / f"{name.upper()}.csv", index=False)
    return folder


def write_duckdb(tables: Tables, file: Path, schema: str = "cdm") -> Path:
    """A DuckDB file with the tables in a schema."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"CREATE SCHEMA {file.stem}.{schema}")
        for name, table in tables.items():
            connection.register("written", arrow(table))
            connection.execute(f"CREATE TABLE {file.stem}.{schema}.{name} AS FROM written")
    return file


def write_postgres(tables: Tables, address: str, schema: str = "cdm") -> str:
    """The tables in a schema of a server."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        cursor.execute(f"CREATE SCHEMA {schema}")
        connection.commit()
        for name, table in tables.items():
            cursor.adbc_ingest(name, arrow(table), db_schema_name=schema)
        connection.commit()
    return address


def class_and_score(mapping: str) -> str:
    """A mapping file with the two tables that the site has told of: what a user adds by hand."""
    import tomllib

    import tomli_w

    content = tomllib.loads(mapping)
    source = {t["name"]: t["source"] for t in content["table"]}
    columns = {t["name"]: t["columns"] for t in content["table"]}
    person = columns["person"]["patient_id"]
    case = str.upper if person.isupper() else str
    of_observation = _renamed(source["measurement"])
    biopsy = {
        "name": "biopsy",
        "to": "biopsy",
        "source": of_observation,
        "columns": {
            "patient_id": person,
            "biopsy_date": case("observation_date"),
            "isn_rps_class": case("value_as_string"),
        },
        "keep": {case("observation_concept_id"): [str(ISN_RPS_CLASS)]},
    }
    sledai = {
        "name": "sledai",
        "to": "assessment",
        "source": source["measurement"],
        "columns": {
            "patient_id": person,
            "assessment_date": case("measurement_date"),
            "score": case("value_as_number"),
        },
        "constants": {"instrument": "sledai_2k"},
        "keep": {case("measurement_concept_id"): [str(SLEDAI)]},
    }
    return tomli_w.dumps(content | {"table": [*content["table"], biopsy, sledai]})


def _renamed(source: dict) -> dict:
    """The source of observation, which stands beside that of measurement."""
    pairs = (("measurement", "observation"), ("MEASUREMENT", "OBSERVATION"))
    changed = dict(source)
    for key in ("path", "table"):
        for old, new in pairs:
            if key in changed:
                changed[key] = changed[key].replace(old, new)
    return changed
