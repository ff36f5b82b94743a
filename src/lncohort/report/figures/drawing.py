"""The drawing surface of every figure: matplotlib, measured in pixels, written as SVG.

Text stays text, so that it can be selected, found and read aloud, and the same numbers give
the same bytes. A figure is drawn twice, ``WIDE`` for a desk and paper and ``NARROW`` for a
phone, because text that shrinks with the page cannot be read.
"""

import io
import re
import textwrap
import unicodedata
import warnings
from html import escape

import matplotlib
from matplotlib.figure import Figure

WIDE = 720
NARROW = 344
FONT_SIZE = 13
SMALL_SIZE = 12

INK = "#1b2127"
MUTED = "#5b6670"
RULE = "#c9d0d6"
PAPER = "#fefefe"
BLUE = "#0072b2"
VERMILION = "#d55e00"
GREEN = "#009e73"
# In the page these follow the reader's light or dark setting; a file keeps them as they are.
THEME = {
    INK: "ink",
    MUTED: "muted",
    RULE: "rule",
    PAPER: "paper",
    BLUE: "blue",
    VERMILION: "vermilion",
    GREEN: "green",
}

FONTS = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', "
    "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"
)
SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lncohort",
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same measures on every machine
    "font.size": FONT_SIZE,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 1,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
}


class Drawing(Figure):
    """A figure of the report: a matplotlib figure that shows itself in a notebook.

    Parameters
    ----------
    width, height
        Size in pixels; one unit of the coordinates of :meth:`surface` is one pixel.
    title
        What the figure shows, in a line.
    description
        What it says, for a reader who does not see it.
    """

    def __init__(self, width: float, height: float, title: str, description: str):
        super().__init__(figsize=(width / 72, height / 72), dpi=72, frameon=False)
        self.title = title
        self.description = description

    def surface(self):
        """Axes over the whole figure, in pixels, with y downwards as on a page."""
        width, height = self.get_size_inches() * 72
        axes = self.add_axes((0, 0, 1, 1), frameon=False)
        axes.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
        return axes

    def svg(self) -> str:
        """The figure as an SVG document, with a title and a description, without a date."""
        for artist in self.findobj():
            artist.set_clip_on(False)
        buffer = io.StringIO()
        with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():
            # The reader's browser draws the text, in fonts that have Chinese glyphs.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            self.savefig(buffer, format="svg", metadata={"Date": None})
        text = buffer.getvalue()
        text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
        text = re.sub(r"font-family: [^;\"]*;? ?", "", text)
        text = re.sub(r'(<svg [^>]*?) width="([\d.]+)pt"', r'\1 width="\2"', text)
        text = re.sub(r'(<svg [^>]*?) height="([\d.]+)pt"', r'\1 height="\2"', text)
        named = f"<title>{escape(self.title)}</title>\n <desc>{escape(self.description)}</desc>"
        root = rf'\1 role="img" font-family="{FONTS}">\n {named}'
        return re.sub(r"(<svg [^>]*)>", root, text, count=1)

    def _repr_svg_(self) -> str:
        return self.svg()


def inline(svg: str, prefix: str) -> str:
    """Make an SVG document part of a page.

    Its ids get a prefix, so that two figures of one page do not share any, and its colours
    become those of the page, light or dark.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'href="#', f'href="#{prefix}-', svg)
    svg = re.sub(r"url\(#", f"url(#{prefix}-", svg)
    for colour, name in THEME.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg.strip()


def text_width(text: str, size: float = FONT_SIZE) -> float:
    """Upper estimate of the width of a text in pixels; Chinese characters are two wide."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return (len(text) + wide) * size * 0.56


def wrap(text: str, width: float, size: float = FONT_SIZE) -> list[str]:
    """Break a text into lines of at most so many pixels."""
    longest = max(text_width(text, size) / max(len(text), 1), 1)
    return textwrap.wrap(text, max(int(width / longest), 1))
