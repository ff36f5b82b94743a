"""What became of every row of the hospital's tables, and what was found in them, in aggregates."""

from dataclasses import dataclass, field

import duckdb

from lncohort.mapping.given import Given
from lncohort.mapping.model import Mapping
from lncohort.mapping.roles import LOOKED_UP

COMMONEST = 20
FEW = "units of few patients"


@dataclass(frozen=True)
class Account:
    """Rows of each table by fate, and what was found; nothing of any one patient.

    Attributes
    ----------
    tables : list of dict
        name, target, source, read, used, rejected, unmapped, out_of_scope: read is the sum of the
        other four. Of a wide table of results each cell counts.
    reasons : list of dict
        table, fate, reason, rows.
    concepts : list of dict
        table, kind, concept, found_by, rows.
    unmapped_names : list of dict
        table, name, code, code_name, rows: the commonest that stand for no concept.
    unread_directions : list of dict
        table, directions, reason, rows: the commonest that were not understood.
    unread_routes : list of dict
        table, route, code_name, rows: the commonest that were not understood; empty for none.
    order_sources : list of dict
        table, drug, supply_from, dose_from, rows, ends_sooner: rows whose end date, which is not
        used, is of a day before the supply is over; longer_than_a_year: rows.
    order_types : list of dict
        table, record_type, code_name, rows, beside_another: rows that begin while the same patient
        has the same drug under another type.
    doses : list of dict
        drug, route, dose_from, rows, low, median, high: mg a day, of an infusion mg in all.
    months : list of dict
        table, month, rows.
    units : list of dict
        test, unit, code_name, assumed (by the mapping's units), rows, censored, low, median, high:
        the values as given. Units that few patients have stand together as one, without name and
        values: one may hold what is no unit.
    patients : dict
        patients, linked, unobserved, strangers, births_assumed, still_observed, sexless, birthless:
        counts.
    min_cell : int
        Names and directions of fewer patients, and values of fewer rows, are left out.
    """

    tables: list[dict] = field(default_factory=list)
    reasons: list[dict] = field(default_factory=list)
    concepts: list[dict] = field(default_factory=list)
    unmapped_names: list[dict] = field(default_factory=list)
    unread_directions: list[dict] = field(default_factory=list)
    unread_routes: list[dict] = field(default_factory=list)
    order_sources: list[dict] = field(default_factory=list)
    order_types: list[dict] = field(default_factory=list)
    doses: list[dict] = field(default_factory=list)
    months: list[dict] = field(default_factory=list)
    units: list[dict] = field(default_factory=list)
    patients: dict[str, int] = field(default_factory=dict)
    min_cell: int = 5


