#!/usr/bin/env python3
"""Holds what `lien` answers where something is wrong or gone: exit codes and what the user is told.

usage: check_answers.py --lien PROGRAM EXAMPLE

A run directory whose inputs are gone, changed, or changed in their copies too; folders that hold no
run; scenarios that are none; a standard output that takes nothing; limits that were passed.
"""
import argparse
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

PATHS = 128


class Checks:
    def __init__(self, lien, example, scratch):
        self.lien, self.example, self.scratch, self.faults = lien, example, scratch, []

    def that(self, holds, otherwise):
        if not holds:
            self.faults.append(otherwise)

    def call(self, *arguments, code=0, out=subprocess.PIPE):
        """Standard output and standard error."""
        done = subprocess.run([self.lien, *map(str, arguments)], stdout=out, check=False,
                              stderr=subprocess.PIPE, text=True, cwd=self.scratch)
        self.that(done.returncode == code,
                  f"lien {' '.join(map(str, arguments))}: exit {done.returncode}, not {code}\n"
                  + done.stderr)
        return done.stdout, done.stderr

    def told(self, words, text):
        self.that(words in text, f"{words!r} is not told:\n{text}")

    def inputs(self, name):
        folder = self.scratch / (name + "_inputs")
        shutil.copytree(self.example, folder)
        return folder

    def value(self, name, *options):
        """A run of a copy of the example; its inputs and the folder it wrote."""
        inputs = self.inputs(name)
        self.call("run", inputs / "run.toml", "--paths", PATHS, "--scenario", "baseline",
                  "--out", name, *options)
        return inputs, self.scratch / name


def append(file, text):
    with open(file, "a", encoding="utf-8") as stream:
        stream.write(text)


def check_inputs_gone(checks):
    """Two years later a validator has the run directory, and that is enough."""
    inputs, run = checks.value("old")
    whole, said = checks.call("verify", run)
    checks.that(said == "", "verify of a whole run says " + said)
    story, _ = checks.call("explain", run, "H100", "--json")
    loan, _ = checks.call("explain", run, "L-002", "--json")
    append(inputs / "loans.csv", "\n")
    for step in ("changed", "gone"):
        if step == "gone":
            shutil.rmtree(inputs)
        text, said = checks.call("verify", run)
        files = 1 if step == "changed" else 4
        checks.told(f"{int(whole.split()[1]) - files} files hashed", text)
        checks.told("loans.csv", said)
        checks.that(said.count("\n") == 1, "more than a line: " + said)
        for name, before in (("H100", story), ("L-002", loan)):
            again, said = checks.call("explain", run, name, "--json")
            checks.told("what the directory keeps of them is used", said)
            checks.that(again == before, f"{name}: another story from the copies, {step}")
    checks.call("explain", run, "H100", "--path", 3)
    # A copy that is not what was read is no copy.
    append(run / "inputs" / "loans.csv", "\n")
    _, said = checks.call("verify", run, code=65)
    checks.told("inputs/loans.csv changed since the run", said)
    _, said = checks.call("explain", run, "H100", code=65)
    checks.told("loans.csv", said)


def check_settings_gone(checks):
    """resolved.toml stands for a run file, and must be what was written."""
    inputs, run = checks.value("settings")
    (inputs / "run.toml").unlink()
    checks.call("verify", run)
    checks.call("explain", run, "H100")
    append(run / "resolved.toml", "# later\n")
    checks.call("verify", run, code=65)
    checks.call("explain", run, "H100", code=65)


