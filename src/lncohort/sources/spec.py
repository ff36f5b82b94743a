"""How a table is read from a file or a database: what was found, for the user to correct."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Format = Literal["text", "excel", "parquet", "duckdb", "sqlite", "postgresql"]
NAME = r"^[^\x00]+$"
Name = Annotated[str, Field(pattern=NAME)]
SEVERAL_TABLES = ("excel", "duckdb", "sqlite", "postgresql")


class SourceSpec(BaseModel):
    """Where one table stands and how its rows are read.

    Attributes
    ----------
    path
        The file, from the folder that was searched. Several files are one table where their names
        fit a pattern (``labs_*.csv``), or are listed. The address of a PostgreSQL database never
        holds a password.
    format
        What kind of file or database it is.
    table
        The sheet of a workbook or the table of a database (``schema.table``); None elsewhere.
    encoding, delimiter, quote
        Of a text file; an empty quote means that no field is quoted.
    header_row
        Line (of a text file) or row (of a sheet) with the names of the columns, the first
        being 1; what stands above it is no data. None where there are no names: the columns are
        then ``column_1`` and so on, and the first line is data.
    footer_rows
        Lines or rows at the end that are no data: totals, notes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Name | Annotated[tuple[Name, ...], Field(min_length=1)]
    format: Format
    table: Name | None = None
    encoding: str | None = None
    delimiter: Annotated[str, Field(pattern=r"^[\t -~]$")] | None = None
    quote: Annotated[str, Field(pattern=r"^[!-~]?$")] | None = None
    header_row: Annotated[int, Field(ge=1)] | None = None
    footer_rows: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _complete(self):
        if self.format in SEVERAL_TABLES and self.table is None:
            raise ValueError(f"table: missing; {self.format} holds several, so name one")
        if self.format == "text" and None in (self.encoding, self.delimiter, self.quote):
            raise ValueError("encoding, delimiter and quote are needed to read a text file")
        if self.delimiter is not None and self.delimiter == self.quote:
            raise ValueError("delimiter and quote are the same sign; expected two different ones")
        return self

    @field_validator("encoding")
    @classmethod
    def _decodes_any_bytes(cls, encoding):
        try:
            b"\xff\x00".decode(encoding or "utf-8", errors="replace")
        except (LookupError, ValueError):
            raise ValueError(
                "no encoding of texts; expected utf-8, gb18030, utf-16, cp1252 or another that "
                "Python knows"
            ) from None
        return encoding

    @property
    def label(self) -> str:
        """What the table is called in a message."""
        first, *others = self.paths
        path = f"{first} and {len(others)} more files" if others else first
        return path if self.table is None else f"{path}, {self.table}"

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths or patterns of its files, in their order."""
        return (self.path,) if isinstance(self.path, str) else self.path
