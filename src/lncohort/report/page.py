"""The page: one HTML file with its style, figures and tables inside, and no outside request."""

import re
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from lncohort.audit import RULES, Finding
from lncohort.report.answer import answer, doubt
from lncohort.report.figures import Picture, inline
from lncohort.report.prose import Words, words_of
from lncohort.report.rows import analysis_of
from lncohort.report.tables import Table
from lncohort.report.words import GRADES, capital, finding_anchor, finding_title
from lncohort.study.analyses_in_words import RESPECT_TIME
from lncohort.study.describe import describe

TIMED = (
    "Use that is looked up after the index date credits the drug with the time that a patient waited "
    "for it. The analyses that respect time take the drug as it was known while follow-up was still to "
    "come; they still need every confounder to have been measured."
)

MADE_UP = (
    "Made-up use is a control without an effect: never-users draw a day of starting the drug by lot. What "
    "its odds ratio differs from 1 by is made by looking ahead; its line is the range of 95% of the draws."
)


@dataclass(frozen=True)
class Folded:
    """A table that repeats a figure in numbers, folded away."""

    table: Table


@dataclass(frozen=True)
class Told:
    """A finding of the audit, folded away: what is asked, what was found, and what it touches.

    Attributes
    ----------
    finding : Finding
    question : str
    touches : dict of str to str
        Section -> title, of the analyses that it touches.
    """

    finding: Finding
    question: str
    touches: dict[str, str]


@dataclass(frozen=True)
class Section:
    """A part of the page: its anchor, its head and what stands in it.

    Attributes
    ----------
    id, title : str
    parts : list
        Paragraphs (str), figures, tables, folded tables and findings, in order.
    level : int
        2 for a section, 3 for a part of one.
    """

    id: str
    title: str
    parts: list
    level: int = 2


def render(results, tables: dict[str, Table], pictures: dict[str, Picture]) -> str:
    """The page as HTML.

    Parameters
    ----------
    results : Results
        After suppression.
    tables
        The display tables, by name.
    pictures
        The figures, by name.
    """
    sections = _sections(results, tables, pictures)
    return (
        templates()
        .get_template("report.html.j2")
        .render(
            study=results.study,
            results=results,
            answer=answer(results),
            doubt=doubt(results.audit),
            doubted=[found for found in _graded(results.audit) if found.verdict != "pass"],
            passed=[found for found in results.audit if found.verdict == "pass"],
            sections=sections,
            failed=_failed(results, sections),
            methods=_as_html(describe(results.study)),
        )
    )


