"""Figures: text stays text, the same bytes each time, and nothing outside its place."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pandas as pd
import pytest
from matplotlib.patches import Polygon

from lncohort.errors import UserError
from lncohort.report.figures import FIGURES, draw, drawings, inline, pictures
from lncohort.report.figures.drawing import WIDE, text_width, wrap
from lncohort.report.figures.forest import ForestLine, draw_forest
from lncohort.report.suppress import suppress

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    return [node.text for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_every_figure_is_drawn_for_a_desk_and_for_a_phone(drawn):
    assert list(drawn) == list(FIGURES)
    for picture in drawn.values():
        widths = [
            float(ElementTree.fromstring(svg).get("width"))
            for svg in (picture.wide, picture.narrow)
        ]
        assert widths == [720, 344]


def test_negative_controls_stand_below_the_main_estimate_and_say_what_they_are(drawn):
    said = texts(drawn["negative_controls"].wide)
    labels = [text for text in said if ":" in text]
    assert labels == [
        "TAC: complete renal response",
        "TAC: fracture",
        "Ibuprofen: complete renal response",
    ]


def test_text_stays_text_and_is_never_smaller_than_12_pixels(drawn):
    for picture in drawn.values():
        for svg in (picture.wide, picture.narrow):
            assert "<text" in svg
            sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg)]
            sizes += [float(size) for size in re.findall(r"font: (?:\w+ )*([\d.]+)px", svg)]
            assert sizes
            assert min(sizes) >= 12


def test_every_figure_has_a_title_and_a_description_with_numbers(drawn):
    for name, picture in drawn.items():
        root = ElementTree.fromstring(picture.wide)
        assert root.get("role") == "img"
        assert root.find(f"{SVG}title").text == picture.title
        assert re.search(r"\d", root.find(f"{SVG}desc").text), name


def test_the_same_results_give_the_same_bytes(drawn, results):
    assert pictures(suppress(results)) == drawn


def test_a_figure_holds_no_date_and_no_outside_address(drawn):
    for picture in drawn.values():
        assert "<dc:date>" not in picture.wide
        found = set(re.findall(r"https?://[^\"'<> ]+", picture.wide))
        assert all(address.startswith("http://www.w3.org/") for address in found)


def test_two_figures_of_a_page_share_no_id(drawn):
    page = "".join(
        inline(svg, f"{name}-{size}")
        for name, picture in drawn.items()
        for size, svg in (("wide", picture.wide), ("narrow", picture.narrow))
    )
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    used = set(re.findall(r'href="#([^"]+)"', page)) | set(re.findall(r"url\(#([^)]+)\)", page))
    assert used <= set(ids)


def test_an_inline_figure_takes_its_colours_from_the_page(drawn):
    shown = inline(drawn["exposure"].wide, "x")
    assert "var(--ink)" in shown
    assert "var(--blue)" in shown
    assert not re.search("#[0-9a-f]{6}", shown)


def test_the_forest_plot_writes_every_estimate_with_its_counts(drawn):
    written = texts(drawn["exposure"].wide)
    assert {"80/210 (38.1%)", "3.06 (2.12–4.41)", "3.74 (2.59–5.39)"} <= set(written)
    assert any(text.startswith("P for trend") for text in written)


def test_a_forest_axis_has_round_ticks_and_arrows_where_an_interval_leaves():
    def arrows(high):
        line = ForestLine("a", estimate=2.0, low=0.5, high=high)
        drawing = draw_forest([line, ForestLine("words only")], "t", "d", "OR", "n")
        ticks = [text for text in texts(drawing.svg()) if re.fullmatch(r"[\d.]+", text or "")]
        assert ticks == ["1", "0.5", "2", "4", "8"]
        return len(drawing.findobj(lambda artist: type(artist) is Polygon))

    assert arrows(900.0) == 1
    assert arrows(7.0) == 0


def test_numbers_at_risk_stand_under_each_curve(drawn, results):
    written = texts(drawn["cumulative_incidence"].wide)
    assert {"At risk", "238", "555", "TAC ever", "TAC never"} <= set(written)


def test_curves_stop_where_too_few_are_at_risk(changed):
    few = changed({"n": 3}, analysis="survival", level="ever", contrast="day 720")
    drawing = draw(few, "cumulative_incidence")
    assert re.search(r"TAC never [\d.]+% by day 720", drawing.description)
    assert re.search(r"TAC ever [\d.]+% by day 690", drawing.description)
    assert "<5" in texts(drawing.svg())


def test_curves_of_groups_that_are_too_small_are_left_out(changed):
    few = changed({"n": 3}, analysis="survival", level="ever")
    assert "TAC ever" not in texts(draw(few, "cumulative_incidence").svg())
    fewer = changed({"n": 3}, analysis="survival")
    assert "cumulative_incidence" not in drawings(suppress(fewer))


def test_the_flow_ends_in_the_groups_compared(drawn):
    written = texts(drawn["flow"].wide)
    assert written[:2] == ["Patients in the extract", "n = 950"]
    assert {"Excluded: 95", "TAC ever", "n = 238"} <= set(written)


def test_chinese_labels_are_written_as_they_are(results, recwarn):
    drug = results.study.drugs[0].model_copy(update={"label": "他克莫司"})
    study = results.study.model_copy(update={"drugs": (drug, *results.study.drugs[1:])})
    svg = draw(replace(results, study=study), "flow").svg()
    assert any("他克莫司" in text for text in texts(svg))


def test_long_labels_are_broken_into_lines_that_fit():
    label = "serum creatinine measured in the 90 days up to the index date " * 3
    assert all(text_width(line) <= 300 for line in wrap(label, 300))
    assert all(text_width(line) <= 300 for line in wrap("他克莫司" * 30, 300))


def test_a_figure_shows_itself_in_a_notebook_and_can_be_asked_for_by_name(results):
    figure = results.figure("exposure")
    assert figure._repr_svg_().count("<svg") == 1
    assert figure.get_size_inches()[0] * 72 == WIDE


def test_a_figure_that_is_not_there_is_named_with_those_that_are(without):
    with pytest.raises(UserError, match='no figure "survival".*expected one of: flow'):
        draw(without("survival"), "survival")
    with pytest.raises(UserError, match="kaplan_meier"):
        draw(without("survival"), "kaplan_meier")


def test_a_small_count_is_in_no_figure(changed):
    results = changed({"n": 3, "events": 1}, level="TAC+CYC+MMF")
    written = texts(draw(results, "regimens").svg())
    assert "<5" in written
    assert not pd.Series(written).isin(["3"]).any()


def test_the_curve_has_its_bands_and_their_users_over_it(drawn):
    assert {"86", "78", "36"} <= set(texts(drawn["dose_curve"].wide))
    description = ElementTree.fromstring(drawn["dose_curve"].wide).find(f"{SVG}desc").text
    assert "non-linearity: P\u00a0=\u00a00.440" in description


def test_the_specification_curve_names_every_choice_and_the_study_s_own(drawn):
    written = texts(drawn["specifications"].wide)
    assert "Overlap: stockpile" in written and "Adjusted: without class" in written
    assert "48 specifications" in drawn["specifications"].title
    description = ElementTree.fromstring(drawn["specifications"].wide).find(f"{SVG}desc").text
    assert "from 1.65 to 2.64; 1.65 by the study's own" in description


def test_a_suppressed_share_is_not_among_the_imputed(changed):
    few = changed({"estimate": float("nan")}, measure="share", level="mild (≤6)")
    written = texts(draw(few, "imputed").svg())
    assert not any("mild" in text for text in written)


@pytest.mark.parametrize(("low", "high"), [(1e-4, 2.0), (0.5, 1e4), (1e-4, 1e4)])
def test_a_curve_with_a_very_wide_band_is_drawn_within_its_axis(changed, low, high):
    wide = changed({"ci_low": low, "ci_high": high}, analysis="dose_curve", measure="OR")
    said = texts(draw(wide, "dose_curve").svg())
    assert ("0.03125" in said, "32" in said) == (low < 0.01, high > 100)
