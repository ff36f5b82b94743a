"""The mapping file as a frozen, typed model: what each table and column of a hospital holds."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from lncohort.codes.lists import KINDS
from lncohort.mapping.roles import NEEDED, ROLES, Role, Target, role_names
from lncohort.sources import SourceSpec
from lncohort.sources.spec import NAME
from lncohort.texts.date_formats import is_format

Text = Annotated[str, Field(pattern=NAME)]
IGNORED = "-"  # the concept of a name that is known and of no interest
CodeSystem = Literal["ATC", "RxNorm", "OMOP", "LOINC", "ICD-10", "ICD-10-CM", "ICD-9-CM"]
Supply = Literal["end_date", "later_end_date", "days_supply", "quantity", "discharge"]
SUPPLY_ORDER: tuple[Supply, ...] = ("end_date", "days_supply", "quantity", "discharge")


class Part(BaseModel):
    """A table of the mapping file: frozen, and no key but its own."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )


class Info(Part):
    """Where the hospital's tables are, and where the extract made of them goes."""

    name: Text
    location: Text = "."
    extract: Text = "extract"
    code_lists: tuple[Text, ...] = ()
    only_own_code_lists: bool = False
    leading_zeros: Literal["keep", "drop"] = "keep"
    min_cell: Annotated[int, Field(ge=1)] = 5


class Observation(Part):
    """When the hospital would have seen what happened."""

    source: Annotated[Literal["table", "records"], Field(alias="from")] = "records"
    gap_days: Annotated[int, Field(gt=0, le=36_500)] | None = None

    @model_validator(mode="after")
    def _gap_of_records(self):
        if self.gap_days is not None and self.source == "table":
            raise ValueError('gap_days is of from = "records"; leave it out')
        return self


class WideColumn(Part):
    """A column that holds the results of one test."""

    column: Text
    test: Text
    unit: str | None = None


class SourceTable(Part):
    """One table of the hospital: what it is of, and which column plays which part.

    Where several columns play one part, the first in which something stands is taken; a text to
    which ``values`` gives an empty meaning is nothing. Of a sex, route, unit or operator, one of
    which ``values`` says nothing gives way to a later column where it says what others mean.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    to: Target
    source: SourceSpec
    columns: dict[str, Text | Annotated[tuple[Text, ...], Field(min_length=1)]] = {}
    constants: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    keep: dict[str, tuple[str, ...]] = {}
    wide: tuple[WideColumn, ...] = ()
    date_formats: tuple[Text, ...] = ()
    day_of_month: Annotated[int, Field(ge=1, le=28)] | None = None
    decimal: Literal[".", ","] = "."
    code_system: CodeSystem | None = None
    inpatient: bool = False
    refunds: bool = False
    supply: Annotated[tuple[Supply, ...], Field(min_length=1)] = SUPPLY_ORDER

    @field_validator("date_formats")
    @classmethod
    def _are_formats(cls, formats):
        unknown = [format for format in formats if not is_format(format)]
        if unknown:
            raise ValueError(
                f"no format of a day: {', '.join(unknown)}; expected %Y (or %y), %m (or %b) and %d "
                "with the signs between them, excel_serial, unix_seconds, unix_days or month"
            )
        return formats

    @model_validator(mode="after")
    def _has_what_its_target_needs(self):
        known = role_names(self.to)
        for key in ("columns", "constants", "values"):
            unknown = [role for role in getattr(self, key) if role not in known]
            if unknown:
                raise ValueError(
                    f"{key}: {self.to} has no {', '.join(unknown)}; known: {', '.join(known)}"
                )
        told = {*self.columns, *self.constants}
        twice = sorted(set(self.columns) & set(self.constants))
        if twice:
            raise ValueError(f"{', '.join(twice)}: told by a column and by a constant; keep one")
        needed = NEEDED[self.to]
        if self.to == "lab":
            needed = (*needed, *_needed_of_results(self.wide))
        missing = [" or ".join(group) for group in needed if not told.intersection(group)]
        if missing:
            raise ValueError(f"{self.to} needs {', '.join(missing)}, by a column or a constant")
        if "age" in told and "seen_date" not in told:
            raise ValueError("age needs seen_date, the day on which it was told")
        if self.wide and self.to != "lab":
            raise ValueError('wide is of a table of results (to = "lab"); leave it out')
        if self.wide and "result" in told:
            raise ValueError("result: with wide columns the results stand in those; leave it out")
        if "code" in told and self.code_system is None and self.to in CODED:
            raise ValueError("code needs the key code_system")
        return self

    def columns_of(self, role: str) -> tuple[str, ...]:
        """The columns that play a part, in their order."""
        columns = self.columns[role]
        return (columns,) if isinstance(columns, str) else columns

    def meant(self, role: str, given: str) -> str:
        """What the mapping file says that a text means; otherwise the text."""
        return self.values.get(role, {}).get(given, given)

    def role(self, name: str) -> Role:
        """The role of that name."""
        return next(role for role in ROLES[self.to] if role.name == name)


CODED = ("prescription", "lab", "diagnosis", "procedure")


def _needed_of_results(wide: tuple[WideColumn, ...]) -> tuple[tuple[str, ...], ...]:
    return () if wide else (("test", "code"), ("result",))


NEEDED_TARGETS: tuple[Target, ...] = ("patient", "prescription", "lab")


class Mapping(Part):
    """How the tables of a hospital become an extract."""

    info: Info = Field(alias="mapping")
    observation: Observation = Observation()
    names: dict[str, dict[str, str]] = {}
    units: dict[str, str] = {}
    tables: Annotated[tuple[SourceTable, ...], Field(alias="table", min_length=1)]

    @model_validator(mode="after")
    def _is_whole(self):
        names = [table.name for table in self.tables]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"table: names must differ, found {', '.join(twice)} more than once")
        targets = {table.to for table in self.tables}
        for target in NEEDED_TARGETS:
            if target not in targets:
                raise ValueError(f'table: one with to = "{target}" is needed')
        if self.observation.source == "table" and "observation_period" not in targets:
            raise ValueError(
                'observation: from = "table" needs a table with to = "observation_period"'
            )
        unknown = sorted(set(self.names) - set(KINDS))
        if unknown:
            raise ValueError(
                f"names: there is no kind {', '.join(unknown)}; known: {', '.join(KINDS)}"
            )
        return self

    def of(self, target: str) -> tuple[SourceTable, ...]:
        """The tables that become a target."""
        return tuple(table for table in self.tables if table.to == target)