def templates() -> Environment:
    """The templates of the pages, with what all of them need."""
    environment = Environment(
        loader=PackageLoader("lncohort.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.tests |= {
        "prose": lambda part: isinstance(part, str),
        "picture": lambda part: isinstance(part, Picture),
        "folded": lambda part: isinstance(part, Folded),
        "told": lambda part: isinstance(part, Told),
    }
    environment.filters["inline"] = lambda svg, prefix: Markup(inline(svg, prefix))
    here = files("lncohort.report")
    environment.globals |= {
        "capital": capital,
        "finding_anchor": finding_anchor,
        "finding_title": finding_title,
        "grades": GRADES,
        "version": version("lncohort"),
        "style": Markup(here.joinpath("style.css").read_text(encoding="utf-8")),
        "script": Markup(here.joinpath("script.js").read_text(encoding="utf-8")),
    }
    return environment


def _as_html(protocol: str) -> Markup:
    """The protocol, which is Markdown, without its title and one level of headings lower."""
    _, _, parts = protocol.partition("\n\n")
    lowered = re.sub("^## ", "### ", parts, flags=re.MULTILINE)
    made = MarkdownIt("commonmark", {"html": False}).enable("table").render(lowered)
    made = made.replace("<th>", '<th scope="col">')
    return Markup(made.replace("<table>", '<table class="prose">'))


def _graded(audit: list[Finding]) -> list[Finding]:
    """The gravest first."""
    order = list(GRADES)
    return sorted(audit, key=lambda found: order.index(found.verdict))


SECTION_OF_KIND = {
    "use": "exposure",
    "dose_band": "exposure",
    "duration_band": "exposure",
    "dose_by_duration": "exposure",
    "dose_curve": "exposure",
    "duration_curve": "exposure",
    "weighting": "belief",
    "missing_data": "belief",
    "specification_curve": "belief",
    "bias_analysis": "belief",
    "risk_ratio": "belief",
    "negative_control": "belief",
    "permuted_start": "belief",
    "joint": "regimens",
    "interaction": "synergy",
    "three_drugs": "synergy",
    "dose_interaction": "synergy",
    "standardised_risk": "risks",
    "subgroup": "subgroups",
    "survival": "survival",
    **dict.fromkeys(RESPECT_TIME, "belief"),
}


def _place(study, analysis: str) -> str:
    """The section in which an analysis is shown."""
    kinds = {a.name: a.kind for a in study.analyses}
    places = {"table1": "who", "cohort": "who", "dose_coverage": "taken", "published": "published"}
    return SECTION_OF_KIND.get(kinds.get(analysis, "")) or places.get(analysis, "")


def _touched(study, finding: Finding, sections: list[Section]) -> dict[str, str]:
    """The sections that show what a finding touches, with their titles."""
    places = {_place(study, name) for name in finding.where}
    return {section.id: section.title for section in sections if section.id in places}


def _failed(results, sections: list[Section]) -> dict[str, list[Finding]]:
    """The findings that are serious, by the section whose estimates they touch."""
    found: dict[str, list[Finding]] = {section.id: [] for section in sections}
    for finding in results.audit:
        if finding.verdict == "fail":
            for place in _touched(results.study, finding, sections):
                found[place].append(finding)
    return found


def _told(results, sections: list[Section]) -> list[Told]:
    """Every finding with its question, the gravest first."""
    questions = {rule.bias: rule.question for rule in RULES}
    return [
        Told(found, questions[found.bias], _touched(results.study, found, sections))
        for found in _graded(results.audit)
    ]


def _sections(results, tables: dict[str, Table], pictures: dict[str, Picture]) -> list[Section]:
    """All sections that hold a figure or a table; the others are left out."""

    def picture(name: str) -> list:
        return [pictures[name]] if name in pictures else []

    def table(*names: str) -> list:
        return [tables[name] for name in names if name in tables]

    def folded(*names: str) -> list:
        return [Folded(tables[name]) for name in names if name in tables]

    by_kind = {
        kind: [a.name for a in results.study.analyses if a.kind == kind]
        for kind in ("joint", "interaction")
    }
    words: Words = words_of(results)
    found = [
        Section(
            "who",
            "Who was studied",
            [*words.who, *picture("flow"), *folded("attrition"), *table("table_1", "follow_up")],
        ),
        Section(
            "taken",
            "What they took",
            [*picture("regimens"), *folded("regimens"), *table("combinations", "dose_coverage")],
        ),
        Section(
            "course",
            "The course of treatment",
            [
                *picture("sequence"),
                *words.sequence,
                *picture("dose"),
                *picture("persistence"),
                *picture("swimmer"),
                *words.swimmer,
            ],
        ),
        Section(
            "exposure",
            capital(results.study.exposure.drug) + ": use, dose and duration",
            [
                *words.exposure,
                *picture("exposure"),
                *table("exposure"),
                *picture("dose_curve"),
                *picture("duration_curve"),
                *words.curves,
                *table("dose_by_duration"),
            ],
            3,
        ),
        Section(
            "regimens",
            "Drugs alone and together",
            [*words.joint, *picture("joint"), *folded(*by_kind["joint"])],
            3,
        ),
        Section(
            "synergy", "Synergy", [*words.synergy, *table(*by_kind["interaction"], "products")], 3
        ),
        Section(
            "risks",
            "Standardised risks",
            [*words.risks, *picture("risks"), *table("risks")],
            3,
        ),
        Section("subgroups", "Subgroups", [*picture("subgroups"), *folded("subgroups")], 3),
        Section(
            "survival",
            f"Time to {results.study.outcome.label}",
            [
                *words.survival,
                *picture("cumulative_incidence"),
                *picture("kaplan_meier"),
                *folded("survival_points"),
                *table("hazards", "time_measures"),
            ],
            3,
        ),
        Section(
            "belief",
            "Can it be believed",
            [
                *([TIMED] if "by_analysis" in pictures else []),
                *([MADE_UP] if analysis_of(results.study, "permuted_start") else []),
                *picture("by_analysis"),
                *folded("by_analysis"),
                *picture("landmarks"),
                *picture("strategies"),
                *table("risk_differences", "comparators"),
                *picture("weights"),
                *words.belief,
                *picture("comparison"),
                *table("comparison"),
                *picture("negative_controls"),
                *picture("balance"),
                *folded("balance"),
                *picture("specifications"),
                *words.specifications,
                *words.missing,
                *table("missing_data"),
                *picture("imputed"),
                *picture("traces"),
                *table("bias"),
            ],
        ),
        Section(
            "published",
            "Published beside estimated",
            [*words.published, *picture("published"), *table("published")],
        ),
    ]
    kept = [s for s in found if any(not isinstance(part, str) for part in s.parts)]
    for section in kept:
        if section.id == "belief":
            section.parts[:0] = [*table("audit"), *_told(results, kept)]
    first = next((i for i, section in enumerate(kept) if section.level == 3), None)
    if first is not None:
        kept.insert(first, Section("outcome", "What came of it", []))
    return kept
