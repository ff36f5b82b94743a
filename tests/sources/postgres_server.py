"""A real PostgreSQL server on a socket in its own folder, for tests that need one."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
PASSWORD = "not to be told"


def as_server(*command):
    """Run a program as the user that may run a server: root may not."""
    if os.geteuid() != 0:
        return list(map(str, command))
    return ["runuser", "-u", "postgres", "--", *map(str, command)]


def can_run() -> bool:
    if not PROGRAMS:
        return False
    if os.geteuid() != 0:
        return True
    return shutil.which("runuser") is not None and any(
        user.pw_name == "postgres" for user in pwd.getpwall()
    )


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a server that asks for a password, and runs as long as the ``with``."""
    if not can_run():
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path has at most 107 bytes
    data, password = folder / "data", folder / "password"
    password.write_text(PASSWORD)
    programs = PROGRAMS[-1].parent
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        shutil.chown(password, "postgres")
    try:
        subprocess.run(
            as_server(
                programs / "initdb", "-D", data, "-U", "reader", "-A", "scram-sha-256",
                "--pwfile", password, "-E", "UTF8", "--no-locale", "--no-sync",
            ),
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
        subprocess.run(
            as_server(
                programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o",
                f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off", "start",
            ),
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip
        yield f"postgresql://reader@/postgres?host={folder}"
    finally:
        subprocess.run(
            as_server(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"),
            capture_output=True, cwd=folder,
        )  # fmt: skip
        shutil.rmtree(folder)
