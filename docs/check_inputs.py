#!/usr/bin/env python3
"""Compares docs/inputs.md with the field tables of the readers, pricing/book/*.cpp, both ways.

usage: docs/check_inputs.py [ROOT]      exit 1 where they differ, 2 where nothing could be read

The page marks each table with <!-- fields: NAME -->, NAME the function that holds the reader's
table. Every accepted field must have a row there, with **req** exactly where the reader requires
it and with every choice named; every field or choice of a later version must have a row of its own
under <!-- refused -->: | table | `field` | or | table | field: `choice` |; and the page may name no
field that the readers do not know, and none twice.
"""
import pathlib
import re
import sys

TABLE = re.compile(r"span<const Field<\w+>> (\w+_fields)\(\) \{(.*?)\n\}", re.S)
MAKER = re.compile(
    r"\b(id|text|number|share|price|rate|integer|date|flag|choice|apart|later|in_vehicles)\s*(?:<[\w&:]*>)?\(\s*"
    r'"(\w+)"')
SPLIT = re.compile(r'"\s*\n\s*"')  # one text over two lines
TEXTS = re.compile(r'"([^"]*)"')
MARK = re.compile(r"<!-- (?:fields: (\w+)|refused) -->\n((?:\|.*\n)+)")
NAME = re.compile(r"`([^`]+)`")


def reader_tables(sources):
    """{table: {field: (kind, required, choices, later choices)}} from the text of the readers."""
    tables = {}
    for text in sources:
        text = SPLIT.sub("", text)
        for table, body in TABLE.findall(text):
            makers = list(MAKER.finditer(body))
            fields = tables.setdefault(table, {})
            for i, maker in enumerate(makers):
                end = makers[i + 1].start() if i + 1 < len(makers) else len(body)
                call = body[maker.end():end]
                kind, texts = maker.group(1), TEXTS.findall(call)
                choices = texts if kind == "choice" else []
                fields[maker.group(2)] = (kind, ".required()" in call,
                                          *[(choices[k].split("|") if len(choices) > k else [])
                                            for k in (0, 1)])
    return tables


def page_tables(page):
    """({table: {field: row}}, {table: (refused fields, {(field, refused choice)})})"""
    accepted, refused = {}, {}
    for table, text in MARK.findall(page):
        for row in text.splitlines()[2:]:
            cells = row.split("|")[1:-1]
            if table:
                for name in NAME.findall(cells[0]):
                    accepted.setdefault(table, {})[name] = row
            else:
                fields, choices = refused.setdefault(cells[0].strip(), ([], []))
                field, _, choice = cells[1].strip().partition(": ")
                if choice:
                    choices.extend((field.strip("`"), name) for name in NAME.findall(choice))
                else:
                    fields.extend(NAME.findall(field))
    return accepted, refused


def compare(tables, accepted, refused):
    faults = []
    for table in sorted(set(accepted) - set(tables)):
        faults.append(f"{table} is no table of the readers")
    for table, fields in sorted(tables.items()):
        rows, (known_later, known_choices) = accepted.get(table, {}), refused.get(table, ([], []))
        for field, (kind, required, choices, later) in fields.items():
            if kind in ("later", "in_vehicles"):
                if field not in known_later:
                    faults.append(f"{table}: {field} is refused and not listed as such")
                if field in rows:
                    faults.append(f"{table}: {field} is refused, and has a row as if it were read")
                continue
            if field not in rows:
                faults.append(f"{table}: {field} has no row")
                continue
            if required != ("**req**" in rows[field]):
                faults.append(f"{table}: {field} is {'' if required else 'not '}required")
            words = set(re.findall(r"[\w/]+", rows[field]))
            # A choice that the compiler refuses later stands under the refused ones.
            faults += [f"{table}: {field} lacks the choice {c}" for c in choices
                       if c not in words and (field, c) not in known_choices]
            faults += [f"{table}: {field} lacks the refused choice {c}" for c in later
                       if (field, c) not in known_choices]
        faults += [f"{table}: {name} is no field of the reader"
                   for name in [*rows, *known_later, *(f for f, _ in known_choices)]
                   if name not in fields]
        faults += [f"{table}: {name} is refused twice" for name in sorted(set(known_later))
                   if known_later.count(name) > 1]
    return faults


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1])
    sources = [p.read_text() for p in sorted((root / "pricing/book").glob("*.cpp"))]
    tables = reader_tables(sources)
    accepted, refused = page_tables((root / "docs/inputs.md").read_text())
    if len(tables) < 10 or not accepted:
        print("check_inputs: found too few field tables to compare", file=sys.stderr)
        return 2
    faults = compare(tables, accepted, refused)
    for fault in faults:
        print(f"docs/inputs.md: {fault}")
    if not faults:
        print(f"docs/inputs.md names all {sum(map(len, tables.values()))} fields")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
