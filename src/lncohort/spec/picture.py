"""Draws a case as a timeline: prescriptions above, what is made of them below."""

from datetime import date
from xml.etree import ElementTree

from lncohort.spec.cases import DAY_0, MISSING, Case, Table

STARTS = ("start_date", "segment_start", "era_start", "window_start")
LEFT, WIDTH, ROW, BAR = 200, 860, 22, 14
INK, GIVEN, MADE, BAND = "#222222", "#9aa5b1", "#0072b2", "#eef1f4"
LABELS = {
    "dose_segments": "dose segment",
    "eras": "era",
    "combinations": "combination",
    "high_dose_windows": "high-dose window",
    "treatment_sequence": "era",
    "window_exposure": "window",
}
TOLD = (
    "daily_dose_mg",
    "mean_daily_dose_mg",
    "start_kind",
    "stop_manner",
    "dose_band",
    "duration_band",
    "covered_days",
)

Bar = tuple[str, int, int, str, str]


def draw(case: Case, made: dict[str, Table]) -> str | None:
    """Draw a case as SVG text; None when nothing in it has a place in time.

    Parameters
    ----------
    case
        The case.
    made
        What the functions made of it.
    """
    bars = _bars(case, made)
    if not bars:
        return None
    first = min(start for _, start, _, _, _ in bars)
    last = max(end for _, _, end, _, _ in bars)
    scale = (WIDTH - LEFT - 20) / (last - first)
    height = ROW * (len(bars) + 1) + 12
    picture = ElementTree.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {height}",
        role="img",
        attrib={"font-family": "sans-serif", "font-size": "12"},
    )
    ElementTree.SubElement(picture, "title").text = case.rule
    ElementTree.SubElement(picture, "rect", width=str(WIDTH), height=str(height), fill="white")

    def x(day: int) -> str:
        return f"{LEFT + (day - first) * scale:.1f}"

    edges = sorted({day for _, start, end, _, _ in bars for day in (start, end)})
    for day in edges:
        ElementTree.SubElement(
            picture, "line", x1=x(day), x2=x(day), y1="6", y2=str(height - ROW), stroke=BAND
        )
    previous = None
    for day in edges:
        if previous is not None and (day - previous) * scale < 30:
            continue
        previous = day
        _text(picture, x(day), height - 8, str(day), "middle")
    for i, (label, start, end, words, colour) in enumerate(bars):
        y = 8 + ROW * i
        _text(picture, str(LEFT - 8), y + 11, label, "end")
        ElementTree.SubElement(
            picture,
            "rect",
            x=x(start),
            y=str(y),
            width=f"{max((end - start) * scale, 1):.1f}",
            height=str(BAR),
            fill=colour,
            rx="2",
        )
        fits = (end - start) * scale > 7 * len(words)
        if fits:
            middle = f"{LEFT + ((start + end) / 2 - first) * scale:.1f}"
            _text(picture, middle, y + 11, words, "middle", "white" if colour == MADE else INK)
    return ElementTree.tostring(picture, encoding="unicode") + "\n"


def _text(parent, x: str, y: int, words: str, anchor: str, fill: str = INK) -> None:
    made = ElementTree.SubElement(
        parent, "text", x=x, y=str(y), fill=fill, attrib={"text-anchor": anchor}
    )
    made.text = words


def _bars(case: Case, made: dict[str, Table]) -> list[Bar]:
    """What is drawn: label, first day, last day (exclusive), words inside, colour."""
    bars = []
    prescriptions = case.given["prescriptions"]
    drugs = {row.get("drug", "") for row in prescriptions}
    several = len(drugs) > 1
    if "rejected_prescriptions" not in made:
        for row in prescriptions:
            start, end = _given_days(row, case.settings.get("pulse_days", 28))
            dose = row.get("daily_dose_mg", MISSING)
            words = "unknown dose" if dose == MISSING else f"{dose} mg"
            if row.get("route") == "iv":
                words = f"pulse {row['pulse_dose_mg']} mg"
            bars.append((_label(row, "supply", several), start, end, words, GIVEN))
        for name, table in made.items():
            for row in table:
                start, end = _made_days(row, case, name)
                if start is None or end is None:
                    continue
                words = next((f"{row[c]}" for c in TOLD if row.get(c, MISSING) != MISSING), "")
                bars.append((_label(row, LABELS[name], several), start, end, words, MADE))
    return bars


def _label(row: dict, what: str, several: bool) -> str:
    parts = [row.get("patient_id", ""), row.get("drug", "") if several else "", what]
    return " ".join(part for part in parts if part)


def _given_days(row: dict, pulse_days: int) -> tuple[int, int]:
    start = _day(row["start_date"])
    if row.get("route") == "iv":
        return start, start + pulse_days
    if row.get("end_date", MISSING) != MISSING:
        return start, _day(row["end_date"]) + 1
    return start, start + int(row["days_supply"])


def _made_days(row: dict, case: Case, name: str) -> tuple[int | None, int | None]:
    """Days of a made row; of a window, those of the window that was given."""
    if name == "window_exposure":
        (window, *_) = [
            w
            for w in case.given["windows"]
            if w.get("patient_id") == row.get("patient_id", w.get("patient_id"))
        ]
        return _day(window["window_start"]), _day(window["window_end"])
    starts = [c for c in STARTS if c in row]
    ends = [c.replace("start", "end") for c in starts]
    if not starts or ends[0] not in row:
        return None, None
    return _day(row[starts[0]]), _day(row[ends[0]])


def _day(cell: str) -> int:
    if cell.count("-") == 2:
        return (date.fromisoformat(cell) - DAY_0).days
    return int(cell)
