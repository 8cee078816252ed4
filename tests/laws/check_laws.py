#!/usr/bin/env python3
"""The laws of the source tree, each a rule over lines; prints file:line of every violation.

usage: check_laws.py ROOT      exit 1 where a law is broken, 2 where ROOT is not a checkout

1  engine names no contract: no word of a lending agreement in names, comments or file names
2  pricing starts no thread and calls no MPI; it names no instruction set outside
   pricing/valuation, whose kernels may name Highway and nothing lower
3  QuantLib by single headers, in pricing/{market,plan,calibration}, tests and benches only;
   engine includes nothing of pricing
4  no machine-dependent or value-changing compiler flag
5  check_objects.py: no libm call in what must give the same bytes on every machine
6  no path of one person's machine; C++ sources are ASCII
Files over 400 lines that do not say why in their first lines ("Over 400 lines on purpose: ...") are
listed and break nothing: they owe an explanation.
"""
import pathlib
import re
import sys

ROOMS = ("engine", "pricing", "benches", "tests", "examples", "docs", "cmake", ".ci")
CODE = {".cpp", ".hpp", ".h"}
TEXT = CODE | {".py", ".sh", ".cmake", ".txt", ".md", ".json", ".toml", ".csv", ""}
BINARY_FREE_LIMIT = 2_000_000  # bytes; a larger file is an example's tape, not source
LONG = 400
ON_PURPOSE = "Over 400 lines on purpose: "

# Words that begin, end or contain a stem, where English has no innocent word that does.
STEMS = re.compile(r"^loan|loans?$|collateral|covenant|borrower|lessee|lessor|^sublease|^leasehold")
LEASES = {"lease", "leases", "leased", "leasing"}  # whole words: "release" and "please" stay

THREADS = re.compile(r"\bstd\s*::\s*(?:j?thread|async|execution)\b|\bpthread_\w+"
                     r"|#\s*include\s*<(?:thread|execution|future|pthread\.h|omp\.h)>"
                     r"|#\s*pragma\s+omp\b|\bomp_\w+\(|\bMPI_\w+|\bMPI\b"
                     r"|#\s*include\s*[<\"](?:mpi|boost/mpi)")
INTRINSICS = re.compile(r"\w*(?:immintrin|xmmintrin|emmintrin|x86intrin|arm_neon|arm_sve)\w*"
                        r"|\b_mm\d*_\w+|\b__m(?:128|256|512)\w*|\b__builtin_(?:ia32|cpu)_\w+"
                        r"|\b(?:AVX|SSE|SSSE|NEON|SVE)\d*\w*")
HIGHWAY = re.compile(r"\bHWY_\w+|\bhwy\s*::|#\s*include\s*[<\"]hwy/")
UMBRELLA = re.compile(r"#\s*include\s*[<\"]ql/(?:quantlib|(?:\w+/)*all)\.hpp")
QUANTLIB = re.compile(r"#\s*include\s*[<\"]ql/|\bQuantLib\s*::")
QUANTLIB_ROOMS = ("pricing/market/", "pricing/plan/", "pricing/calibration/", "tests/", "benches/")
UPWARD = re.compile(r"#\s*include\s*[<\"]pricing/")
FLAGS = re.compile(r"-m(?:arch|tune|cpu|avx|sse|fma|fpu|float)\S*|-Ofast|-ffast-math"
                   r"|-funsafe-math\S*|-fassociative-math|-freciprocal-math|-ffinite-math\S*"
                   r"|-ffp-contract=(?:fast|on)")
# SVE needs the compiler's word for it: in its own build, which says so on another CPU, and its check.
SVE_FLAG = re.compile(r"-march=armv8\.2-a\+(?:sve2?\b|\$\{CMAKE_MATCH_1\})")
SVE_BUILDS = ("cmake/arm_sve.cmake", "check")
PRAGMAS = re.compile(r"#\s*pragma\s+(?:GCC|clang)\s+(?:target|optimize|fp)|__attribute__\s*\(\(\s*"
                     r"(?:target|optimize)|#\s*pragma\s+STDC\s+FP_CONTRACT\s+ON")
