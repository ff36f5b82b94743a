"""The page in a browser: no errors, no requests, no sideways scrolling, on a desk and a phone."""

import json
import re
import shutil
import subprocess

import pytest

from lncohort.report.figures import FIGURES

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

WIDTHS = (400, 1280)
WRAPPER = """<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
%s
<script>
const frames = [...document.querySelectorAll("iframe")];
addEventListener("load", () => {
  document.body.append(Object.assign(document.createElement("pre"), {
    textContent: JSON.stringify(frames.map((frame) => {
      const page = frame.contentDocument;
      const shown = [...page.querySelectorAll("figure svg")].filter((s) => s.clientWidth);
      return {
        scrolled: page.documentElement.scrollWidth,
        width: page.documentElement.clientWidth,
        sections: [...page.querySelectorAll("section")].map((s) => s.id),
        requests: frame.contentWindow.performance.getEntriesByType("resource").map((r) => r.name),
        scales: shown.map((s) => s.clientWidth / s.viewBox.baseVal.width),
        copies: page.querySelectorAll("button.copy").length,
        tables: page.querySelectorAll("table:not(.prose)").length,
      };
    })),
  }));
});
</script>
"""


def look(page, folder):
    """What a browser finds in the page at each width, and what it writes to its console."""
    frames = "".join(
        f'<iframe style="width:{width}px;height:900px" src="{page.as_uri()}"></iframe>'
        for width in WIDTHS
    )
    wrapper = folder / "wrapper.html"
    wrapper.write_text(WRAPPER % frames, encoding="utf-8")
    done = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--allow-file-access-from-files",
            "--enable-logging=stderr",
            "--v=0",
            f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=5000",
            "--dump-dom",
            wrapper.as_uri(),
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    found = re.search("<pre>(.*?)</pre>", done.stdout, re.DOTALL)
    assert found, "the page did not load"
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return dict(zip(WIDTHS, json.loads(found[1]), strict=True)), console


@pytest.fixture(scope="module")
def page(report_folder):
    return report_folder / "report.html"


@pytest.fixture(scope="module")
def seen(page, tmp_path_factory):
    return look(page, tmp_path_factory.mktemp("browser"))


def test_the_console_stays_empty(seen):
    assert seen[1] == []


def test_nothing_is_requested(seen):
    assert [found["requests"] for found in seen[0].values()] == [[], []]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_does_not_scroll_sideways(seen, width):
    assert 0 < seen[0][width]["scrolled"] <= seen[0][width]["width"] <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_all_sections_are_present(seen, width):
    assert {"answer", "who", "exposure", "synergy", "survival", "published", "methods"} <= set(
        seen[0][width]["sections"]
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_figures_are_shown_once_and_not_shrunk(seen, width):
    scales = seen[0][width]["scales"]
    assert len(scales) == len(FIGURES)
    assert all(scale >= 0.99 for scale in scales)


def test_every_table_can_be_copied(seen):
    found = seen[0][1280]
    assert found["copies"] == found["tables"] > 10


def test_an_outside_request_a_script_error_and_a_wide_page_would_be_seen(page, tmp_path):
    text = page.read_text(encoding="utf-8")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    spoilt = tmp_path / "spoilt.html"
    spoilt.write_text(
        text.replace(
            "</main>",
            '<img src="http://example.org/x.png"><div style="width:2000px">wide</div>'
            "<script>nowhere()</script></main>",
        ),
        encoding="utf-8",
    )
    found, console = look(spoilt, tmp_path)
    assert found[400]["requests"] == ["http://example.org/x.png"]
    assert found[400]["scrolled"] > found[400]["width"]
    assert any("nowhere is not defined" in line for line in console)
