#!/usr/bin/env python3
"""Runs `lien run` on the cases of this folder and compares what it writes with known answers.

usage: check_cases.py --lien PROGRAM [--write | --check] [CASE]...

A case is a folder with run.toml, its inputs and expected.csv; the first line of run.toml is its
title. Without a CASE all are run. Exit 1 if a value lies outside its tolerance:
  exact           1e-10 relative
  interpolated    1e-4 relative
  standard_error  within 4 standard errors, the error at most 5e-4 relative
  tail            within 4 standard errors, the error at most 1e-2 relative
A larger error is accepted from a million paths or more and marked: plain sampling would need more.

--write   writes docs/validation.md
--check   compares the sections of docs/validation.md that belong to the cases run
"""
import argparse
import csv
import dataclasses
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

import reference_values

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "validation.md"
MILLION = 1_000_000
RELATIVE = {"exact": 1e-10, "interpolated": 1e-4}
LARGEST_ERROR = {"standard_error": 5e-4, "tail": 1e-2}
SCORE = 4

PREAMBLE = """# Known answers

Numbers whose exact value is known, as `lien run` finds them on ordinary input files. Each section is
a folder of [tests/validation](../tests/validation): its inputs, and expected.csv with the reference.
The references are closed forms, 30-digit quadrature and converged transfer operators, none of them
computed by this program.

    python3 tests/validation/check_cases.py --lien build/release/pricing/cli/lien --write

writes this page again, and the tests fail where a run no longer gives what stands here. Rules: an
`exact` number agrees to 1e-10 relative, an `interpolated` one to 1e-4; a simulated number lies within
4 standard errors, and its error is at most 5e-4 relative (`tail`, for tails and small probabilities:
1e-2). Where plain sampling would need more than a million paths for that, the error is the one that
a million paths give, and the row says `million`. z is (got - expected) / standard error; over
@SIMULATED@ simulated numbers its mean square is @SQUARE@ (1 for exact normal errors; rows of one run
share paths, so they are not independent).

Besides, `tests/recomputed` values random loans without collateral and random leases, on random days, by
a program of its own, written from docs/model.md, and compares prices, losses, provisions, capital and
flows to 1e-9: 10,000 loans and 10,000 leases of five seeds, 1.8 million numbers, no difference.
`--seed` gives others.
"""

# Cases that are tested where the number is computed: the test that does it, and its file.
FUNCTION_LEVEL = [
    ("O07 sd ln S", "tests/engine/joint_step_test.cpp", "LogPriceVariance, ReproducesCaseO07"),
    ("O09 on Sobol paths", "tests/pricing/sobol_test.cpp",
     "SobolRuns, HaveErrorsThatFallFasterThanTheRootOnCaseO09"),
    ("O09 on Sobol paths with control variates", "tests/pricing/sobol_controls_test.cpp",
     "SobolControls, EstimateTheClosedFormWithTheErrorTheyTell"),
    ("O14 on Sobol paths", "tests/pricing/sobol_test.cpp",
     "SobolRuns, HaveErrorsThatFallFasterThanTheRootOnCaseO14"),
    ("O20", "tests/engine/tail_test.cpp", "TailContribution, OfStrataIsTheClosedFormOfCaseO20"),
    ("O20b", "tests/pricing/importance_test.cpp", "ImportanceSampling, ReproducesCaseO20b"),
    ("O22", "tests/pricing/traded_assets_test.cpp", "TradedAssets, ExchangeAtMargrabesPrice"),
    ("O30", "tests/pricing/hazard_test.cpp", "ExpectedSurvival, ReproducesCaseO30"),
    ("O33", "tests/pricing/open_cases_test.cpp", "TailOf, ReproducesTheLognormalTailsOfCaseO33"),
    ("O34", "tests/engine/joint_step_test.cpp", "StepCovariance, ReproducesCaseO34"),
    ("effective rate of one payment left", "tests/pricing/effective_rate_test.cpp",
     "EffectiveRate, OfOnePaymentLeftIsItsClosedForm"),
    ("yield and margin of a certain loan between payments", "tests/pricing/effective_rate_test.cpp",
     "EffectiveRate, OfACertainLoanIsTheCurveAndTheSpreadOnAnyDay"),
    ("yield of a lease with its residual", "tests/pricing/effective_rate_test.cpp",
     "EffectiveRate, OfALeaseIsOfWhatALivingLesseePaysAndReturns"),
    ("exponential delay of a lot: cash by month", "tests/pricing/vehicle_delivery_test.cpp",
     "Delivery, IsWhenALotBeginsToEarn"),
    ("exponential delay of a lot: draws that lapse", "tests/pricing/vehicle_delivery_test.cpp",
     "Delivery, MakesTheDraw"),
]


