#!/usr/bin/env python3
"""Runs an example, then with one input after the other changed, and holds what `lien compare` says.

usage: check_compare.py --lien PROGRAM EXAMPLE

The bridge is worked out a second time here from the CSV files of both runs; which inputs differ is
known, since this made them differ; each step of the parted bridge is held against runs of what
stands between; and what is wrong ends as it should.
Over 400 lines on purpose: all that is checked shares the runs, which take most of its time.
"""
import argparse
import csv
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile

PATHS = 2048
BRIDGE = {"present_value": ("risk_neutral", "0"), "expected_loss": ("real_world", "0"),
          "ecl_12m": ("real_world", "12"), "ecl_lifetime": ("real_world", "0")}
SHORTFALL = {"measure": "expected_shortfall", "horizon_months": "0", "confidence": "0.99",
             "level": "portfolio"}


class Checks:
    def __init__(self, lien, scratch):
        self.lien, self.scratch, self.faults = lien, scratch, []

    def run(self, *arguments, code=0):
        done = subprocess.run([self.lien, *map(str, arguments)], capture_output=True, text=True,
                              check=False)
        self.that(done.returncode == code,
                  f"lien {' '.join(map(str, arguments))}: exit {done.returncode}, not {code}\n"
                  + done.stderr)
        return done.stderr if code > 1 else done.stdout

    def that(self, holds, otherwise):
        if not holds:
            self.faults.append(otherwise)

    def value(self, name, example, change=None, *options, paths=PATHS):
        """A run of the example with its inputs changed; the folder it writes."""
        inputs = self.scratch / (name + "_inputs")
        shutil.copytree(example, inputs)
        if change:
            change(inputs)
        self.run("run", inputs / "run.toml", "--paths", paths, "--scenario", "baseline", "--out",
                 self.scratch / name, *options)
        return self.scratch / name

    def compare(self, a, b, *options, code=0, parted=False):
        if not parted:
            options = ("--stored", *options)
        text = self.run("compare", a, b, "--json", *options, code=code)
        return json.loads(text) if code <= 1 and text else {}


