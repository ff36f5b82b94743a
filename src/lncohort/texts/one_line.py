"""A text from outside as part of one line that is printed, or written as a comment."""

import re

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """The text with U+FFFD for what a terminal obeys or a file cannot hold.

    These are control characters and ends of lines, marks that turn the direction of writing, and
    the bytes of a name of a file that are no text.
    """
    return UNPRINTABLE.sub("\ufffd", text)


def one_line(text: str) -> str:
    """The text, printable, with its blanks as one."""
    return printable(" ".join(text.split()))
