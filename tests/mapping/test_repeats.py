"""The hashes that several rows share are found, however many rows are looked at in a go."""

from collections import Counter

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lncohort.mapping import repeats

HASHES = st.lists(st.integers(0, 12) | st.integers(2**64 - 6, 2**64 - 1), max_size=40)


@pytest.mark.parametrize("at_a_time", [3, repeats.AT_A_TIME])
@given(hashes=HASHES)
def test_shared_are_the_hashes_of_more_than_one_row(hashes, at_a_time):
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as connection:
        patch.setattr(repeats, "AT_A_TIME", at_a_time)
        connection.register("given_lab", pa.table({"content": pa.array(hashes, pa.uint64())}))
        found = repeats.shared_contents(connection, "lab")["content"].to_pylist()
    assert sorted(found) == sorted(hash for hash, count in Counter(hashes).items() if count > 1)