@dataclasses.dataclass
class Row:
    """One number: what was expected, what the program gave, and the verdict."""

    measure: str
    id: str
    horizon: str
    scenario: str
    tolerance: str
    expected: float
    got: float
    error: float  # standard error, 0 if none
    fault: str = ""
    million: bool = False

    def score(self):
        return (self.got - self.expected) / self.error if self.error > 0 else None


def title_of(case):
    return (HERE / case / "run.toml").read_text().splitlines()[0].removeprefix("# ")


def run_case(program, case, out):
    command = [program, "run", str(HERE / case / "run.toml"), "--out", str(out)]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{case}: exit {done.returncode}\n{done.stdout}{done.stderr}")


def measures_of(out):
    """The rows of measures.csv, and those of cashflows.csv turned into its form."""
    with open(out / "measures.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with open(out / "cashflows.csv", newline="", encoding="utf-8") as file:
        for flow in csv.DictReader(file):
            for name, value in flow.items():
                if name.endswith("_se") or not re.match("scheduled_|expected_|outstanding_", name):
                    continue
                rows.append({"scenario": flow["scenario"], "measure_basis": flow["measure_basis"],
                             "level": "contract", "id": flow["contract"], "measure": name,
                             "horizon_months": flow["month"], "confidence": "", "value": value,
                             "standard_error": flow.get(name + "_se", "")})
    return rows


def find(rows, wanted):
    keys = ["measure", "id", "horizon_months", "confidence", "measure_basis", "level", "scenario"]
    asked = {key: wanted[key] for key in keys if wanted.get(key)}
    asked.setdefault("scenario", "baseline")
    return [row for row in rows if all(row[key] == value for key, value in asked.items())]


def judge(row, paths):
    """The fault of a row, empty if it passes; marks errors that only more paths would lower."""
    difference = abs(row.got - row.expected)
    if row.tolerance in RELATIVE:
        if row.error > 0 and row.tolerance == "exact":
            return "has a standard error"
        return "" if difference <= RELATIVE[row.tolerance] * abs(row.expected) else "differs"
    if not row.error > 0:
        return "has no standard error"
    if not difference <= SCORE * row.error:
        return f"lies {difference / row.error:.1f} standard errors away"
    if row.error > LARGEST_ERROR[row.tolerance] * abs(row.expected):
        row.million = True
        return "" if paths >= MILLION else f"has an error of {row.error / abs(row.expected):.1e}"
    return ""


def compare(case, rows, paths):
    out = []
    with open(HERE / case / "expected.csv", newline="", encoding="utf-8") as file:
        for wanted in csv.DictReader(file):
            found = find(rows, wanted)
            row = Row(wanted["measure"], wanted["id"], wanted["horizon_months"],
                      wanted.get("scenario") or "", wanted["tolerance"], float(wanted["value"]),
                      float("nan"), 0)
            out.append(row)
            if len(found) != 1 or not found[0]["value"]:
                row.fault = f"is given by {len(found)} rows"
                continue
            row.got = float(found[0]["value"])
            row.error = float(found[0]["standard_error"] or 0)
            row.fault = judge(row, paths)
    return out


def number(value):
    return f"{value:.12g}"


def section(case, rows, settings):
    """What docs/validation.md says of one case."""
    simulation = settings["simulation"]
    scenarios = any(row.scenario for row in rows)
    head = ["measure", "id"] + (["scenario"] if scenarios else []) + [
        "month", "expected", "got", "standard error", "z", "tolerance"]
    lines = [f"## {title_of(case)}", "",
             f"`lien run tests/validation/{case}/run.toml`: {simulation['paths']} paths, "
             f"seed {simulation['seed']}.", "",
             "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        score = row.score()
        cells = [row.measure, row.id] + ([row.scenario or "baseline"] if scenarios else []) + [
            row.horizon, number(row.expected), number(row.got),
            f"{row.error:.3g}" if row.error > 0 else "", "" if score is None else f"{score:.2f}",
            row.tolerance + (", million" if row.million else "")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def function_section():
    lines = ["## At function level", "", "| case | test | file |", "|---|---|---|"]
    for case, file, test in FUNCTION_LEVEL:
        if test not in (ROOT / file).read_text():
            sys.exit(f"{file} has no test {test}")
        lines.append(f"| {case} | {test.replace(', ', '.')} | {file} |")
    return "\n".join(lines) + "\n"


def page_of(sections, results):
    scores = [row.score() for rows in results.values() for row in rows if row.score() is not None]
    square = sum(score * score for score in scores) / len(scores)
    text = PREAMBLE.replace("@SIMULATED@", str(len(scores))).replace("@SQUARE@", f"{square:.2f}")
    return "\n".join([text, *sections.values(), function_section()])


def page_faults(sections):
    """Sections of the page that are not what the runs gave."""
    parts = re.split(r"^(?=## )", PAGE.read_text(), flags=re.MULTILINE)
    written = {part.splitlines()[0]: part.strip() for part in parts[1:]}
    titles = {f"## {title_of(case)}" for case in all_cases()} | {"## At function level"}
    faults = [f"has no section '{t[3:]}'" for t in sorted(titles - set(written))]
    faults += [f"has a section '{t[3:]}' of no case" for t in sorted(set(written) - titles)]
    for text in [*sections.values(), function_section()]:
        if written.get(text.splitlines()[0], text.strip()) != text.strip():
            faults.append(f"differs in '{text.splitlines()[0][3:]}'")
    return [f"docs/validation.md {fault}; write it again with --write" for fault in faults]


def print_table(case, rows):
    for row in rows:
        score = row.score()
        place = f"{row.measure}, {row.id}" + (f", month {row.horizon}" if row.horizon else "") + (
            f", {row.scenario}" if row.scenario else "")
        verdict = "FAILED: " + row.fault if row.fault else "million" if row.million else "ok"
        print(f"{case:12} {place:52} {number(row.expected):>17} {number(row.got):>17} "
              f"{'' if score is None else format(score, '6.2f'):>6} {row.tolerance:14} {verdict}")


def all_cases():
    return sorted(path.parent.name for path in HERE.glob("*/expected.csv"))


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--lien", required=True)
    mode = options.add_mutually_exclusive_group()
    mode.add_argument("--write", action="store_true")
    mode.add_argument("--check", action="store_true")
    options.add_argument("cases", nargs="*", metavar="CASE")
    asked = options.parse_args()
    if asked.write and asked.cases:
        options.error("--write is about all cases")
    faults, sections, results = [], {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for case in asked.cases or all_cases():
            settings = tomllib.loads((HERE / case / "run.toml").read_text())
            out = pathlib.Path(folder) / case
            run_case(asked.lien, case, out)
            rows = compare(case, measures_of(out), settings["simulation"]["paths"])
            print_table(case, rows)
            results[case] = rows
            sections[case] = section(case, rows, settings)
            faults += [f"{case}: {row.measure} of {row.id} {row.fault}" for row in rows if row.fault]
            faults += reference_values.faults(ROOT, case, rows)
    if asked.write and not faults:
        PAGE.write_text(page_of(sections, results))
    if asked.check:
        faults += page_faults(sections)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
