"""How a table is read from a file or a database: what was found, for the user to correct."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Format = Literal["text", "excel", "parquet", "duckdb", "sqlite", "postgresql"]
SEVERAL_TABLES = ("excel", "duckdb", "sqlite", "postgresql")


class SourceSpec(BaseModel):
    """Where one table stands and how its rows are read.

    Attributes
    ----------
    path
        The file, or the folder of Parquet parts, from the folder that was searched; the address
        of a PostgreSQL database, which never holds a password.
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

    path: Annotated[str, Field(min_length=1)]
    format: Format
    table: str | None = None
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, Field(max_length=1)] | None = None
    header_row: Annotated[int, Field(ge=1)] | None = None
    footer_rows: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _complete(self):
        if self.format in SEVERAL_TABLES and self.table is None:
            raise ValueError(f"table: missing; {self.format} holds several, so name one")
        if self.format == "text" and None in (self.encoding, self.delimiter, self.quote):
            raise ValueError("encoding, delimiter and quote are needed to read a text file")
        return self

    @property
    def label(self) -> str:
        """What the table is called in a message."""
        return self.path if self.table is None else f"{self.path}, {self.table}"
