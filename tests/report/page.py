"""A page as Chromium has built it: sections, tables and charts."""
import html.parser
import pathlib
import shutil
import subprocess


def browser():
    return shutil.which("chromium") or shutil.which("chromium-browser")


def chromium(scratch, *arguments):
    # Root, as in a container, has no sandbox; a profile of its own keeps runs side by side apart.
    return subprocess.run(
        [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--no-first-run", f"--user-data-dir={scratch}/profile", "--enable-logging=stderr",
         *arguments], capture_output=True, text=True, check=False, timeout=120)


class Opened(html.parser.HTMLParser):
    """sections: {id: [table]}, a table being rows of cells; charts: of each its texts by class."""

    def __init__(self, path, scratch):
        super().__init__()
        done = chromium(scratch, "--dump-dom", pathlib.Path(path).resolve().as_uri())
        self.complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        self.text, self.sections, self.charts = done.stdout, {}, []
        self.section, self.rows, self.cell, self.chart, self.kind = "", None, None, None, None
        self.feed(done.stdout)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "section":
            self.section = given.get("id", "")
            self.sections[self.section] = []
        elif tag == "table":
            self.rows = []
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.cell = []
        elif tag == "svg" and given.get("role") == "img":
            self.chart = {"label": given.get("aria-label", ""), "title": [], "axis": [], "tick": []}
            self.charts.append(self.chart)
        elif tag == "text" and self.chart is not None:
            self.kind = given.get("class", "")
        elif tag == "span" and self.cell is not None:
            self.cell.append(" ")

    def handle_data(self, data):
        if self.cell is not None:
            self.cell.append(data)
        elif self.chart is not None and self.kind in self.chart:
            self.chart[self.kind].append(data.strip())

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.cell is not None:
            self.rows[-1].append(" ".join("".join(self.cell).split()))
            self.cell = None
        elif tag == "table" and self.rows is not None:
            self.sections[self.section].append(self.rows)
            self.rows = None
        elif tag == "text":
            self.kind = None
        elif tag == "svg":
            self.chart = None