MACHINE = re.compile(r"(?:^|[^A-Za-z0-9_.$}])/(?:tmp|work|root|home|farm)/")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def words(text):
    """Splits identifiers and prose: loan_terms, LoanTerms, kLOANTerms2 all hold 'loan'."""
    return [w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)]


def contract_words(text):
    return [w for w in words(text) if w in LEASES or STEMS.search(w)]


def without_strings(line):
    """User texts may say AVX2; an include keeps its quotes."""
    return line if line.lstrip().startswith("#") else STRING.sub('""', line)


def first(pattern, text):
    found = pattern.search(text)
    return [found.group().strip()] if found else []


def faults_of_line(path, line):
    """(law, what was found) for one line of the file at `path`, relative to the root."""
    code = path.suffix in CODE
    build = path.name in ("CMakeLists.txt", "CMakePresets.json", "demo", "check") or \
        path.suffix in (".cmake", ".sh")
    name = path.as_posix()
    faults = []
    if name.startswith("engine/"):
        faults += [("1 engine names a contract", w) for w in contract_words(line)]
        faults += [("3 engine includes pricing", w) for w in first(UPWARD, line)]
    if name.startswith("pricing/") and (code or build):
        faults += [("2 pricing starts threads or calls MPI", w) for w in first(THREADS, line)]
        faults += [("2 pricing names an instruction set", w)
                   for w in first(INTRINSICS, without_strings(line))]
        if not name.startswith("pricing/valuation/") and code:
            faults += [("2 Highway outside pricing/valuation", w)
                       for w in first(HIGHWAY, without_strings(line))]
    if code:
        faults += [("3 umbrella QuantLib header", w) for w in first(UMBRELLA, line)]
        if not name.startswith(QUANTLIB_ROOMS):
            faults += [("3 QuantLib outside its rooms", w)
                       for w in first(QUANTLIB, without_strings(line))]
        faults += [("4 code for one machine", w) for w in first(PRAGMAS, line)]
        if not line.isascii():
            faults.append(("6 not ASCII", "".join(c for c in line if not c.isascii())))
    if build:
        if name in SVE_BUILDS:
            line = SVE_FLAG.sub("", line)
        faults += [("4 compiler flag", w) for w in first(FLAGS, line.split("#")[0])]
    faults += [("6 machine path", w) for w in first(MACHINE, line)]
    return faults


def files(root):
    """Every text file of the tree, in one order; build folders and run directories apart."""
    # .git is a file where the checkout is one of several of its repository.
    tops = [p for p in root.iterdir() if p.is_file() and p.name != ".git"]
    inside = [p for room in ROOMS for p in (root / room).rglob("*") if p.is_file()]
    for path in sorted(tops + inside):
        relative = path.relative_to(root)
        if path.suffix in TEXT and "__pycache__" not in relative.parts and \
                path.stat().st_size <= BINARY_FREE_LIMIT:
            yield relative


def check(root):
    """Returns (faults as (file, line, law, found), long files as (file, lines))."""
    faults, long_files = [], []
    for path in files(root):
        if path.parts[:2] == ("tests", "laws"):
            continue  # the laws' own words
        if path.parts[0] == "engine":
            faults += [(path, 0, "1 engine names a contract", w)
                       for w in contract_words(path.as_posix())]
        lines = (root / path).read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, start=1):
            faults += [(path, number, law, found) for law, found in faults_of_line(path, line)]
        explained = any(ON_PURPOSE in line for line in lines[:12])
        if len(lines) > LONG and not explained and path.suffix in CODE | {".py", ".sh"}:
            long_files.append((path, len(lines)))
    return faults, long_files


def main():
    if len(sys.argv) != 2 or not (pathlib.Path(sys.argv[1]) / "engine").is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    faults, long_files = check(pathlib.Path(sys.argv[1]))
    for path, lines in long_files:
        print(f"{path}: {lines} lines, over {LONG}: split it, or say in it why not")
    for path, line, law, found in faults:
        print(f"{path}:{line}: law {law}: {found}")
    print(f"laws: {len(faults)} violations")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
