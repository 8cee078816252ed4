#!/usr/bin/env python3
"""Compares docs/outputs.md with the program: columns, measure names, manifest keys, both ways.

usage: docs/check_outputs.py [ROOT]     exit 1 where they differ, 2 where nothing could be read

Columns are those of pricing/report/table.cpp, measures the names that pricing/measures/*.cpp hands
to a MeasureWriter, keys those of pricing/report/manifest.cpp. The list that limits are read against,
pricing/contract/measure_names.cpp, must name the same measures.
"""
import pathlib
import re
import sys

TABLE = re.compile(r'make_table\(\s*"(\w+)",(.*?)\}\);', re.S)
COLUMN = re.compile(r'\{"(\w+)"(?:, \w+)?(, true)?\}')
CALL = re.compile(r"(?<!checks)\.add(?:_exact|_tail)?\((?!\{)([^;]*);")
TEXT = re.compile(r'"([a-z]\w*)"')
LISTED = re.compile(r'^    \{"(\w+)", "[a-z|]+",', re.M)
KEY = re.compile(r'\{\s*"(\w+)",')
MARK = re.compile(r"<!-- (columns: \w+|measures|manifest) -->\n((?:\|.*\n)+)")
NAME = re.compile(r"`(\w+)`")


def program_names(table, measures, manifest):
    """{mark on the page: names in the program}, from the texts of the sources."""
    names = {}
    for name, body in TABLE.findall(table):
        columns = names[f"columns: {name}"] = set()
        for column, with_error in COLUMN.findall(body):
            columns.update([column, column + "_se"] if with_error else [column])
    names["measures"] = {m for text in measures for call in CALL.findall(text)
                         for m in TEXT.findall(call)[:1]}
    names["manifest"] = set(KEY.findall(manifest))
    return names


def page_names(page):
    names = {}
    for mark, text in MARK.findall(page):
        rows = [row.split("|") for row in text.splitlines()[2:]]
        # Keys inside keys stand in the meaning; everywhere else the first cell names.
        cells = ["|".join(row) if mark == "manifest" else row[1] for row in rows]
        names[mark] = set(NAME.findall("\n".join(cells)))
    return names


def compare(program, page):
    faults = []
    for mark in sorted(program.keys() | page.keys()):
        here, there = page.get(mark, set()), program.get(mark, set())
        faults += [f"{mark}: {name} is missing" for name in sorted(there - here)]
        faults += [f"{mark}: {name} is not written by the program" for name in sorted(here - there)]
    return faults


def compare_list(program, listed):
    """The measures that limits are read against, with those of the program."""
    return [f"pricing/contract/measure_names.cpp: {name} is missing"
            for name in sorted(program["measures"] - listed)] + \
           [f"pricing/contract/measure_names.cpp: {name} is not written by the program"
            for name in sorted(listed - program["measures"])]


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1])
    program = program_names(
        (root / "pricing/report/table.cpp").read_text(),
        [p.read_text() for p in sorted((root / "pricing/measures").glob("*.cpp"))],
        (root / "pricing/report/manifest.cpp").read_text())
    if len(program) < 10 or not all(program.values()):
        print("check_outputs: found too little to compare", file=sys.stderr)
        return 2
    faults = [f"docs/outputs.md: {fault}"
              for fault in compare(program, page_names((root / "docs/outputs.md").read_text()))]
    listed = (root / "pricing/contract/measure_names.cpp").read_text()
    faults += compare_list(program, set(LISTED.findall(listed)))
    for fault in faults:
        print(fault)
    if not faults:
        print(f"docs/outputs.md names all {sum(map(len, program.values()))} columns, measures, keys")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
