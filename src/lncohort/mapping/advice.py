"""What a user can mend in a mapping file, from what became of the rows: the next thing to do."""

from collections.abc import Iterator

from lncohort.extract.lab_tests import LAB_TESTS
from lncohort.extract.units import is_another_quantity, looks_like, plain_unit
from lncohort.mapping.accounting import FEW, Account

Advice = tuple[str, int, str, str]
# By reason of a row: what is wrong, and what to do.
OF_REASONS = {
    "day_unknown": ("a month is no day", "day_of_month = 15, if a middle day is good enough"),
    "unreadable_date": ("dates not read", "date_formats = [...] as they stand, such as %d.%m.%Y"),
    "impossible_date": (
        "dates that do not exist",
        "see whether date_formats has day and month right",
    ),
    "missing_patient_id": ("no patient", "see whether patient_id is the right column"),
    "unknown_class": ("classes not read", "[table.values.isn_rps_class] for the commonest"),
    "unknown_status": (
        "codes of status that say nothing",
        '[table.values.status], as "1" = "作废", "0" = "执行"',
    ),
    "unknown_operator": (
        "operators that are not known",
        '[table.values.operator], as "2000000001" = "<"',
    ),
    "refund_without_dispensing": (
        "refunds of nothing",
        "see whether a file of dispensings is not there",
    ),
    "infusions_over_more_than_14_days": ("infusions without end", "see end_date of these orders"),
    "ambiguous_number": ("1,234 or 1.234", 'decimal = "." or ","'),
}
OF_SUPPLY = (
    (
        "ends_sooner",
        "an end date before the supply is over: stopped?",
        'supply = ["end_date", ...], if ends are real stops',
    ),
    (
        "longer_than_a_year",
        "supplies of more than a year",
        '[table.values.days_supply] or .end_date, as "9999" = "", if no more is known',
    ),
)
KINDS = {"prescription": "drug", "lab": "lab", "diagnosis": "diagnosis", "procedure": "procedure"}


def advice(account: Account) -> list[Advice]:
    """Table, rows, what is wrong and what to do, the most rows first.

    Parameters
    ----------
    account
        Of a mapping that was carried out.
    """
    found = [
        *_of_reasons(account),
        *_of_names(account),
        *_of_units(account),
        *_of_orders(account),
        *_of_routes(account),
        *_of_patients(account),
    ]
    return sorted(found, key=lambda row: (-row[1], row[0], row[2]))


def _of_reasons(account: Account) -> Iterator[Advice]:
    for row in account.reasons:
        for reason, (wrong, remedy) in OF_REASONS.items():
            if row["reason"].endswith(reason):
                yield row["table"], row["rows"], wrong, remedy


def _of_names(account: Account) -> Iterator[Advice]:
    targets = {table["name"]: table["target"] for table in account.tables}
    for row in account.reasons:
        if row["reason"] == "unknown_name" and targets[row["table"]] in KINDS:
            kind = KINDS[targets[row["table"]]]
            remedy = f'[names.{kind}] for those that are of the study; "-" for the others'
            yield row["table"], row["rows"], "names that stand for nothing", remedy


def _of_units(account: Account) -> Iterator[Advice]:
    for row in account.units:
        if row["test"] not in LAB_TESTS:
            continue
        other = looks_like(row["test"], row["unit"], row["median"]) if "median" in row else ""
        if not row["unit"]:
            hint = f'{row["test"]} = "{other}"?' if other else f"{row['test']} = ..."
            yield "", row["rows"], f"{row['test']} without a unit", f"[units] {hint} else unused"
        elif row["unit"] != FEW and is_another_quantity(row["test"], row["unit"]):
            wrong = f"{row['test']} in {row['unit']}, which is another quantity: refused"
            yield "", row["rows"], wrong, 'leave it: one is not the other; or its name as "-"'
        elif row["unit"] != FEW and plain_unit(row["unit"]) not in map(
            plain_unit, LAB_TESTS[row["test"]].factors
        ):
            wrong = f"{row['test']} in {row['unit']}, a unit that it does not have: refused"
            yield (
                "",
                row["rows"],
                wrong,
                "[table.values.unit], as " + ", ".join(LAB_TESTS[row["test"]].factors),
            )
        elif other:
            wrong = f"{row['test']} in {row['unit']} looks like {other}"
            told = "the column of units, or unit of the wide column"
            yield "", row["rows"], wrong, f"see {'[units]' if row['assumed'] else told}"


def _of_orders(account: Account) -> Iterator[Advice]:
    unread: dict[str, int] = {}
    supply: dict[str, int] = {}
    for row in account.unread_directions:
        unread[row["table"]] = unread.get(row["table"], 0) + row["rows"]
    for row in account.order_sources:
        if row["supply_from"] == "unknown":
            supply[row["table"]] = supply.get(row["table"], 0) + row["rows"]
    beside: dict[str, int] = {}
    for row in account.order_types:
        beside[row["table"]] = beside.get(row["table"], 0) + row["beside_another"]
    for table, rows in beside.items():
        if rows:
            wrong = "a drug under two types of record at once: prescribed, and dispensed?"
            yield table, rows, wrong, "keep = { its column = [one type] }, else both count"
    for counted, wrong, remedy in OF_SUPPLY:
        counts: dict[str, int] = {}
        for row in account.order_sources:
            counts[row["table"]] = counts.get(row["table"], 0) + row[counted]
        for table, rows in counts.items():
            if rows:
                yield table, rows, wrong, remedy
    doseless: dict[str, list[int]] = {}
    for row in account.order_sources:
        counts = doseless.setdefault(row["table"], [0, 0])
        counts[row["dose_from"] == "unknown"] += row["rows"]
    for table, (known, unknown) in doseless.items():
        if unknown > known:
            remedy = 'quantity_unit = "mg", or "box", if it counts these; a table of strengths; directions'
            yield table, unknown, "the dose of most is unknown", remedy
    for table, rows in unread.items():
        yield table, rows, "directions not understood", "[table.values.directions], where sure"
    for table, rows in supply.items():
        remedy = "end_date, days_supply, or quantity with quantity_unit and strength"
        yield table, rows, "how long it lasts is unknown", remedy


def _of_routes(account: Account) -> Iterator[Advice]:
    rows = sum(row["rows"] for row in account.doses if row["route"] is None)
    if rows:
        remedy = '[table.values.route], or route = "oral" under [table.constants], no column'
        yield "", rows, "prescriptions without a route: refused", remedy


def _of_patients(account: Account) -> Iterator[Advice]:
    if account.patients["strangers"]:
        remedy = 'leading_zeros, or a table of to = "patient_link"'
        yield "", account.patients["strangers"], "identifiers in no patient table", remedy
    by_table = any(table["target"] == "observation_period" for table in account.tables)
    if by_table and account.patients["unobserved"]:
        wrong = "patients without observation: unused"
        remedy = 'its table; or from = "records" under [observation], without that table'
        yield "", account.patients["unobserved"], wrong, remedy
    for name, wrong, remedy in (
        (
            "sexless",
            "patients without a sex: unused",
            "[table.values.sex], as 1 = male, 2 = female",
        ),
        ("birthless", "patients without a birth: unused", "birth_date or birth_year"),
    ):
        if account.patients[name]:
            yield "", account.patients[name], wrong, remedy
