"""The page: every section, no small count, nothing that the tables do not hold."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from lncohort.report.page import render
from lncohort.report.suppress import suppress
from lncohort.report.tables import display_tables
from lncohort.study.emulation import emulation

SECTIONS = [
    "answer",
    "checks",
    "who",
    "taken",
    "course",
    "outcome",
    "exposure",
    "regimens",
    "synergy",
    "risks",
    "subgroups",
    "survival",
    "belief",
    "published",
    "methods",
    "definitions",
    "again",
]


class Page(HTMLParser):
    """The parts of a page that the tests look at."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.sections, self.heads, self.cells = [], [], [], [], []
        self.attributes, self.words, self.inside = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.attributes.append((tag, attributes))
        self.inside.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes.get("href", ""))
        if tag == "section":
            self.sections.append(attributes["id"])
        if re.fullmatch("h[1-6]", tag):
            self.heads.append(int(tag[1]))
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"style", "script"} & set(self.inside):
            self.words.append(data)
        if {"td", "th"} & set(self.inside):
            self.cells[-1] += data


def page_of(results, pictures=()):
    """The page, without figures unless they are given."""
    shown = suppress(results)
    return render(shown, display_tables(shown), dict(pictures))


@pytest.fixture(scope="module")
def text(results, drawn):
    return page_of(results, drawn)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_all_sections_are_there_in_order(page):
    assert page.sections == SECTIONS


def test_sections_of_analyses_that_the_study_does_not_name_are_left_out(without):
    synergy = ("interaction", "three_drugs", "dose_interaction")
    page = Page(page_of(without("joint", *synergy, "subgroup", "survival")))
    left = {"regimens", "synergy", "subgroups", "survival", "course"}  # drawn, not tabled
    assert page.sections == [section for section in SECTIONS if section not in left]


def test_a_study_with_nothing_published_has_no_comparison(results):
    alone = results.study.model_copy(update={"published": None})
    assert "published" not in Page(page_of(replace(results, study=alone))).sections


def test_every_link_leads_to_a_place_of_the_page(page):
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert {f"figure-{name}" for name in ("flow", "exposure", "published")} <= set(page.ids)


def test_no_id_is_given_twice(page):
    assert len(page.ids) == len(set(page.ids))


def test_headings_do_not_skip_a_level(page):
    assert page.heads[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(page.heads))


def test_every_table_head_has_a_scope(page):
    scopes = [attributes.get("scope") for tag, attributes in page.attributes if tag == "th"]
    assert set(scopes) == {"col", "row", "rowgroup"}


def test_every_cell_of_the_page_is_a_cell_of_a_table(page, results):
    tables = display_tables(suppress(results))
    held = {cell for table in tables.values() for row in table.rows for cell in row.cells}
    held |= {
        column.replace("% CI", "%\u00a0CI") for table in tables.values() for column in table.columns
    }
    held |= {cell for line in emulation(results.study) for cell in line}
    held |= {"Part", "Target trial", "Emulation with these data"}
    assert set(page.cells) <= held


def test_a_check_that_failed_stands_beside_what_it_touches(text, page):
    place = text.index('<section id="exposure"')
    told = text[place : text.index("</section>", place)]
    assert "Immortal time</a> touches what stands here" in told
    place = text.index('<section id="survival"')
    assert "touches what stands here" not in text[place : text.index("</section>", place)]


def test_nothing_is_asked_of_the_network(text, page):
    for tag, attributes in page.attributes:
        for name in ("src", "href", "srcset", "action", "data", "xlink:href"):
            value = attributes.get(name, "")
            assert value.startswith(("#", "data:")) or not value, (tag, name, value)
    assert not re.search(r"@import|url\((?!#)", text)
    assert "default-src 'none'" in text


def test_synthetic_data_are_called_so_in_plain_sight(text, results):
    assert "Synthetic data." in text[: text.index("<h1")]
    assert "Synthetic data." not in page_of(replace(results, synthetic=False))


def test_what_a_study_file_says_is_text_and_never_markup(results):
    info = results.study.info.model_copy(update={"title": "<script>alert(1)</script>"})
    study = results.study.model_copy(update={"info": info})
    shown = page_of(replace(results, study=study))
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_findings_stand_with_the_gravest_first_and_lead_to_their_paragraph(page, text):
    strip = text[text.index('id="checks"') : text.index('id="who"')]
    assert strip.index("Immortal time") < strip.index("Missing outcome") < strip.index("Sparse")
    assert 'href="#audit-immortal-time">Immortal time' in strip
    assert "Every level has 10" not in strip
    belief = text[text.index('<section id="belief"') :]
    assert belief.index('href="#audit-immortal-time"') < belief.index('id="audit-immortal-time"')


def test_a_finding_says_whether_how_much_which_way_and_what_to_do(text):
    place = text.index('id="audit-immortal-time"')
    told = text[place : text.index("</details>", place)]
    assert "Did patients have to stay free of the outcome" in told
    assert "Yes. Dose and duration are known only after the index date." in told
    assert "free of the outcome by definition for 208 days" in told
    assert "Towards response, in favour of long use." in told
    assert "<code>[[analysis]]\nkind = &#34;landmark&#34;</code>" in told
    assert '<a href="#exposure">' in told
    place = text.index('id="audit-sparse-data"')
    assert "Which way?" not in text[place : text.index("</details>", place)]


def test_findings_are_folded_so_that_the_page_stays_short(text):
    assert text.count('<details class="finding') == 3
    assert "<details open" not in text


def test_the_unexposed_cell_and_the_common_outcome_are_explained(page):
    words = " ".join(page.words)
    assert "Patients given neither had MMF alone" in words
    assert "Patients given neither had CYC alone" in words
    assert "20.4% of the cohort responded" in words
    assert "together they do more than the product" in words
    assert "no departure from the sum is shown" in words


def test_what_is_unknown_of_the_publication_is_said(page, results):
    words = " ".join(page.words)
    assert results.study.published.provenance in words
    assert all(unknown in words for unknown in results.study.published.unknown)


def test_a_small_count_is_nowhere_in_the_page(changed):
    rare = changed({"n": 3.0, "events": 1.0}, level="TAC+CYC+MMF")
    page = Page(page_of(rare))
    assert "<5" in page.cells
    assert not {"3", "1/3", "1/3 (33.3%)"} & set(page.cells)
