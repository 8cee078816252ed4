#!/usr/bin/env python3
"""Sorts C++ sources into groups and writes a file a group that holds them all: a compiler that
reads a dozen sources at once reads their headers once. cmake/join.cmake calls it.

usage: join_sources.py [--scoped] FOLDER SOURCE...      prints a line "joined PATH" for each file
       written and a line "alone PATH" for each source that is in none

A source means joined what it means alone. What it keeps to itself, the names in its anonymous
namespace, it could lend to the others: an overload chosen in silence, a constant of another value.
So either (the program) no source shares a group with one that says such a name anywhere, nor with
one whose headers declare it, and the joined file includes them; or (--scoped, tests: nothing stands
behind their anonymous namespace) a copy of each gets a namespace of its own around the anonymous
one. A source that this cannot be told of stays alone.
"""
import pathlib
import re
import sys

GROUP = 12  # sources; more gains little, and the machine's cores want several files at once
ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "namespace {", "}  // namespace"
COMMENT = re.compile(r"//(?! namespace$)[^\n]*", re.M)
# Kernels include themselves; macros and unscoped enumerators have no scope to look at.
UNJOINABLE = re.compile(r'^\s*#\s*(?:define|undef|pragma|if|include\s*["<](?:hwy/|[^">]*-inl\.h))'
                        r"|^enum (?!class\b)", re.M)
# What a line in the first column declares.
USING = re.compile(r"using\s+(?:\w+::)*(\w+)(?:;|\s+=)")
NAME = re.compile(r"(?:struct|class|enum class)\s+(\w+)|[^=({]*?\b(\w+)\s*[=({;[]")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
# What a source says: not the members, and not the standard library's.
WORD = re.compile(r"(?<![\w.])(?<!->)(?<!std::)[A-Za-z_]\w*")


def private_names(lines):
    """What the source declares for itself alone: name to line. None where a line is not understood.

    clang-format puts what stands in a namespace in the first column, and only that."""
    names, inside = {}, False
    for line in lines:
        if line in (BEGIN, END):
            inside = line == BEGIN
            continue
        line = re.sub(r"^template <.*>\s*", "", line)
        if not line or line[0] in " }#)" or line.startswith("using namespace "):
            continue
        if not inside and not re.match(r"static |using |namespace \w+ =", line):
            continue
        match = USING.match(line) or NAME.match(line)
        if not match or re.match(r"template\b|.*\boperator\b", line):
            return None
        names[next(group for group in match.groups() if group)] = line
    return names


def declared_by(header, known):
    """The names that our header and those it includes declare; `known` keeps every header's."""
    if header not in known:
        known[header] = set()  # of one that includes itself in a circle
        if (ROOT / header).is_file():
            code = COMMENT.sub("", (ROOT / header).read_text(encoding="utf-8"))
            for line in code.split("\n"):
                match = USING.match(line) or NAME.match(line)
                if match and line[0] not in " }#)":
                    known[header].add(next(group for group in match.groups() if group))
            known[header].update(*(declared_by(inner, known) for inner in INCLUDE.findall(code)))
    return known[header]


class Source:
    headers = {}  # what declared_by found, for all sources

    def __init__(self, path):
        self.path, self.text = path, path.read_text(encoding="utf-8")
        code = COMMENT.sub("", self.text)
        self.lines = [line.rstrip() for line in code.split("\n")]
        self.joinable = not UNJOINABLE.search(code)
        self.names = private_names(self.lines) if self.joinable else None
        self.words = set(WORD.findall(code))
        self.declared = set().union(*(declared_by(header, Source.headers)
                                      for header in INCLUDE.findall(code)))

    def lends(self, other):
        """Whether a private name is said or declared there, be it by chance; the same `using` is
        no loan."""
        for name, line in self.names.items():
            if name in other.declared and name not in self.declared:
                return True
            same_using = line.startswith("using ") and other.names.get(name) == line
            if name in other.words and not same_using:
                return True
        return False

    def has_scope(self):
        """Whether all but the includes stands in one anonymous namespace."""
        if not self.joinable or (self.lines.count(BEGIN), self.lines.count(END)) != (1, 1):
            return False
        outside = self.lines[:self.lines.index(BEGIN)] + self.lines[self.lines.index(END) + 1:]
        return all(re.fullmatch(r"|#include .*|namespace [\w:]+ \{|\}", x.split("  //")[0])
                   for x in outside)

    def scoped(self):
        name = "only_" + re.sub(r"\W", "_", self.path.stem)
        text = self.text.replace(f"\n{BEGIN}\n", f"\nnamespace {name} {{ {BEGIN}\n")
        return f'#line 1 "{self.path}"\n' + text.replace(f"\n{END}\n", "\n}}\n")


def groups_of(sources, scoped):
    """First fit in the order given, a folder by itself: its files include the same headers."""
    groups = []
    for source in sources:
        for group in groups:
            if (len(group) < GROUP and group[0].path.parent == source.path.parent and
                    (scoped or not any(source.lends(x) or x.lends(source) for x in group))):
                group.append(source)
                break
        else:
            groups.append([source])
    return groups


def write_if_changed(path, text):
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def main():
    arguments = sys.argv[1:]
    scoped = arguments[:1] == ["--scoped"]
    folder, *paths = map(pathlib.Path, arguments[scoped:])
    sources = [Source(path) for path in paths]
    good = [s for s in sources if (s.has_scope() if scoped else s.names is not None)]
    groups = [group for group in groups_of(good, scoped) if len(group) > 1]
    for number, group in enumerate(groups):
        # In a folder named like the room: tests/laws/CMakeLists.txt knows objects by their room.
        joined = folder / group[0].path.parent.name / f"joined_{number}.cpp"
        write_if_changed(joined, "".join(
            source.scoped() if scoped else f'#include "{source.path}"\n' for source in group))
        print(f"joined {joined}")
    together = {source.path for group in groups for source in group}
    for path in paths:
        if path not in together:
            print(f"alone {path}")


if __name__ == "__main__":
    main()
