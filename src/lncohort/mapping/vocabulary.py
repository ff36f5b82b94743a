"""What the hospital's own tables tell of its codes: what stands above them, strength and name."""

from fractions import Fraction

import duckdb
import pyarrow as pa
from duckdb import ColumnExpression, ConstantExpression

from lncohort.codes import CodeLists
from lncohort.mapping.given import GivenTexts
from lncohort.mapping.model import Mapping
from lncohort.mapping.names import UCUM
from lncohort.mapping.roles import as_they_stand, readings, role_names
from lncohort.texts.numbers import DecimalMark, read_number
from lncohort.texts.plain import plain
from lncohort.texts.strength import Strength

MG = {"mg": Fraction(1), "g": Fraction(1000), "ug": Fraction(1, 1000)}
CODED = tuple((target, "code") for target in ("prescription", "lab", "diagnosis", "procedure"))
TELLING = ("amount", "amount_of_liquid", "units_a_pack")
# Vocabularies of OMOP, as the code lists call them.
SYSTEMS = {"LOINC": "LOINC", "RxNorm": "RxNorm", "ATC": "ATC", "ICD9CM": "ICD-9-CM"}
SYSTEMS |= {"ICD10CM": "ICD-10-CM", "ICD9Proc": "ICD-9-CM", "UCUM": UCUM}
SYSTEMS |= dict.fromkeys(("ICD10", "ICD10CN", "ICD10GM", "CIM10", "KCD7"), "ICD-10")
NAMED = (*CODED, ("prescription", "record_type"), ("prescription", "route"), ("lab", "unit"))


def ancestors(
    connection: duckdb.DuckDBPyConnection, lists: CodeLists, given: list[GivenTexts]
) -> dict[str, set[str]]:
    """Codes of the lists above each code that the hospital's rows hold, and above each other (OMOP).

    Parameters
    ----------
    connection
        With the ``given_`` views.
    lists
        The code lists.
    given
        The texts of the hospital's rows.
    """
    listed = sorted(set(lists.rows.loc[lists.rows["system"] == "OMOP", "code"]))
    above: dict[str, set[str]] = {}
    if not listed:
        return above
    of_lists = [ConstantExpression(code) for code in listed]
    pairs = connection.view("given_ancestor").filter(ColumnExpression("ancestor").isin(*of_lists))
    pairs = pairs.filter(ColumnExpression("ancestor") != ColumnExpression("descendant"))
    codes = _codes(connection, given, CODED).select(ColumnExpression("code").alias("descendant"))
    for chosen in (
        pairs.join(codes, "descendant", how="semi"),
        pairs.filter(ColumnExpression("descendant").isin(*of_lists)),
    ):
        for ancestor, descendant in chosen.select("ancestor", "descendant").distinct().fetchall():
            above.setdefault(descendant, set()).add(ancestor)
    return above


def strengths(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping, given: list[GivenTexts]
) -> dict[str, Strength]:
    """The strength of each product that the hospital's rows hold, where a table tells of it.

    Of a product of several drugs or strengths, and of one in a unit that is no mass, nothing is known,
    whatever its name says.

    Parameters
    ----------
    connection
        With the ``given_`` views.
    mapping
        The mapping file.
    given
        The texts of the hospital's rows.
    """
    tables = dict(enumerate(mapping.tables, start=1))
    codes = _codes(connection, given, (("prescription", "code"),))
    rows = connection.view("given_strength").join(codes, "code", how="semi")
    roles = role_names("strength")
    found: dict[str, set[Strength]] = {}
    for number, *texts in rows.select("table_number", *roles).distinct().fetchall():
        table = tables[number]
        told = {role: table.meant(role, text) for role, text in zip(roles, texts, strict=True)}
        code = told.pop("code")
        if any(told[role] for role in TELLING):
            found.setdefault(code, set()).add(_strength(table.decimal, **told))
    return {
        code: of_code.pop() if len(of_code) == 1 else Strength() for code, of_code in found.items()
    }


def code_names(connection: duckdb.DuckDBPyConnection, given: list[GivenTexts]) -> dict[str, str]:
    """The name of each code that the hospital's rows hold, where a table tells it."""
    codes = _codes(connection, given, NAMED)
    rows = connection.view("given_concept").join(codes, "code", how="semi")
    return dict(rows.select("code", "name").distinct().order("ALL").fetchall())


def origins(
    connection: duckdb.DuckDBPyConnection, given: list[GivenTexts]
) -> dict[str, tuple[str, str]]:
    """The system and the code there of each code that the hospital's rows hold, where a table tells it."""
    codes = _codes(connection, given, (*CODED, ("lab", "unit")))
    rows = connection.view("given_concept").join(codes, "code", how="semi")
    told = rows.select("code", "vocabulary", "vocabulary_code").distinct().order("ALL").fetchall()
    return {code: (SYSTEMS[name], own) for code, name, own in told if name in SYSTEMS}


def _codes(
    connection: duckdb.DuckDBPyConnection,
    given: list[GivenTexts],
    roles: tuple[tuple[str, str], ...],
) -> duckdb.DuckDBPyRelation:
    """The codes that play some roles in the hospital's rows."""
    codes = {
        texts[place]
        for of_table in given
        for place, role in enumerate(readings(of_table.table.to)[of_table.reading])
        if (of_table.table.to, role) in roles
        for texts in of_table.texts.to_pylist()
    }
    found = connection.from_arrow(pa.table({"code": pa.array(sorted(codes), pa.string())}))
    for target, role in roles:
        if role in as_they_stand(target):
            given_texts = connection.view(f"given_{target}").select(ColumnExpression(role))
            found = found.union(given_texts)
    return found.distinct()


def _strength(
    decimal_mark: DecimalMark,
    *,
    amount: str,
    amount_unit: str,
    amount_of_liquid: str,
    amount_of_liquid_unit: str,
    volume: str,
    volume_unit: str,
    units_a_pack: str,
) -> Strength:
    """What a row tells of one unit, or of one ml, and of the units in a box; none where it does not."""
    units = 1 if units_a_pack in ("", "0") else read_number(units_a_pack, decimal_mark)
    if amount:
        mg = _in_mg(amount, amount_unit, decimal_mark)
        is_told = mg is not None and units is not None
        return Strength(mg_a_unit=mg, units_a_pack=int(units)) if is_told else Strength()
    mg = _in_mg(amount_of_liquid, amount_of_liquid_unit, decimal_mark)
    ml = read_number(volume, decimal_mark) if volume else 1
    if mg is None or not ml or plain(volume_unit) != "ml" or units != 1:
        return Strength()
    return Strength(mg_a_ml=mg / Fraction(ml))


def _in_mg(amount: str, unit: str, decimal_mark: DecimalMark) -> Fraction | None:
    number, factor = read_number(amount, decimal_mark), MG.get(plain(unit))
    return None if not number or factor is None else Fraction(number) * factor
