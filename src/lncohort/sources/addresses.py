"""Addresses of servers, which must hold no password."""

import re
from urllib.parse import parse_qsl, urlsplit

from lncohort.errors import UserError

SCHEMES = ("postgresql://", "postgres://")
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"]*", re.IGNORECASE)
HOST = re.compile(r"(\[[^\]]*\]|[^:@]*)(:\d*)?")


def is_address(location: str) -> bool:
    """Whether a location is of a server, and no path."""
    return ADDRESS.match(location) is not None


def refuse_password(address: str) -> None:
    """Refuse an address that holds a password, without telling it.

    Parameters
    ----------
    address
        Of a server.

    Raises
    ------
    UserError
        When it does, or cannot be read as an address.
    """
    try:
        parts = urlsplit(address)
        settings = parse_qsl(parts.query, keep_blank_values=True)
        hosts = parts.netloc.rpartition("@")[2].split(",")
        if not all(map(HOST.fullmatch, hosts)):  # a password with a slash or # in it
            raise ValueError
        has_password = parts.password is not None or any(
            "password" in name.casefold() for name, _ in settings
        )
    except ValueError:
        raise UserError(
            "the PostgreSQL address cannot be read; expected postgresql://user@host/database, or "
            "postgresql://?service=name."
        ) from None
    if has_password:
        raise UserError(
            "the PostgreSQL address holds a password (it is not shown here); others can read it "
            "from the command line and from files. Take it out, and set the environment variable "
            "PGPASSWORD, or write it to ~/.pgpass or to the file that PGPASSFILE names."
        )


def refuse_passwords(label: str, text: str) -> None:
    """Refuse a file in which an address with a password stands, be it in a comment.

    Raises
    ------
    UserError
        With the line, and not the address.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        for address in ADDRESS.findall(line):
            try:
                refuse_password(address.rstrip("'"))
            except UserError as error:
                raise UserError(f"{label}: line {number}: {error}") from None
