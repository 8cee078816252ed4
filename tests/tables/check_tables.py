#!/usr/bin/env python3
"""Runs an example and reads results.sqlite and report.xlsx back, cell by cell against the CSV files.

usage: check_tables.py --lien PROGRAM EXAMPLE [--paths N]

The database is read with Python's sqlite3; the workbook with zipfile and an XML parser, from the
standard of the format (ECMA-376) and not from the library that wrote it.
"""
import argparse
import csv
import hashlib
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
import zipfile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Sheets and the tables they show; of measures not all rows.
SHEETS = ["contracts", "losses", "contributions", "limits", "checks"]
FORMULA = re.compile(r"^'[=+\-@\t\r\n]")


class Faults:
    def __init__(self):
        self.found, self.cells = [], 0

    def that(self, holds, otherwise):
        if not holds and len(self.found) < 20:
            self.found.append(otherwise)


def table(folder, name):
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as text:
        rows = list(csv.reader(text))
    return rows[0], rows[1:]


def plain(text):
    """A CSV cell without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:] if FORMULA.match(text) else text


def same_cell(faults, where, cell, found, kind):
    """kind: how the other file typed the cell."""
    faults.cells += 1
    if cell == "":
        return faults.that(found is None, f"{where}: {found!r} for an empty cell")
    if kind == "text":
        return faults.that(found == plain(cell), f"{where}: {found!r} for {cell!r}")
    if kind == "digits16":  # a spreadsheet keeps 16 significant digits
        near = isinstance(found, float) and abs(found - float(cell)) <= 1e-15 * abs(float(cell))
        return faults.that(near, f"{where}: {found!r} for {cell!r}")
    exact = isinstance(found, int if kind == "integer" else float) and found == float(cell)
    return faults.that(exact, f"{where}: {found!r} for {cell!r}")


def check_database(faults, folder):
    base = sqlite3.connect(f"file:{folder}/results.sqlite?mode=ro", uri=True)
    faults.that(base.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "sqlite: not sound")
    names = {row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    files = {path.stem for path in folder.glob("*.csv")}
    faults.that(names == files, f"sqlite: tables {sorted(names)}, files {sorted(files)}")
    kinds = {"TEXT": "text", "INTEGER": "integer", "REAL": "number"}
    for name in sorted(names & files):
        header, rows = table(folder, name)
        columns = base.execute(f'PRAGMA table_info("{name}")').fetchall()
        faults.that([c[1] for c in columns] == header, f"sqlite: {name} has other columns")
        found = base.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall()
        faults.that(len(found) == len(rows), f"sqlite: {name} has {len(found)} rows of {len(rows)}")
        for number, (row, there) in enumerate(zip(rows, found), start=2):
            for c, cell in enumerate(row):
                same_cell(faults, f"sqlite: {name} line {number} {header[c]}", cell, there[c],
                          kinds[columns[c][2]])
    base.close()


def column_of(reference):
    """'AB12' gives 27."""
    number = 0
    for letter in re.match(r"[A-Z]+", reference).group():
        number = 26 * number + ord(letter) - 64
    return number - 1


class Workbook:
    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)
        links = {r.get("Id"): r.get("Target")
                 for r in xml.fromstring(self.zip.read("xl/_rels/workbook.xml.rels"))}
        book = xml.fromstring(self.zip.read("xl/workbook.xml"))
        self.files = {s.get("name"): "xl/" + links[s.get(RELATION)] for s in book.iter(MAIN + "sheet")}

    def sheet(self, name):
        """(root element, rows as {column: value}); a number is a float, a text a str."""
        root = xml.fromstring(self.zip.read(self.files[name]))
        rows = []
        for row in root.iter(MAIN + "row"):
            cells = {}
            for cell in row.iter(MAIN + "c"):
                if cell.find(MAIN + "f") is not None:
                    raise SystemExit(f"xlsx: {name} holds a formula at {cell.get('r')}")
                if cell.get("t") == "inlineStr":
                    value = "".join(t.text or "" for t in cell.iter(MAIN + "t"))
                else:
                    value = float(cell.find(MAIN + "v").text)
                cells[column_of(cell.get("r"))] = value
            rows.append(cells)
        return root, rows


def check_sheet(faults, book, sheet, header, rows, kinds):
    if sheet not in book.files:
        return faults.that(False, f"xlsx: no sheet {sheet}")
    root, found = book.sheet(sheet)
    faults.that([found[0].get(c) for c in range(len(header))] == header, f"xlsx: {sheet}: header")
    faults.that(len(found) - 1 == len(rows), f"xlsx: {sheet} has {len(found) - 1} of {len(rows)}")
    pane, area = root.find(f".//{MAIN}pane"), root.find(f".//{MAIN}autoFilter")
    faults.that(pane is not None and pane.get("state") == "frozen" and pane.get("ySplit") == "1",
                f"xlsx: {sheet}: the header is not frozen")
    faults.that(area is not None and area.get("ref", "").endswith(str(len(rows) + 1)),
                f"xlsx: {sheet}: no filter over all rows")
    for number, (row, there) in enumerate(zip(rows, found[1:]), start=2):
        for c, cell in enumerate(row):
            same_cell(faults, f"xlsx: {sheet} row {number} {header[c]}", cell, there.get(c),
                      "text" if kinds[header[c]] == "TEXT" else "digits16")
    return None


def check_workbook(faults, folder):
    book = Workbook(folder / "report.xlsx")
    base = sqlite3.connect(f"file:{folder}/results.sqlite?mode=ro", uri=True)

    def kinds(name):
        return {c[1]: c[2] for c in base.execute(f'PRAGMA table_info("{name}")')}

    for name in SHEETS:
        if (folder / f"{name}.csv").exists():
            header, rows = table(folder, name)
            check_sheet(faults, book, name, header, rows, kinds(name))
    header, rows = table(folder, "measures")
    for sheet, shown in (("portfolio", [r for r in rows if r[2] == "portfolio"]),
                         ("measures", [r for r in rows if r[2] != "contract"])):
        check_sheet(faults, book, sheet, header, shown, kinds("measures"))
    base.close()
    _, first = book.sheet("run")
    told = {row.get(0): row for row in first}
    faults.that(told["measures"].get(2) == len(rows), "xlsx: run: rows of measures")


def check_manifest(faults, lien, folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    stated = {f["file"]: f["sha256"] for f in manifest["run"]["outputs"]}
    for name in ("results.sqlite", "report.xlsx"):
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        faults.that(stated.get(name) == digest, f"manifest: {name} has another hash")
    verify = [lien, "verify", str(folder)]
    faults.that(subprocess.run(verify, capture_output=True, check=False).returncode == 0, "verify")
    with open(folder / "results.sqlite", "ab") as file:
        file.write(b"x")
    faults.that(subprocess.run(verify, capture_output=True, check=False).returncode == 65,
                "verify overlooks a changed database")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lien", required=True)
    parser.add_argument("--paths", default="1024")
    parser.add_argument("example", type=pathlib.Path)
    options = parser.parse_args()
    faults = Faults()
    with tempfile.TemporaryDirectory() as scratch:
        out = pathlib.Path(scratch) / "run"
        subprocess.run([options.lien, "run", str(options.example / "run.toml"), "--paths",
                        options.paths, "--out", str(out)], check=True, capture_output=True)
        check_database(faults, out)
        check_workbook(faults, out)
        check_manifest(faults, options.lien, out)
    for fault in faults.found:
        print(fault)
    print(f"{options.example}: {faults.cells} cells compared")
    return 1 if faults.found or faults.cells < 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
