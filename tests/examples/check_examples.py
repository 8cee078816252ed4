"""Runs an example and compares what it writes with what the example says it writes.

An example is a folder with a run.toml, or a run file of another name. Beside it stands expected/:
`command` (the options of lien run), `sha256` (of every result file; the bytes are the same on any
machine with fused multiply-add) and `portfolio.csv` (the portfolio's rows of measures.csv, so that
a change can be read and not only noticed).

  check_examples.py --lien PROGRAM EXAMPLE...           compare
  check_examples.py --lien PROGRAM --write EXAMPLE...   write expected/ anew; say why in CHANGELOG.md

These are regressions of our own output, not references: those stand in tests/validation.
"""

import argparse
import hashlib
import pathlib
import subprocess
import sys
import tempfile

RESULTS = ["cashflows.csv", "checks.csv", "contracts.csv", "contributions.csv", "covenants.csv",
           "losses.csv", "measures.csv", "paths.csv", "rejects.csv", "report.html"]


def digests(folder):
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in RESULTS}


def portfolio(folder):
    lines = (folder / "measures.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for i, line in enumerate(lines)
                   if i == 0 or line.split(",")[2] == "portfolio")


def run(lien, example, name, options, out):
    command = [lien, "run", name, "--out", str(out), *options]
    done = subprocess.run(command, cwd=example, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{example.name}: exit {done.returncode}\n{done.stderr}")


def failed_checks(folder):
    lines = (folder / "checks.csv").read_text(encoding="utf-8").splitlines()[1:]
    return [line for line in lines if not line.endswith(",true")]


def write(example, out, options):
    expected = example / "expected"
    expected.mkdir(exist_ok=True)
    (expected / "command").write_text(" ".join(options) + "\n", encoding="utf-8")
    found = digests(out)
    (expected / "sha256").write_text("".join(f"{found[n]}  {n}\n" for n in RESULTS),
                                     encoding="utf-8")
    (expected / "portfolio.csv").write_text(portfolio(out), encoding="utf-8")


def differences(example, out):
    expected = example / "expected"
    found, problems = digests(out), []
    for line in (expected / "sha256").read_text(encoding="utf-8").splitlines():
        digest, name = line.split()
        if found[name] != digest:
            problems.append(f"{name} is not the expected one")
    before = (expected / "portfolio.csv").read_text(encoding="utf-8").splitlines()
    after = portfolio(out).splitlines()
    for a, b in zip(before, after):
        if a != b:
            problems.append(f"first difference of the portfolio:\n    expected {a}\n    found    {b}")
            break
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lien", required=True)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("examples", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    lien, bad = str(pathlib.Path(arguments.lien).resolve()), 0
    for given in arguments.examples:
        example, name = (given.parent, given.name) if given.is_file() else (given, "run.toml")
        command = example / "expected" / "command"
        options = command.read_text(encoding="utf-8").split() if command.exists() else []
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "run"
            run(lien, example.resolve(), name, options, out)
            problems = [f"check failed: {line}" for line in failed_checks(out)]
            if arguments.write:
                write(example, out, options)
            else:
                problems += differences(example, out)
        for problem in problems:
            print(f"{given}: {problem}")
        bad += bool(problems)
        if not problems:
            print(f"{given}: " + ("written" if arguments.write else "as expected"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
