"""Writes small runs, carries them out, and reads what they say."""
import csv
import math
import pathlib
import subprocess
import tempfile

DATE = "2026-10-01"
HOURS = 730  # of a month


class Desk:
    def __init__(self, lien):
        self.lien = str(pathlib.Path(lien).resolve())
        self.folder = tempfile.TemporaryDirectory()
        self.scratch, self.faults, self.runs = pathlib.Path(self.folder.name), [], 0

    def that(self, holds, otherwise):
        if not holds:
            self.faults.append(otherwise)

    def near(self, what, found, expected, size=None, tolerance=1e-9):
        size = abs(expected) if size is None else size
        self.that(found is not None and abs(found - expected) <= tolerance * size,
                  f"{what}: {found!r}, not {expected!r}")

    def run(self, market, book, scenarios="", settings="", bases=("risk_neutral", "real_world"),
            paths=1024, sampling="philox"):
        """book: {file name: text}. What the run writes."""
        inputs = self.write(market, book, scenarios, settings, bases, paths, sampling)
        out = self.scratch / f"{self.runs}"
        done = self.call("run", str(inputs / "run.toml"), "--out", str(out))
        self.that(done.returncode == 0, f"run {self.runs}: exit {done.returncode}\n{done.stderr}")
        return Result(out)

    def write(self, market, book, scenarios="", settings="", bases=("risk_neutral", "real_world"),
              paths=1024, sampling="philox"):
        """The folder of inputs written."""
        self.runs += 1
        inputs = self.scratch / f"{self.runs}_inputs"
        inputs.mkdir()
        (inputs / "market.toml").write_text('currency = "USD"\n' + market, encoding="utf-8")
        for name, text in book.items():
            (inputs / name).write_text(text, encoding="utf-8")
        if scenarios:
            (inputs / "scenarios.csv").write_text(
                "scenario,input,shock,month,value,weight\n" + scenarios, encoding="utf-8")
        names = ", ".join(f'"{name}"' for name in book)
        listed = ", ".join(f'"{basis}"' for basis in bases)
        (inputs / "run.toml").write_text(
            f'name = "desk"\nvaluation_date = {DATE}\nmarket = "market.toml"\nbook = [{names}]\n'
            + ('scenarios = "scenarios.csv"\n' if scenarios else "")
            + f'[simulation]\npaths = {paths}\nseed = 1\nsampling = "{sampling}"\n'
            f"measure_basis = [{listed}]\n" + settings, encoding="utf-8")
        return inputs

    def refused(self, market, book, scenarios):
        """What `lien check` says of an input with a fault."""
        done = self.call("check", str(self.write(market, book, scenarios) / "run.toml"))
        self.that(done.returncode == 65, f"check {self.runs}: exit {done.returncode}")
        return done.stdout + done.stderr

    def call(self, *arguments):
        return subprocess.run([self.lien, *arguments], capture_output=True, text=True, check=False)


class Result:
    def __init__(self, folder):
        self.folder, self.tables = folder, {}

    def table(self, name):
        if name not in self.tables:
            try:
                with open(self.folder / f"{name}.csv", encoding="utf-8") as file:
                    self.tables[name] = list(csv.DictReader(file))
            except FileNotFoundError:
                self.tables[name] = []
        return self.tables[name]

    def rows(self, name, **wanted):
        return [row for row in self.table(name)
                if all(row[key] == str(value) for key, value in wanted.items())]

    def measure(self, measure, scenario="baseline", column="value", **wanted):
        """The one row's number; None where there is none."""
        found = self.rows("measures", measure=measure, scenario=scenario, **wanted)
        assert len(found) < 2, (measure, found)
        return float(found[0][column]) if found and found[0][column] else None


def path_value(points, month):
    """Linear between the points, the last one held, 0 before the first."""
    if month < points[0][0]:
        return 0.0
    for (m0, v0), (m1, v1) in zip(points, points[1:]):
        if month < m1:
            return v0 + (v1 - v0) * (month - m0) / (m1 - m0)
    return points[-1][1]


def path_rows(scenario, name, shock, points):
    return "".join(f"{scenario},{name},{shock},{month},{value!r},\n" for month, value in points)


def normal_cdf(x):
    return math.erfc(-x / math.sqrt(2)) / 2
