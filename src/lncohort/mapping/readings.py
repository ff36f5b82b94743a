"""Every distinct text of the hospital's tables, read once, as tables to which the SQL joins.

Their key ``given`` is the number of the text.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from typing import get_args

import pyarrow as pa

from lncohort.mapping.biopsy_class import read_class
from lncohort.mapping.days import Day, read_day
from lncohort.mapping.given import GivenTexts
from lncohort.mapping.model import Mapping, SourceTable, Supply
from lncohort.mapping.names import Found, Names, dialysis_or_graft
from lncohort.mapping.orders import read_order
from lncohort.mapping.roles import ROLES, TOGETHER
from lncohort.mapping.words import (
    is_code_of_operator,
    read_certainty,
    read_daily_mg,
    read_days,
    read_given_back,
    read_instrument,
    read_operator,
    read_order_type,
    read_quantity,
    read_score,
    read_sex,
    read_status,
)
from lncohort.texts.ages import read_age
from lncohort.texts.diagnoses import Diagnosis, read_diagnoses
from lncohort.texts.numbers import DecimalMark, read_number
from lncohort.texts.plain import plain
from lncohort.texts.reference_ranges import read_reference_range
from lncohort.texts.results import read_result
from lncohort.texts.strength import Strength
from lncohort.texts.units import read_unit

INT, TEXT, NUMBER, FLAG, DAY = pa.int32(), pa.string(), pa.float64(), pa.bool_(), pa.date32()
NO_NUMBER = {
    "titre": "titre_is_no_amount",
    "grade": "grade_is_no_amount",
    "text": "text_without_number",
    "missing": "missing_value",
}
DAGGERS = re.compile("[+†‡*;,、 ]+")  # between the codes of a disease and of its manifestation
Tables = dict[str, pa.Table]


def settings(mapping: Mapping) -> Tables:
    """What the mapping file says of all tables, and of each."""
    ranks = {source: f"rank_of_{source}" for source in get_args(Supply)}
    return {
        "mapping_setting": _table(
            {
                "drop_leading_zeros": FLAG,
                "observed_from_records": FLAG,
                "gap_days": INT,
                "today": DAY,
            },
            [
                (
                    mapping.info.leading_zeros == "drop",
                    mapping.observation.source == "records",
                    mapping.observation.gap_days,
                    date.today(),
                )
            ],
        ),
        "mapping_table": _table(
            {
                "table_number": INT,
                "decimal_mark": TEXT,
                "is_inpatient": FLAG,
                "is_of_refunds": FLAG,
                **dict.fromkeys(ranks.values(), INT),
            },
            [
                (
                    number,
                    table.decimal,
                    table.inpatient,
                    table.refunds,
                    *(
                        table.supply.index(source) if source in table.supply else None
                        for source in ranks
                    ),
                )
                for number, table in enumerate(mapping.tables, start=1)
            ],
        ),
    }


class Readings:
    """Reads the distinct texts of the hospital's tables.

    Parameters
    ----------
    mapping
        The mapping file.
    given
        The texts.
    names
        Names and code lists.
    known_strength
        The strength of a product, by its code.
    """

    def __init__(
        self,
        mapping: Mapping,
        given: list[GivenTexts],
        names: Names,
        known_strength: dict[str, Strength],
    ):
        self._given = given
        self._units = mapping.units
        self._names = names
        self._known_strength = known_strength

    def all(self) -> Tables:
        """Every reading, by the name of its table."""
        return {
            "date_text": self._dates(),
            "number_text": self._numbers(),
            "sex_text": self._of_one("patient", "sex", {"sex": TEXT}, lambda t: (read_sex(t),)),
            "age_text": self._of_one("patient", "age", {"days": INT}, lambda t: (read_age(t),)),
            "order_text": self._orders(),
            "status_text": self._of_one(
                "prescription",
                "status",
                {"is_carried_out": FLAG, "is_given_back": FLAG},
                lambda t: (read_status(t), read_given_back(t)),
            ),
            "order_type_text": self._of_one(
                "prescription", "order_type", {"order_type": TEXT}, lambda t: (read_order_type(t),)
            ),
            "test_text": self._tests(),
            "result_text": self._results(),
            "diagnosis_text": self._diagnoses(),
            "procedure_text": self._procedures(),
            "class_text": self._of_one(
                "biopsy", "isn_rps_class", {"isn_rps_class": TEXT}, lambda t: (read_class(t),)
            ),
            "instrument_text": self._of_one(
                "assessment", "instrument", {"instrument": TEXT}, lambda t: (read_instrument(t),)
            ),
        }

    def _distinct(self, target: str, reading: str) -> Iterator[tuple]:
        """The numbers of the texts of a reading, the table they are of, and the texts."""
        for of_table in self._given:
            if of_table.table.to == target and of_table.reading == reading:
                for number, texts in enumerate(of_table.texts.to_pylist(), start=of_table.first):
                    yield number, of_table.table, texts

    def _of_one(
        self, target: str, role: str, columns: dict, read: Callable[[str], tuple]
    ) -> pa.Table:
        """The texts of one role, each with what it means."""
        rows = [
            (number, *read(table.meant(role, given)))
            for number, table, (given,) in self._distinct(target, role)
        ]
        return _table({"given": INT, **columns}, rows)

    def _dates(self) -> pa.Table:
        day_of = cache(read_day)  # many tables hold the same days

        def told(table: SourceTable, role: str, text: str) -> Day:
            meant = table.meant(role, text)
            if not meant:
                return Day(None, None)
            return day_of(meant, table.date_formats, table.day_of_month)

        rows = [
            (number, *told(table, role.name, text))
            for target, roles in ROLES.items()
            for role in roles
            if role.kind == "date"
            for number, table, (text,) in self._distinct(target, role.name)
        ]
        return _table({"given": INT, "day": DAY, "problem": TEXT}, rows)

    def _numbers(self) -> pa.Table:
        readers = {
            ("prescription", "days_supply"): read_days,
            ("prescription", "quantity"): lambda text, mark: read_quantity(text, mark)[0],
            ("prescription", "daily_dose_mg"): read_daily_mg,
            ("assessment", "score"): read_score,
        }
        rows = [
            (number, read(plain(table.meant(role, text)), table.decimal))
            for (target, role), read in readers.items()
            for number, table, (text,) in self._distinct(target, role)
        ]
        return _table({"given": INT, "value": NUMBER}, rows)

    def _orders(self) -> pa.Table:
        roles = TOGETHER["prescription"]
        rows = []
        for number, table, texts in self._distinct("prescription", "drug"):
            meant = {role: table.meant(role, text) for role, text in zip(roles, texts, strict=True)}
            order = read_order(
                self._names, table.code_system, table.decimal, self._known_strength, **meant
            )
            concept, by, _ = order.found or (None, None, None)
            amounts = (
                order.take_mg,
                order.takes_per_day,
                order.daily_mg,
                order.mg_per_quantity,
                order.days_per_quantity,
            )
            rows.append(
                (
                    number,
                    *texts,
                    concept,
                    by,
                    order.route,
                    *map(_float, amounts),
                    order.days,
                    order.is_single,
                    order.is_as_needed,
                    order.reason,
                )
            )
        texts = ["route_given" if role == "route" else role for role in roles]
        return _table(
            {
                "given": INT,
                **dict.fromkeys(texts, TEXT),
                "concept": TEXT,
                "found_by": TEXT,
                "route": TEXT,
                "take_mg": NUMBER,
                "takes_per_day": NUMBER,
                "daily_dose_mg": NUMBER,
                "mg_per_quantity": NUMBER,
                "days_per_quantity": NUMBER,
                "days_told": INT,
                "is_single": FLAG,
                "is_as_needed": FLAG,
                "directions_problem": TEXT,
            },
            rows,
        )

    def _tests(self) -> pa.Table:
        # The same few names, units and limits come in many combinations.
        find, limit_of = cache(self._names.of_test), cache(_limit)
        unit_of = cache(lambda text: read_unit(self._names.unit_of(text)))
        limits_of, rows = cache(read_reference_range), []
        for number, table, texts in self._distinct("lab", "test"):
            name, code, specimen, operator, unit, low, high, both = (
                table.meant(role, text) for role, text in zip(TOGETHER["lab"], texts, strict=True)
            )
            concept, by, _ = find(table.code_system, name, code, specimen) or (None, None, None)
            limits = limits_of(both, table.decimal)
            low, high = limit_of(low, table.decimal), limit_of(high, table.decimal)
            rows.append(
                (
                    number,
                    *texts[:3],
                    concept,
                    by,
                    read_operator(operator),
                    is_code_of_operator(operator),
                    unit_of(unit),
                    read_unit(self._units.get(concept, "")),
                    _float(limits.low) if low is None else low,
                    _float(limits.high) if high is None else high,
                )
            )
        return _table(
            {
                "given": INT,
                "name": TEXT,
                "code": TEXT,
                "specimen": TEXT,
                "concept": TEXT,
                "found_by": TEXT,
                "operator": TEXT,
                "is_operator_unknown": FLAG,
                "unit": TEXT,
                "default_unit": TEXT,
                "reference_low": NUMBER,
                "reference_high": NUMBER,
            },
            rows,
        )

    def _results(self) -> pa.Table:
        """The results that are no plain numbers."""
        rows = []
        for number, table, (given,) in self._distinct("lab", "result"):
            read = read_result(table.meant("result", given), table.decimal)
            is_value = read.kind in ("number", "censored")
            rows.append(
                (
                    number,
                    given,
                    _float(read.number) if is_value else None,
                    read.operator if is_value else None,
                    None if read.unit is None else read_unit(read.unit),
                    None if is_value else NO_NUMBER.get(read.kind, read.reason),
                )
            )
        return _table(
            {
                "given": INT,
                "text": TEXT,
                "value": NUMBER,
                "operator": TEXT,
                "unit": TEXT,
                "problem": TEXT,
            },
            rows,
        )

    def _diagnoses(self) -> pa.Table:
        rows = []
        for number, table, (name, code, certainty) in self._distinct("diagnosis", "diagnosis"):
            text = table.meant("diagnosis", name)
            is_sure = read_certainty(table.meant("certainty", certainty)) is True
            parts = read_diagnoses(text)
            found = [(match, part.status) for part in parts for match in self._written(part)]
            # A code may say less than the words beside it (M32.9 beside 狼疮性肾炎), or more.
            status = parts[0].status if len(parts) == 1 else "asserted"
            codes = self._codes(table.code_system, table.meant("code", code))
            found = [(match, status) for match in codes] + [
                (match, of_part) for match, of_part in found if match or not codes
            ]
            for part, (match, status) in enumerate(found or [(None, "asserted")], start=1):
                concept, by, needs = match or (None, None, "")
                rows.append(
                    (
                        *(number, name, code, part, concept, by, needs or None),
                        is_sure and status == "asserted",
                    )
                )
        return _table(
            {
                "given": INT,
                "name": TEXT,
                "code": TEXT,
                "part": INT,
                "concept": TEXT,
                "found_by": TEXT,
                "needs": TEXT,
                "is_asserted": FLAG,
            },
            rows,
        )

    def _written(self, part: Diagnosis) -> list[Found | None]:
        """What a diagnosis in words stands for: by the codes in it, or else by its words."""
        by_code = {
            self._names.of_written_code("diagnosis", code)
            or self._names.of_code("diagnosis", "ICD-10", code if part.code else "")
            for code in (DAGGERS.split(part.code) if part.code else [part.text])
        }
        if by_code - {None}:
            return sorted(by_code - {None})
        return [*self._names.all_of_name("diagnosis", part.text)] or [None]

    def _codes(self, system: str | None, text: str) -> list[Found]:
        """What a cell of codes stands for: a disease and, behind a dagger, its manifestation."""
        codes = {text, *DAGGERS.split(text)}
        return sorted(
            {
                match
                for code in codes
                for match in self._names.all_of_code("diagnosis", system, code)
            }
        )

    def _procedures(self) -> pa.Table:
        rows = []
        for number, table, (name, code) in self._distinct("procedure", "procedure"):
            text = table.meant("procedure", name)
            found = (
                self._names.of_code("procedure", table.code_system, table.meant("code", code))
                or self._names.of_written_code("procedure", text)
                or self._names.of_name("procedure", text)
                or dialysis_or_graft(self._names, text)
            )
            concept, by, _ = found or (None, None, None)
            rows.append((number, name, code, concept, by))
        return _table(
            {"given": INT, "name": TEXT, "code": TEXT, "concept": TEXT, "found_by": TEXT},
            rows,
        )


def _float(number) -> float | None:
    return None if number is None else float(number)


def _limit(text: str, decimal_mark: DecimalMark) -> float | None:
    return _signed(plain(text), decimal_mark)


def _signed(text: str, decimal_mark: str) -> float | None:
    sign = -1 if text.startswith("-") else 1
    number = read_number(text.lstrip("+-").strip(), decimal_mark)
    return None if number is None else sign * float(number)


def _table(columns: dict[str, pa.DataType], rows: Iterable[tuple]) -> pa.Table:
    rows = list(rows)
    arrays = [
        pa.array([row[i] for row in rows], type=kind) for i, kind in enumerate(columns.values())
    ]
    return pa.Table.from_arrays(arrays, names=list(columns))
