"""Tables of which a mapping uses nothing, or rejects most: those are no ground for a study."""

from collections.abc import Iterator

from lncohort.mapping.accounting import Account
from lncohort.mapping.roles import LOOKED_UP

MAX_REJECTED_SHARE = 0.5
NEEDED = ("patient", "prescription", "lab")
# Rows that were understood: they count elsewhere, or for nothing by a rule.
UNDERSTOOD = (
    *("copy_of_a_row", "same_supply_in_another_table", "same_supply_under_another_type"),
    *("refund", "refunded"),
    *("cancelled_or_not_executed", "not_a_systemic_route", "ruled_out_or_doubted"),
)
# Words in place of a number: many of a table may be, and not all.
WORDS = (
    *("text_without_number", "grade_is_no_amount", "titre_is_no_amount", "missing_value"),
    "unknown_text",
)


def unusable(account: Account) -> list[str]:
    """What a mapping made of tables that it does not seem to understand; none where it does.

    These are a table of patients, prescriptions or results of which no row is used (but for reasons
    that are understood, as copies); any table most of whose rows are rejected; and records none of
    which is of a patient. Each is told with its rows, why they are not used, and what to do.
    """
    return [*_tables(account), *_strangers(account)]


def _tables(account: Account) -> Iterator[str]:
    for table in account.tables:
        reasons = [r for r in account.reasons if r["table"] == table["name"]]
        understood = _rows(reasons, UNDERSTOOD)
        rejected = table["rejected"] - understood - _rows(reasons, WORDS)
        is_copied = 0 < table["read"] == understood
        is_nothing = table["target"] in NEEDED and table["used"] == 0 and not is_copied
        looked_up = table["out_of_scope"] if table["target"] in LOOKED_UP else 0
        in_scope = table["used"] + looked_up + rejected
        if not is_nothing and rejected <= MAX_REJECTED_SHARE * in_scope:
            continue
        found = ", ".join(f"{r['reason']} ({r['rows']})" for r in _commonest_first(reasons))
        unused = table["read"] if is_nothing else rejected
        yield (
            f"{table['source']} (table.{table['name']}): {unused} of "
            f"{table['read'] if is_nothing else in_scope} rows cannot be used: "
            f"{found or 'the table has no rows'}; expected: at most half. Correct its columns, "
            "formats or names in the mapping, or take the table out of it. All that was found: "
            "lncohort check --mapping FILE"
        )


def _rows(reasons: list[dict], wanted: tuple[str, ...]) -> int:
    return sum(r["rows"] for r in reasons if r["reason"] in wanted)


def _commonest_first(reasons: list[dict]) -> list[dict]:
    return sorted(reasons, key=lambda r: (-r["rows"], r["reason"]))


def _strangers(account: Account) -> Iterator[str]:
    patients = account.patients
    if patients["strangers"] and patients["patients"] == patients["unobserved"]:
        yield (
            f"patient_id: none of the {patients['patients']} patients has a record; the "
            f"{patients['strangers']} identifiers of the other tables are in no table of patients; "
            "expected the same identifiers in all. Correct the columns of patient_id, set "
            'leading_zeros = "drop" under [mapping], or add a table with to = "patient_link".'
        )
