#!/usr/bin/env python3
"""Opens report.html of a run of an example in Chromium and holds what it shows to the CSV files.

usage: check_report.py --lien PROGRAM EXAMPLE

Exit 77 without Chromium. Two faults are put into a copy of the page at the end: a changed figure and
an image from elsewhere; both must be noticed.
"""
import argparse
import csv
import pathlib
import re
import subprocess
import sys
import tempfile

from page import Opened, browser, chromium

NUMBER = re.compile(r"[+\u2212-]?\d[\d,]*(?:\.\d+)?")
# The page is held to the CSV files of its own run, whatever the paths; the tails still have intervals.
PATHS = "4096"
UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9}


def numbers(cell):
    return [text.replace(",", "").replace("\u2212", "-") for text in NUMBER.findall(cell)]


def shows(text, value):
    """True if the text is the value rounded to the text's own decimals."""
    decimals = len(text.partition(".")[2])
    return abs(float(text) - value) <= 0.5000001 * 10 ** -decimals + 1e-9 * abs(value)


class Report:
    def __init__(self, run, page):
        self.run, self.page, self.faults, self.compared = run, page, [], 0

    def csv(self, name):
        with open(self.run / f"{name}.csv", encoding="utf-8") as file:
            return [row for row in csv.DictReader(file)]

    def cell(self, what, cell, values):
        """Every number of a cell, in order; a missing value shows nothing."""
        found, values = numbers(cell), [float(v) for v in values if v != ""]
        self.compared += len(values)
        if len(found) != len(values) or not all(map(shows, found, values)):
            self.faults.append(f"{what}: the page shows {cell!r}, the file has {values}")

    def tables(self, section):
        tables = self.page.sections.get(section, [])
        if not tables:
            self.faults.append(f"section {section}: no table")
        return tables


def unit_of(header):
    """USD m: 1e6."""
    last = header.split(",")[-1].split()
    return UNITS[last[1] if len(last) > 1 else ""]


def scaled(row, columns, size):
    return [str(float(row[c]) / size) if row[c] != "" else "" for c in columns]


def check_losses(report):
    rows = [r for r in report.csv("losses") if r["scenario"] == "baseline"]
    for table in report.tables("losses"):
        size, term = unit_of(table[0][2]), ""
        for cells in table[1:]:
            term = cells[0] or term
            months = "0" if term == "lifetime" else term.split()[0]
            level = float(numbers(cells[1])[0]) / 100
            row = next(r for r in rows if r["horizon_months"] == months
                       and abs(float(r["confidence"]) - level) < 1e-9)
            for at, name in ((2, "value_at_risk"), (3, "expected_shortfall")):
                columns = [name] + [name + end for end in ("_low", "_high")]
                if row[name + "_high"] == "":
                    columns = columns[:1]
                report.cell(f"losses, {term} {cells[1]}", cells[at], scaled(row, columns, size))
            report.cell(f"losses, {term} {cells[1]}, chance", cells[4],
                        scaled(row, ["cumulative_probability"], 0.01))


def check_largest(report):
    rows = {r["contract"]: r for r in report.csv("contracts") if r["scenario"] == "baseline"}
    for table in report.tables("largest"):
        size = unit_of(table[0][2])
        for cells in table[1:]:
            row = rows[cells[0]]
            for at, name, unit in ((3, "expected_loss", size), (5, "probability_of_default", 0.01),
                                   (6, "loan_to_value", 0.01), (7, "loan_to_value_peak_mean", 0.01)):
                columns = [name, name + "_se"] if row[name + "_se"] not in ("", "0") else [name]
                shown = cells[at] if len(columns) == 2 else cells[at].split(" \u00b1")[0]
                report.cell(f"largest, {cells[0]} {name}", shown, scaled(row, columns, unit))
            report.cell(f"largest, {cells[0]} balance", cells[2], scaled(row, ["balance"], size))