def replace(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text, (file, old)
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def rows(folder, name):
    with open(folder / name, encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["scenario"] == "baseline"]


def numbers(folder, measure):
    """The portfolio's number, and by contract."""
    basis, horizon = BRIDGE[measure]
    found = [row for row in rows(folder, "measures.csv")
             if (row["measure"], row["measure_basis"], row["horizon_months"])
             == (measure, basis, horizon)]
    total = [float(row["value"]) for row in found if row["level"] == "portfolio"]
    return total[0], {row["id"]: float(row["value"]) for row in found
                      if row["level"] == "contract"}


def check_bridge(checks, a, b, told):
    owed = [{row["contract"]: float(row["balance"]) for row in rows(folder, "contracts.csv")}
            for folder in (a, b)]
    steps = {row["step"]: row for row in told["bridge"]}
    for measure in BRIDGE:
        (before, was), (after, now) = numbers(a, measure), numbers(b, measure)
        both = was.keys() & now.keys()
        balance = sum(was[i] * (owed[1][i] / owed[0][i] - 1) for i in both)
        expected = {
            "before": before, "after": after, "change": after - before,
            "new contracts": sum(now[i] for i in now.keys() - both),
            "gone: matured or removed": -sum(was[i] for i in was.keys() - both),
            "in both: balance": balance,
            "in both: value per balance": sum(now[i] - was[i] for i in both) - balance,
            "rounding": 0.0}
        for step, number in expected.items():
            checks.that(abs(steps[step][measure] - number) <= 1e-9 * abs(before),
                        f"{b.name}: {measure}, {step}: {steps[step][measure]}, not {number}")
        parts = sum(steps[step][measure] for step in expected
                    if step not in ("before", "after", "change"))
        checks.that(abs(parts - (after - before)) <= 1e-14 * abs(before),
                    f"{b.name}: {measure}: the steps do not sum to the change")


def check_differences(checks, name, told, expected):
    found = {row["what"] for row in told["differences"]}
    checks.that(found == expected, f"{name}: differs by {found}, not {expected}")


def check_tolerances(checks, a, seed, book):
    file = checks.scratch / "limits.toml"

    def held(other, text, code):
        file.write_text(text, encoding="utf-8")
        return checks.compare(a, other, "--tolerances", file, code=code)

    exact = '[[tolerance]]\nmeasure = "present_value"\nlevel = "portfolio"\nabsolute = 0\n'
    held(a, exact, 0)
    told = held(seed, exact, 1)["tolerances"][0]
    checks.that(told["kept"] == "EXCEEDED" and told["beyond"] == told["compared"] == 1, str(told))
    before, after = numbers(a, "present_value")[0], numbers(seed, "present_value")[0]
    for factor, code in ((0.999, 1), (1.001, 0)):  # either side of the difference there is
        for kind, let in (("absolute", abs(after - before)), ("relative", abs(after / before - 1))):
            held(seed, exact.replace("absolute = 0", f"{kind} = {let * factor!r}"), code)
    # A contract that one run lacks is beyond every tolerance; so is a measure of neither.
    wide = exact.replace("portfolio", "contract").replace("absolute = 0", "absolute = 1e12")
    held(seed, wide, 0)
    told = held(book, wide, 1)["tolerances"][0]
    checks.that((told["missing"], told["beyond"]) == (2, 0), str(told))
    held(a, exact.replace("present_value", "stage").replace("portfolio", "contract"), 1)
    held(a, exact.replace("present_value", "presentvalue"), 65)
    held(a, '[[limit]]\nid = "x"\nmeasure = "price"\nlevel = "portfolio"\nmax = 2\n', 65)


def staged(past_due):
    """Inputs with provisions, and days past due by loan: more than 30 is stage 2."""
    def change(inputs):
        with open(inputs / "run.toml", "a", encoding="utf-8") as run:
            run.write("\n[provisions]\nsignificant_increase_ratio = 3\n")
        with open(inputs / "loans.csv", encoding="utf-8", newline="") as file:
            loans = list(csv.DictReader(file))
        for loan in loans:
            loan["days_past_due"] = str(past_due.get(loan["id"], 0))
        with open(inputs / "loans.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, loans[0].keys())
            writer.writeheader()
            writer.writerows(loan for loan in loans if past_due.get(loan["id"]) != "gone")
    return change


def check_movement(checks, example):
    """Two of three loans change places, one stays; then one is gone."""
    a = checks.value("staged", example, staged({"L-001": 45}))
    b = checks.value("moved", example, staged({"L-002": 45}), "--seed", 7)
    c = checks.value("fewer", example, staged({"L-001": 45, "L-003": "gone"}))

    def held(folder):
        return {row["contract"]: (int(row["stage"]),
                                  float(row["ecl_12m" if row["stage"] == "1" else "ecl_lifetime"]))
                for row in rows(folder, "contracts.csv")}

    def expect(one, other, step, contracts, stage_1, stage_2):
        told = {row["step"]: row for row in checks.compare(one, other)["allowance_movement"]}
        found = told[step]
        size = 1e-9 * told["before"]["total"]
        checks.that(found["contracts"] == contracts and abs(found["stage_1"] - stage_1) <= size
                    and abs(found["stage_2"] - stage_2) <= size
                    and abs(found["total"] - stage_1 - stage_2) <= size,
                    f"{other.name}: {step}: {found}, not {(contracts, stage_1, stage_2)}")

    was, now = held(a), held(b)
    checks.that([was[i][0] for i in sorted(was)] == [2, 1, 1], f"stages: {was}")
    checks.that([now[i][0] for i in sorted(now)] == [1, 2, 1], f"stages: {now}")
    l1, l2, l3 = ((was[i][1], now[i][1]) for i in ("L-001", "L-002", "L-003"))
    expect(a, b, "before", 3, l2[0] + l3[0], l1[0])
    expect(a, b, "moved to stage 2", 1, -l2[0], l2[0])
    expect(a, b, "moved to stage 1", 1, l1[0], -l1[0])
    expect(a, b, "measured anew on the move", 2, l1[1] - l1[0], l2[1] - l2[0])
    expect(a, b, "measured anew, same stage", 1, l3[1] - l3[0], 0)
    expect(a, b, "after", 3, l1[1] + l3[1], l2[1])
    expect(a, c, "gone: matured or removed", 1, -l3[0], 0)
    expect(c, a, "new contracts", 1, l3[0], 0)


def portfolio(folder):
    """What the bridge follows, value and error."""
    found = {}
    for row in rows(folder, "measures.csv"):
        if row["level"] != "portfolio":
            continue
        for measure, (basis, horizon) in BRIDGE.items():
            if (row["measure"], row["measure_basis"], row["horizon_months"]) == (measure, basis,
                                                                                 horizon):
                found[measure] = (float(row["value"]), float(row["standard_error"]))
        if all(row[key] == value for key, value in SHORTFALL.items()):
            found["expected_shortfall"] = (float(row["value"]), float(row["standard_error"]))
    return found


def steps_of(told):
    """{step: {measure: value, measure_se: error, contracts: n}} of both tables."""
    steps = {}
    for table in ("bridge", "bridge_allowance"):
        for row in told[table]:
            steps.setdefault(row["step"], {}).update(row)
    return steps


def check_steps(checks, name, a, b, told, between):
    """between: (step, folder that ends it), in order; each step is a difference of two runs."""
    steps, before, after = steps_of(told), portfolio(a), portfolio(b)
    for measure in (*BRIDGE, "expected_shortfall"):
        size = abs(before[measure][0])
        sums = sum(row[measure] for step, row in steps.items()
                   if step not in ("before", "after", "change"))
        checks.that(abs(sums - (after[measure][0] - before[measure][0])) <= 1e-14 * size,
                    f"{name}: {measure}: the steps do not sum to the change")
        checks.that(abs(steps["rounding"][measure]) <= 1e-12 * size
                    and steps["model: program"][measure] == 0,
                    f"{name}: {measure}: rounding or program is something")
        last, walked = a, set()
        for step, folder in between:
            was, now = portfolio(last)[measure], portfolio(folder)[measure]
            found = steps[step][measure]
            if step.startswith("in both: terms") or step.startswith("book and market"):
                found += steps["in both: balance"][measure]
            checks.that(abs(found - (now[0] - was[0])) <= 1e-12 * size,
                        f"{name}: {measure}, {step}: {found}, not {now[0] - was[0]}")
            error, alone = steps[step][measure + "_se"], math.hypot(was[1], now[1])
            if step in ("seed", "model: settings"):
                checks.that(abs(error - alone) <= 1e-9 * alone,
                            f"{name}: {measure}, {step}: error {error}, not {alone}")
            else:
                checks.that(0 < error < 1.05 * alone,
                            f"{name}: {measure}, {step}: error {error} of {alone} unpaired")
            last, walked = folder, walked | {step}
        for step in {"gone: matured or removed", "in both: balance", "in both: terms and time",
                     "new contracts", "market", "model: settings", "seed"} & steps.keys() - walked:
            if step != "in both: balance":
                checks.that(steps[step][measure] == 0 == steps[step][measure + "_se"],
                            f"{name}: {measure}, {step}: {steps[step]}, not 0")


def check_parts(checks, example):
    """From one run to another in which everything is changed, by runs of what stands between."""
    def without(*ids):
        def change(inputs):
            lines = (inputs / "loans.csv").read_text(encoding="utf-8").splitlines(keepends=True)
            (inputs / "loans.csv").write_text(
                "".join(line for line in lines if line.split(",")[0] not in ids), encoding="utf-8")
        return change

    def other_terms(inputs):
        loans = inputs / "loans.csv"
        replace(loans, "180000000", "150000000")
        replace(loans, "0.1150", "0.1250")

    def renamed(inputs):
        replace(inputs / "loans.csv", "L-001", "L-009")

    def other_market(inputs):
        replace(inputs / "market.toml", "volatility = 0.40", "volatility = 0.45")

    def other_model(inputs):
        replace(inputs / "run.toml", "[simulation]", "[simulation]\nhorizon_months = 48")

    def all_of(*changes):
        def change(inputs):
            for one in changes:
                one(inputs)
        return change

    a = checks.value("p0", example)
    gone = checks.value("p1", example, without("L-001"))
    terms = checks.value("p2", example, all_of(other_terms, without("L-001")))
    new = checks.value("p3", example, all_of(other_terms, renamed))
    market = checks.value("p4", example, all_of(other_terms, renamed, other_market))
    model = checks.value("p5", example, all_of(other_terms, renamed, other_market, other_model),
                         paths=4096)
    last = checks.value("p6", example, all_of(other_terms, renamed, other_market, other_model),
                        "--seed", 7, paths=4096)
    for number in range(7):  # what went in need not be there any more
        shutil.rmtree(checks.scratch / f"p{number}_inputs")
    told = checks.compare(a, last, parted=True)
    check_steps(checks, "everything", a, last, told,
                [("gone: matured or removed", gone), ("in both: terms and time", terms),
                 ("new contracts", new), ("market", market), ("model: settings", model),
                 ("seed", last)])
    check_steps(checks, "nothing", a, a, checks.compare(a, a, parted=True), [])
    check_steps(checks, "market alone", new, market, checks.compare(new, market, parted=True),
                [("market", market)])
    check_steps(checks, "backwards", new, gone, checks.compare(new, gone, parted=True),
                [("gone: matured or removed", terms), ("in both: terms and time", gone)])

    def later(day, *changes):
        def change(inputs):
            replace(inputs / "run.toml", "2026-09-30", day)
            all_of(*changes)(inputs)
        return change

    def launched(inputs):
        replace(inputs / "market.toml", "mean_years = 1.25", "mean_years = 1.25\nyears_since_last = 0.1")
        text = (inputs / "market.toml").read_text(encoding="utf-8")
        (inputs / "market.toml").write_text(
            "".join(line for line in text.splitlines(keepends=True)
                    if not line.startswith("scheduled")), encoding="utf-8")

    rolled = checks.value("p7", example, later("2026-10-10"))
    dear = checks.value("p8", example, later("2026-10-10", other_market))
    check_steps(checks, "time", a, dear, checks.compare(a, dear, parted=True),
                [("in both: terms and time", rolled), ("market", dear)])
    # After the launch that it schedules the first market is none of the second date.
    passed = checks.value("p9", example, later("2026-10-31", launched))
    told = checks.compare(a, passed, parted=True)
    check_steps(checks, "launched", a, passed, told, [("book and market together", passed)])
    checks.that("market" not in steps_of(told), "a market that was parted")
    text = checks.run("compare", a, passed)
    checks.that("could not be parted" in text and "scheduled" in text, text)


def check_precision(checks, example, a):
    """Single precision is another model on the same paths: paired, so rounding and no noise."""
    def in_floats(inputs):
        replace(inputs / "run.toml", "[simulation]", '[simulation]\nprecision = "single"')

    b = checks.value("single", example, in_floats)
    told = checks.compare(a, b, parted=True)
    check_differences(checks, "single", told, {"simulation.precision"})
    row = told["differences"][0]
    checks.that((row["before"], row["after"]) == ('"double"', '"single"'), f"precision: {row}")
    was, now, step = portfolio(a), portfolio(b), steps_of(told)["model: settings"]
    for measure, (value, error) in was.items():
        change = now[measure][0] - value
        checks.that(abs(step[measure] - change) <= 1e-12 * abs(value)
                    and step[measure + "_se"] <= 1e-3 * error,
                    f"single: {measure}: {step[measure]} +- {step[measure + '_se']}, error {error}")


def check_kept(checks, example):
    """The copies are the inputs, and what becomes of them is seen."""
    a = checks.value("kept", example)
    for name in ("market.toml", "loans.csv", "scenarios.csv"):
        checks.that((a / "inputs" / name).read_bytes() == (example / name).read_bytes(),
                    f"{name} is not kept as it was")
    checks.run("verify", a)
    replace(a / "inputs" / "market.toml", "volatility = 0.40", "volatility = 0.41")
    checks.run("verify", a, code=65)
    message = checks.run("compare", a, a, code=65)
    checks.that("inputs/market.toml" in message and "changed since the run" in message, message)
    checks.run("compare", a, a, "--stored")
    shutil.rmtree(a / "inputs")
    checks.run("verify", a)
    message = checks.run("compare", a, a, code=65)
    checks.that("--stored" in message, message)
    b = checks.value("more", example)
    (b / "inputs" / "stray").write_text("", encoding="utf-8")
    checks.run("verify", b, code=65)


def check_faults(checks, a, other):
    checks.run("compare", a, code=64)
    checks.run("compare", a, checks.scratch / "absent", code=65)
    checks.run("compare", checks.scratch, a, code=65)
    euro = checks.compare(a, other, code=65)
    checks.that(euro == {}, "two currencies")
    broken = checks.scratch / "broken"
    shutil.copytree(a, broken)
    replace(broken / "measures.csv", "baseline", "baselin_")
    message = checks.run("compare", a, broken, code=65)
    checks.that("measures.csv" in message and "changed since the run" in message, message)
    (broken / "manifest.json").write_text("{}", encoding="utf-8")
    checks.run("compare", broken, a, code=65)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lien", required=True)
    parser.add_argument("example", type=pathlib.Path)
    arguments = parser.parse_args()
    example = arguments.example
    with tempfile.TemporaryDirectory() as name:
        checks = Checks(str(pathlib.Path(arguments.lien).resolve()), pathlib.Path(name))

        def other_market(inputs):
            replace(inputs / "market.toml", "volatility = 0.40", "volatility = 0.45")

        def other_book(inputs):
            loans = inputs / "loans.csv"
            replace(loans, "L-001", "L-009")  # one gone, one new
            replace(loans, "180000000", "150000000")

        def other_currency(inputs):
            replace(inputs / "market.toml", '"USD"', '"EUR"')

        def moved(inputs):
            (inputs / "market.toml").rename(inputs / "moved.toml")
            replace(inputs / "run.toml", "market.toml", "moved.toml")

        a = checks.value("a", example)
        seed = checks.value("seed", example, None, "--seed", 7)
        market = checks.value("market", example, other_market)
        book = checks.value("book", example, other_book)
        same = checks.value("same", example, moved)  # the same bytes under another name
        euro = checks.value("euro", example, other_currency)
        shutil.rmtree(checks.scratch / "seed_inputs")  # what went in need not be there any more
        for other, expected in ((seed, {"simulation.seed"}), (market, {"market"}),
                                (book, {"book"}), (same, {"nothing: same inputs, settings and program"})):
            told = checks.compare(a, other)
            check_differences(checks, other.name, told, expected)
            check_bridge(checks, a, other, told)
        told = {row["step"]: row for row in checks.compare(a, book)["bridge"]}
        counts = [told[step]["contracts"] for step in
                  ("before", "new contracts", "gone: matured or removed", "in both: balance",
                   "after")]
        checks.that(counts == [3, 1, 1, 2, 3], f"contracts of the bridge: {counts}")
        changes = checks.compare(a, market)["largest_changes"]
        sizes = [abs(row["change"]) for row in changes]
        checks.that(len(sizes) == 3 and sizes == sorted(sizes, reverse=True), f"changes: {sizes}")
        text = checks.run("compare", a, book, "--stored")
        checks.that("gone: matured or removed" in text and "loans.csv" in text, text)
        check_tolerances(checks, a, seed, book)
        checks.that("allowance_movement" not in checks.compare(a, book), "a movement without stages")
        check_movement(checks, example)
        check_parts(checks, example)
        check_precision(checks, example, a)
        check_kept(checks, example)
        check_faults(checks, a, euro)
    for fault in checks.faults:
        print(fault)
    return 1 if checks.faults else 0


if __name__ == "__main__":
    sys.exit(main())
