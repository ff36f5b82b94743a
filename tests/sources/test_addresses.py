"""No password in an address is taken from a command line or a file, nor told."""

import pytest

from lncohort.errors import UserError
from lncohort.mapping.loader import load_mapping
from lncohort.sources import find_tables

SECRET = "hunter2"
WITH_PASSWORD = (
    f"postgresql://u:{SECRET}@h/d",
    f"POSTGRESQL://u:{SECRET}@h/d",
    f"postgres://u:1{SECRET}/x@h:5432/d",
    f"postgresql://u:{SECRET}#x@h/d",
    f"postgresql://u:{SECRET}@h1:1,h2:2/d",
    f"postgresql://u@h/d?password={SECRET}",
    f"postgresql://h/d?user=u&sslPassword={SECRET}",
    f"mysql://u:{SECRET}@h/d",
)


@pytest.mark.parametrize("address", WITH_PASSWORD)
def test_a_password_in_an_address_is_refused_and_not_told(address, tmp_path):
    with pytest.raises(UserError) as refused:
        find_tables(address)
    assert SECRET not in str(refused.value)
    for line in (f"location = '{address}'", f'location = "{address}"', f"# {address}"):
        file = tmp_path / "mapping.toml"
        file.write_text(f'[mapping]\nname = "x"\n{line}\n', encoding="utf-8")
        with pytest.raises(UserError, match="line 3: the PostgreSQL address") as refused:
            load_mapping(file)
        assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u@h/d",
        "postgresql://u@h1:5432,h2:5433/d",
        "postgresql://[::1]:5432/d",
        "postgresql://?service=hospital",
        "postgresql://h:5432/d?user=a@b",
    ],
)
def test_an_address_without_a_password_is_no_fault_of_a_mapping_file(address, tmp_path):
    file = tmp_path / "mapping.toml"
    file.write_text(f"[mapping]\nlocation = '{address}'\n", encoding="utf-8")
    with pytest.raises(UserError, match="table: missing") as refused:
        load_mapping(file)
    assert "PostgreSQL" not in str(refused.value)
