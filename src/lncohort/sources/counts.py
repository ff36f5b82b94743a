"""What became of each row of a table that was read."""

from collections import Counter
from dataclasses import dataclass, field

TOO_FEW, TOO_MANY = "too few fields", "too many fields"
NEVER_CLOSED = "a quote that is never closed"


@dataclass
class Counts:
    """Rows of one table: ``read`` = ``handed_out`` + all ``damaged``.

    Attributes
    ----------
    handed_out
        Rows that stand in the relation.
    damaged
        Rows that do not, by reason.
    damaged_lines
        Lines of the file that the damaged rows take up: more than the rows where a stray quote
        runs over the ends of lines.
    footer
        Rows at the end that the spec says are no data; they are not among those read.
    unreadable_characters
        Characters that are not of the encoding; their rows are handed out with U+FFFD there.
    complete
        Whether the table was read to its end; before, the other numbers are no result.
    """

    handed_out: int = 0
    damaged: Counter[str] = field(default_factory=Counter)
    damaged_lines: int = 0
    footer: int = 0
    unreadable_characters: int = 0
    complete: bool = False

    def add(self, other: "Counts") -> None:
        """Count what became of the rows of a further file, too."""
        self.handed_out += other.handed_out
        self.damaged += other.damaged
        self.damaged_lines += other.damaged_lines
        self.footer += other.footer
        self.unreadable_characters += other.unreadable_characters

    @property
    def read(self) -> int:
        """All rows of data that the table holds."""
        return self.handed_out + self.damaged.total()
