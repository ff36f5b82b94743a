"""A text from outside neither commands a terminal nor ends a line."""

import tomllib

import pytest

from lncohort.mapping.guess.folder import FolderGuess
from lncohort.mapping.guess.write import mapping_source
from lncohort.texts.one_line import one_line

BAD = ("a\nb", "a\rb", "a\x1b[31mb", "a\0b", "a\x7fb", "a\u2028b", "a\u202eb", "a\udcffb", "a\x85b")


@pytest.mark.parametrize("text", BAD)
def test_the_text_is_one_printable_line(text):
    line = one_line(text)
    assert line.startswith("a") and line.endswith("b")
    assert line.isprintable()
    line.encode("utf-8")


def test_ordinary_texts_stay_as_they_are():
    assert one_line("他克莫司 0.5 mg; “x” = ½") == "他克莫司 0.5 mg; “x” = ½"


@pytest.mark.parametrize("text", BAD)
def test_a_name_of_a_file_cannot_write_into_a_mapping_file(text):
    guess = FolderGuess([], [text + "\n[evil]"], [(text, text)], "keep")
    content = tomllib.loads(mapping_source(guess, "a\x7f\x00", "b\x7f"))
    assert content.keys() == {"mapping", "observation"}
    assert content["mapping"]["name"] == "a\x7f\x00"
