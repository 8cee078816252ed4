#!/usr/bin/env python3
"""Sorts C++ sources into groups and writes a file a group that holds them all: a compiler that
reads a dozen sources at once reads their headers once. cmake/join.cmake calls it.

usage: join_sources.py [--scoped] FOLDER SOURCE...      prints a line "joined PATH" for each file
       written, "alone PATH" for each source that is in none, "read PATH" for each header looked at

A source means joined what it means alone. What it keeps to itself, the names in its anonymous
namespace, it could lend to the others: an overload chosen in silence, a constant of another value.
So either (the program) no source shares a group with one that says such a name anywhere, nor with
one whose headers declare it, and the joined file includes them; or (--scoped, tests: nothing stands
behind their anonymous namespace) a copy of each gets a namespace of its own around the anonymous
one. Functions for everybody are overloads too: a source meets none in company that another's
headers declare under a name it calls. A source that this cannot be told of stays alone.
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
NAME = re.compile(r"(?:struct|class|enum class)\s+(\w+)|[^=({]*?\b(?!auto\b)(\w+)\s*[=({;[]")
FUNCTION = re.compile(r"(?![ }#)]|using\b|struct\b|class\b|enum\b)[^=({]*?\b(?!void\b)(\w+)\(")
NEXT = re.compile(r"\s*[*&]*\s*([A-Za-z_]\w*)\s*(?:[=({[]|$)")  # behind a comma: a further variable
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
# What a source says: not the members, and not the standard library's.
WORD = re.compile(r"(?<![\w.])(?<!->)(?<!std::)[A-Za-z_]\w*")
CALL = re.compile(WORD.pattern + r"(?=[(<])")


def further_names(statement):
    """The names behind the commas of a statement that declares several variables."""
    parts, depth = [""], 0
    for sign in statement:
        depth += (sign in "({[") - (sign in ")}]")
        if sign == ";" and depth == 0:
            break
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [match.group(1) for match in map(NEXT.match, parts[1:]) if match]


def names_of(line, behind):
    """What a line in the first column declares; nothing where it is not understood."""
    match = USING.match(line) or NAME.match(line)
    if not match or re.match(r"template\b|.*\boperator\b", line):
        return []
    for more in behind:
        if line.endswith((";", "}")) or not more.startswith(" "):
            break
        line += more
    return [next(group for group in match.groups() if group), *further_names(line)]


def declarations(lines):
    """Each line in the first column with the names it declares.

    clang-format puts what stands in a namespace in the first column, and only that."""
    for number, line in enumerate(lines):
        line = re.sub(r"^template <.*>\s*", "", line)
        if line in (BEGIN, END):
            yield line, []
        elif line and line[0] not in " }#)":
            yield line, names_of(line, lines[number + 1:])


def private_names(lines):
    """What the source declares for itself alone: name to line. None where that is not told."""
    names, inside = {}, False
    for line, declared in declarations(lines):
        if line in (BEGIN, END):
            inside = line == BEGIN
        elif line.startswith("using namespace "):
            return None  # it would hold for the whole company
        elif inside or re.match(r"static |using |namespace \w+ =", line):
            if not declared:
                return None
            names.update(dict.fromkeys(declared, line))
    return names


class Header:
    """One of ours: the names it declares, which of them are functions, what its inline code calls,
    and all headers that come with it, itself among them."""

    known = {}

    def __init__(self, path):
        Header.known[path] = self  # at once: of those that include each other in a circle
        self.path, self.family = path, {self}
        code = COMMENT.sub("", (ROOT / path).read_text(encoding="utf-8"))
        lines = code.split("\n")
        self.names = {name for _, names in declarations(lines) for name in names}
        self.functions = {match.group(1) for line in lines if (match := FUNCTION.match(line))}
        self.calls = set(CALL.findall("\n".join(x for x in lines if x.startswith(" "))))
        self.family.update(*(header.family for header in Header.all_in(code)))

    @staticmethod
    def all_in(code):
        return [Header.known.get(path) or Header(path)
                for path in INCLUDE.findall(code) if (ROOT / path).is_file()]


class Source:

    def __init__(self, path, scoped=False):
        self.path, self.text = path, path.read_text(encoding="utf-8")
        code = COMMENT.sub("", self.text)
        self.lines = [line.rstrip() for line in code.split("\n")]
        self.joinable = not UNJOINABLE.search(code)
        self.names = private_names(self.lines) if self.joinable else None
        self.words = set(WORD.findall(code))
        included = [] if scoped else Header.all_in(code)
        self.headers = set().union(*(header.family for header in included))
        self.declared = set().union(*(header.names for header in self.headers))
        # Of the functions that its headers declare, those that it or a header's inline code calls.
        self.calls = set(CALL.findall(code)).union(*(header.calls for header in self.headers))
        self.calls &= set().union(*(header.functions for header in self.headers))

    def lends(self, other):
        """Whether a private name is said or declared there, be it by chance, or a header that is
        only here declares one more function of a name called there; the same `using` is no loan."""
        if any(header.functions & other.calls for header in self.headers - other.headers):
            return True
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
    sources = [Source(path, scoped) for path in paths]
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
    for header in sorted(Header.known):
        print(f"read {ROOT / header}")


if __name__ == "__main__":
    main()