def account(
    connection: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    given: list[Given],
    code_names: dict[str, str],
) -> Account:
    """Count what became of the rows.

    Parameters
    ----------
    connection
        With the mapped tables.
    mapping
        The mapping file.
    given
        The given rows of each table of the mapping.
    code_names
        The name of a code, where the hospital's tables tell it.
    """
    names = {number: table.name for number, table in enumerate(mapping.tables, start=1)}
    reasons = _rows(connection, "mapped_status")
    tables = []
    for number, (table, rows) in enumerate(zip(mapping.tables, given, strict=True), start=1):
        left_out = rows.not_kept + rows.empty + sum(rows.damaged.values())
        others = {("rejected", reason): count for reason, count in rows.damaged.items()}
        others |= {
            ("out_of_scope", "not_kept"): rows.not_kept,
            ("out_of_scope", "empty_cell"): rows.empty,
            ("out_of_scope", "looked_up"): rows.read - left_out if table.to in LOOKED_UP else 0,
        }
        reasons += [(number, *why, count) for why, count in others.items() if count]
        fates = {
            fate: sum(r[3] for r in reasons if r[0] == number and r[1] == fate)
            for fate in ("used", "rejected", "unmapped", "out_of_scope")
        }
        tables.append(
            {"name": table.name, "target": table.to, "source": table.source.label}
            | {"read": rows.read}
            | fates
        )
    least = mapping.info.min_cell
    return Account(
        tables=tables,
        reasons=[
            {"table": names[n], "fate": fate, "reason": reason, "rows": rows}
            for n, fate, reason, rows in sorted(reasons, key=str)
            if reason is not None
        ],
        concepts=[
            {"table": names[n], "kind": kind, "concept": concept, "found_by": by, "rows": rows}
            for n, kind, concept, by, rows in _rows(connection, "concept_matched")
        ],
        unmapped_names=[
            row | {"code_name": code_names.get(row["code"], "")}
            for row in _commonest(
                connection, "unmapped_name", ("name", "code", "specimen"), names, least
            )
        ],
        unread_directions=_commonest(
            connection, "unread_directions", ("directions", "reason"), names, least
        ),
        unread_routes=[
            row | {"code_name": code_names.get(row["route"], "")}
            for row in _commonest(connection, "unread_route", ("route",), names, least)
        ],
        order_sources=[
            {
                "table": names[n],
                "drug": drug,
                "supply_from": supply,
                "dose_from": dose,
                "rows": rows,
                "ends_sooner": sooner,
                "longer_than_a_year": longer,
            }
            for n, drug, supply, dose, rows, sooner, longer in _rows(connection, "order_source")
        ],
        order_types=[
            {"table": names[n], "record_type": kind, "code_name": code_names.get(kind, "")}
            | {"rows": rows, "beside_another": beside}
            for n, kind, rows, patients, beside in _rows(connection, "order_type")
            if patients >= least
        ],
        doses=[
            {"drug": drug, "route": route, "dose_from": dose, "rows": rows}
            | ({"low": low, "median": median, "high": high} if patients >= least else {})
            for drug, route, dose, rows, patients, low, median, high in _rows(
                connection, "dose_read"
            )
        ],
        months=[
            {"table": names[n], "month": str(month), "rows": rows}
            for n, month, rows in _rows(connection, "record_month")
            if rows >= least
        ],
        units=_units(connection, least, code_names),
        patients=dict(
            zip(
                (
                    *("patients", "linked", "unobserved", "strangers", "births_assumed"),
                    *("still_observed", "sexless", "birthless"),
                ),
                _rows(connection, "patient_overview")[0],
                strict=True,
            )
        ),
        min_cell=least,
    )


def _commonest(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: tuple[str, ...],
    names: dict[int, str],
    least: int,
) -> list[dict]:
    """The commonest texts of each table, without those of few patients."""
    found = [
        (number, *texts, rows)
        for number, *texts, rows, patients in _rows(connection, table)
        if patients >= least
    ]
    found.sort(key=lambda row: (row[0], -row[-1], row[1:-1]))
    kept, of_table = [], dict.fromkeys(names, 0)
    for number, *texts, rows in found:
        of_table[number] += 1
        if of_table[number] <= COMMONEST:
            told = dict(zip(columns, texts, strict=True))
            kept.append({"table": names[number], **told, "rows": rows})
    return kept


def _units(
    connection: duckdb.DuckDBPyConnection, least: int, code_names: dict[str, str]
) -> list[dict]:
    told, of_few = [], {}
    for test, unit, assumed, *counts, low, median, high in _rows(connection, "result_unit"):
        rows, patients, censored = counts
        if unit and not assumed and patients < least:
            few = {"test": test, "unit": FEW, "code_name": "", "assumed": False}
            few |= {"rows": 0, "censored": 0}
            few = of_few.setdefault(test, few)
            few["rows"] += rows
            few["censored"] += censored
            continue
        row = {"test": test, "unit": unit, "code_name": code_names.get(unit, "")}
        row |= {"assumed": assumed, "rows": rows, "censored": censored}
        values = {"low": low, "median": median, "high": high}
        told.append(row | (values if patients >= least else {}))
    return sorted([*told, *of_few.values()], key=lambda row: (row["test"], row["unit"]))


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple]:
    return connection.table(table).order("ALL").fetchall()
