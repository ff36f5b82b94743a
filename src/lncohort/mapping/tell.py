"""What a mapping made of a hospital's tables, as tables for the terminal."""

from collections.abc import Iterator
from itertools import groupby

from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.extract.units import looks_like
from lncohort.mapping.accounting import Account
from lncohort.mapping.advice import advice

Printed = tuple[str, tuple[str, ...], list[tuple]]
BARS = "▁▂▃▄▅▆▇█"


def told(account: Account) -> Iterator[Printed]:
    """Title, columns and rows of each table that `lncohort check --mapping` prints.

    Parameters
    ----------
    account
        Aggregates only; names of few patients, and values of few rows, are not in it.
    """
    yield (
        "Rows of the hospital's tables (read = used + rejected + unmapped + out of scope)",
        ("table", "becomes", "read", "used", "rejected", "unmapped", "out of scope", "source"),
        [
            (
                *(row["name"], row["target"], row["read"], row["used"], row["rejected"]),
                *(row["unmapped"], row["out_of_scope"], row["source"]),
            )
            for row in account.tables
        ],
    )
    if account.reasons:
        yield (
            "Why rows are not used",
            ("table", "fate", "reason", "rows"),
            [(r["table"], r["fate"], r["reason"], r["rows"]) for r in account.reasons],
        )
    yield (
        "What was found, and by which code list",
        ("kind", "concept", "found by", "rows"),
        _concepts(account),
    )
    if account.unmapped_names:
        yield (
            "Commonest names that stand for nothing (give them a concept under [names.*])",
            ("table", "name", "code", "of the code", "specimen", "rows"),
            [
                (r["table"], r["name"], r["code"], r["code_name"], r["specimen"], r["rows"])
                for r in account.unmapped_names
            ],
        )
    if account.unread_directions:
        yield (
            "Directions that were not understood: the dose is unknown, or that of the quantity",
            ("table", "directions", "reason", "rows"),
            [
                (r["table"], r["directions"], r["reason"], r["rows"])
                for r in account.unread_directions
            ],
        )
    if account.unread_routes:
        yield (
            "Routes that were not understood, and no form of the drug tells (a study refuses them)",
            ("table", "route", "of the code", "rows"),
            [
                (r["table"], r["route"] or "none", r["code_name"], r["rows"])
                for r in account.unread_routes
            ],
        )
    if account.order_sources:
        yield (
            "Where the supply and the dose of a drug were read",
            ("drug", "supply from", "dose from", "rows"),
            _order_sources(account),
        )
    if account.doses:
        yield (
            "Doses as read, mg a day or mg of an infusion (5th, 50th and 95th percentile)",
            ("drug", "route", "dose from", "rows", "low", "median", "high"),
            [
                (r["drug"], r["route"] or "unknown", r["dose_from"], r["rows"], *_percentiles(r))
                for r in account.doses
            ],
        )
    if len(account.order_types) > 1:
        yield (
            "Types of record, and rows that begin beside the same drug under another type",
            ("table", "type", "of the type", "rows", "beside another"),
            [
                (r["table"], r["record_type"], r["code_name"], r["rows"], r["beside_another"])
                for r in account.order_types
            ],
        )
    if account.units:
        yield (
            "Laboratory values as given (5th, 50th and 95th percentile)",
            ("test", "unit", "rows", "censored", "low", "median", "high", "remark"),
            [_unit(row) for row in account.units],
        )
    if account.months:
        yield (
            "Rows over calendar time, a bar a year",
            ("table", "from", "to", "rows a year"),
            list(_coverage(account)),
        )
    patients = account.patients
    yield (
        "Patients",
        (
            *("patients", "linked identifiers", "without observation", "in no patient table"),
            *("day of birth assumed", "observed until the data end"),
        ),
        [
            (
                *(patients["patients"], patients["linked"]),
                *(patients["unobserved"], patients["strangers"]),
                *(patients["births_assumed"], patients["still_observed"]),
            )
        ],
    )
    to_do = advice(account)
    if to_do:
        yield (
            "What to look at next in the mapping file (then check again)",
            ("table", "rows", "what is wrong", "what to do"),
            [(table or "all", *rest) for table, *rest in to_do],
        )
    yield (
        f"Not told here: texts of fewer than {account.min_cell} patients; values and "
        f"months of fewer than {account.min_cell} rows",
        (),
        [],
    )


def _concepts(account: Account) -> list[tuple]:
    return _summed(account.concepts, ("kind", "concept", "found_by"))


def _order_sources(account: Account) -> list[tuple]:
    return _summed(account.order_sources, ("drug", "supply_from", "dose_from"))


def _summed(rows: list[dict], keys: tuple[str, ...]) -> list[tuple]:
    """Rows of all tables together, by some keys."""
    sums: dict[tuple, int] = {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        sums[key] = sums.get(key, 0) + row["rows"]
    return [(*key, count) for key, count in sorted(sums.items())]


def _unit(row: dict) -> tuple:
    unit = f"{row['unit']} (assumed)" if row["assumed"] else row["unit"] or "none"
    if row["code_name"]:
        unit = f"{unit} ({row['code_name']})"
    told = (row["test"], unit, row["rows"], row["censored"], *_percentiles(row))
    other = ""
    if row["test"] in LAB_TESTS and "median" in row:
        other = looks_like(row["test"], row["unit"], row["median"])
    return (*told, f"looks like {other}" if other else "")


def _percentiles(row: dict) -> list[str]:
    """Three values, few where they would be of few patients, and nothing where there is none."""
    if "median" not in row:
        return ["few"] * 3
    values = [row[name] for name in ("low", "median", "high")]
    return ["" if value is None else f"{float(f'{value:.3g}'):g}" for value in values]


def _coverage(account: Account) -> Iterator[tuple]:
    """Of each table its first and last month, and a bar of rows for each year between."""
    for table, months in groupby(account.months, key=lambda row: row["table"]):
        months = list(months)
        years: dict[int, int] = {}
        for row in months:
            year = int(row["month"][:4])
            years[year] = years.get(year, 0) + row["rows"]
        most = max(years.values())
        bars = "".join(
            BARS[round((len(BARS) - 1) * years[year] / most)] if year in years else " "
            for year in range(min(years), max(years) + 1)
        )
        yield table, months[0]["month"][:7], months[-1]["month"][:7], bars