def check_no_run(checks):
    said = [checks.call(*words, code=65)[1]
            for words in (("verify", "absent"), ("explain", "absent", "H100"),
                          ("compare", "absent", "absent"))]
    checks.that(len(set(said)) == 1, f"three answers to one fault: {said}")
    checks.told("absent: is no run directory", said[0])
    inputs = checks.inputs("stopped")
    process = subprocess.Popen([checks.lien, "run", inputs / "run.toml", "--out", "stopped",
                                "--paths", str(1 << 22), "--checkpoint-seconds", "0.001"],
                               cwd=checks.scratch, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    kept = checks.scratch / "stopped.partial" / "checkpoint" / "run.json"
    while not kept.exists() or kept.stat().st_size == 0:
        time.sleep(0.01)
    process.kill()
    process.wait()
    for words in (("verify", "stopped"), ("explain", "stopped/", "H100"), ("verify", "stopped.partial")):
        _, said = checks.call(*words, code=65)
        checks.told("go on with lien resume " + words[1], said)


def check_scenarios(checks):
    run = checks.inputs("scenarios") / "run.toml"
    _, said = checks.call("run", run, "--scenario", "rate_up", code=64)
    checks.told("did you mean rates_up?", said)
    _, said = checks.call("run", run, "--scenario", "nope", code=64)
    checks.told("write baseline, early_launch, customer_default, rent_replay or rates_up", said)
    # A fault of the inputs beside it is the one to mend first.
    append(run.parent / "loans.csv", "L-9\n")
    _, said = checks.call("run", run, "--scenario", "nope", code=65)
    checks.told("nope", said)


def check_warnings(checks):
    """What is legal and seldom meant is told by the check already."""
    run = checks.inputs("units") / "run.toml"
    text, _ = checks.call("check", run)
    checks.that("warning" not in text, "a sound book is warned of: " + text)
    tape = run.parent / "loans.csv"
    tape.write_text(tape.read_text(encoding="utf-8").replace("96000000", "96"), encoding="utf-8")
    text, _ = checks.call("check", run)
    warning = "loan L-002 / principal: is 96; money is in whole USD: 12 million is 12e6"
    checks.told("warning: " + warning, text)
    text, _ = checks.call("check", run, "--json")
    checks.that(json.loads(text).get("warnings") == [warning], "no warning in JSON: " + text)


def check_full_output(checks):
    for name, words in (("full", ()), ("full_json", ("--json",))):
        inputs = checks.inputs(name)
        with open("/dev/full", "w", encoding="utf-8") as full:
            _, said = checks.call("run", inputs / "run.toml", "--paths", PATHS, "--scenario",
                                  "baseline", "--out", name, *words, code=74, out=full)
        checks.told("the run is complete, and all of it is in " + name, said)
        checks.that("resume" not in said, "a complete run is to go on: " + said)
        checks.call("verify", name)


def check_limits(checks):
    inputs = checks.inputs("limits")
    (inputs / "limits.toml").write_text(
        '[[limit]]\nid = "loss"\nmeasure = "expected_loss"\nlevel = "contract"\n'
        'scenario = "baseline"\nmax = 1\n'
        '[[limit]]\nid = "wide"\nmeasure = "expected_loss"\nlevel = "portfolio"\nmax = 1e12\n',
        encoding="utf-8")
    run = inputs / "run.toml"
    run.write_text('limits = "limits.toml"\n' + run.read_text(encoding="utf-8"), encoding="utf-8")
    text, _ = checks.call("run", run, "--paths", PATHS, "--scenario", "baseline", "--out", "limits",
                          "--json", "--fail-on-breach", code=1)
    told = json.loads(text).get("limits_not_kept", [])
    with open(checks.scratch / "limits" / "limits.csv", encoding="utf-8") as file:
        passed = [row for row in csv.DictReader(file) if row["kept"] == "false"]
    checks.that(passed and [(row["limit"], row["id"], row["value"], row["bound_value"]) for row in told]
                == [(row["limit"], row["id"], float(row["value"]), float(row["bound_value"]))
                    for row in passed], f"limits not kept: {told}, not {passed}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lien", required=True)
    parser.add_argument("example", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        checks = Checks(str(pathlib.Path(arguments.lien).resolve()), arguments.example.resolve(),
                        pathlib.Path(name))
        for check in (check_inputs_gone, check_settings_gone, check_no_run, check_scenarios,
                      check_warnings, check_full_output, check_limits):
            check(checks)
    for fault in checks.faults:
        print(fault)
    return 1 if checks.faults else 0


if __name__ == "__main__":
    sys.exit(main())