def check_summary(report):
    """Price, present value and expected losses of every scenario."""
    measures = {(r["scenario"], r["measure"], r["horizon_months"], r["measure_basis"]): r
                for r in report.csv("measures") if r["level"] == "portfolio"}
    named = (("Present value", "present_value", ("", "0"), "risk_neutral"),
             ("Price", "price", ("", "0"), "risk_neutral"),
             ("Expected loss, 12 months", "expected_loss", ("12",), "real_world"),
             ("Expected loss, lifetime", "expected_loss", ("0",), "real_world"))
    table = report.tables("summary")[0]
    for cells in table[1:]:
        for title, measure, horizons, basis in named:
            if not cells[0].startswith(title):
                continue
            size = 0.01 if "%" in cells[1] else UNITS[re.search(r"[A-Z]{3} ?(k|m|bn|)", cells[0])[1]]
            for scenario, cell in zip(table[0][1:], cells[1:]):
                row = next((measures[k] for h in horizons
                            if (k := (scenario, measure, h, basis)) in measures), None)
                if row is None:
                    report.faults.append(f"summary, {title}: no {measure} of {scenario}")
                    continue
                report.cell(f"summary, {title}, {scenario}", cell,
                            scaled(row, ["value", "standard_error"], size))


def check_charts(report):
    if len(report.page.charts) < 4:
        report.faults.append(f"{len(report.page.charts)} charts")
    for chart in report.page.charts:
        said = chart["label"] or "a chart"
        if not chart["title"] or not chart["title"][0]:
            report.faults.append(f"{said}: no title")
        if len([t for t in chart["axis"] if t]) < 2:
            report.faults.append(f"{said}: an axis without a name: {chart['axis']}")
        if len(chart["tick"]) < 4:
            report.faults.append(f"{said}: ticks {chart['tick']}")


def check_print(report, path, scratch):
    pdf = pathlib.Path(scratch) / "report.pdf"
    chromium(scratch, f"--print-to-pdf={pdf}", path.resolve().as_uri())
    pages = len(re.findall(rb"/Type ?/Page\b", pdf.read_bytes())) if pdf.exists() else 0
    if pages < 2:
        report.faults.append(f"printed: {pages} pages")


def look(run, path, scratch):
    report = Report(run, Opened(path, scratch))
    report.faults += [f"the browser complains: {line}" for line in report.page.complaints]
    for check in (check_losses, check_largest, check_summary, check_charts):
        try:
            check(report)
        except Exception as error:  # a section of another shape; the next check goes on
            report.faults.append(f"{check.__name__}: {type(error).__name__}: {error}")
    return report


def planted(run, path, scratch):
    """Names of the planted faults that nothing noticed."""
    text, copy = path.read_text(encoding="utf-8"), pathlib.Path(scratch) / "planted.html"
    start = text.index('id="losses"')
    figure = re.compile(r"(<td[^>]*>)(\d+\.\d+)(<span class=\"error\">)").search(text, start)
    other = f"{figure[1]}{float(figure[2]) + 1:.2f}{figure[3]}"
    missed = []
    for name, page, word in (
            ("a changed figure", text[:figure.start()] + other + text[figure.end():], "the page shows"),
            ("an image from elsewhere", text.replace("<main>", '<main><img src="http://x.invalid/a.png">'),
             "complains")):
        copy.write_text(page, encoding="utf-8")
        if not any(word in fault for fault in look(run, copy, scratch).faults):
            missed.append(f"planted and not noticed: {name}")
    return missed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lien", required=True)
    parser.add_argument("example")
    options = parser.parse_args()
    if not browser():
        print("skipped: no Chromium to open the report with")
        return 77
    with tempfile.TemporaryDirectory() as scratch:
        run = pathlib.Path(scratch) / "run"
        done = subprocess.run([options.lien, "run", f"{options.example}/run.toml", "--out", str(run),
                               "--paths", PATHS], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(done.stderr)
            return 1
        page = run / "report.html"
        report = look(run, page, scratch)
        check_print(report, page, scratch)
        faults = report.faults or planted(run, page, scratch)
        if report.compared < 30:
            faults.append(f"only {report.compared} figures compared")
    print(f"{report.compared} figures, {len(report.page.charts)} charts")
    print("\n".join(faults[:40]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
