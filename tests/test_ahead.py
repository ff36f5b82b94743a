"""Parts made ahead are the same parts, and end as theirs do."""

import threading

import pytest

from lncohort.ahead import ahead


def test_parts_come_in_their_order_and_one_is_made_ahead():
    made = []

    def parts():
        for number in range(5):
            made.append((number, threading.get_ident()))
            yield number

    seen = []
    for part in ahead(parts()):
        seen.append(part)
    assert seen == [number for number, _ in made] == list(range(5))
    assert threading.get_ident() not in {thread for _, thread in made}


def test_a_fault_in_the_making_is_raised_where_the_part_is_asked_for():
    def parts():
        yield 1
        raise ValueError("no more")

    parts = ahead(parts())
    assert next(parts) == 1
    with pytest.raises(ValueError, match="no more"):
        next(parts)


def test_nothing_more_is_made_once_nobody_asks():
    made = []

    def parts():
        for number in range(100):
            made.append(number)
            yield number

    parts = ahead(parts())
    assert next(parts) == 0
    parts.close()
    assert len(made) <= 3
