#!/usr/bin/env python3
"""Runs an example and has `lien explain` tell its stories, through the program as a user would.

usage: check_explain.py --lien PROGRAM EXAMPLE
       check_explain.py --lien PROGRAM --deal coreweave_ddtl_4

Every number told is held against the files of the run or against itself: parts add up, fans are
those of paths.csv, a replayed path begins at today's rent; and what is wrong ends as it should.
"""
import argparse
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

PATHS = 2048


class Checks:
    def __init__(self, lien):
        self.lien, self.faults = lien, []

    def run(self, *arguments, code=0):
        done = subprocess.run([self.lien, *map(str, arguments)], capture_output=True, text=True,
                              check=False)
        self.that(done.returncode == code,
                  f"lien {' '.join(map(str, arguments))}: exit {done.returncode}, not {code}\n"
                  + done.stderr)
        return done.stdout if code == 0 else done.stderr

    def json(self, *arguments):
        text = self.run(*arguments, "--json")
        return json.loads(text) if text else {}

    def that(self, holds, otherwise):
        if not holds:
            self.faults.append(otherwise)

    def near(self, found, expected, tolerance, what):
        self.that(abs(found - expected) <= tolerance, f"{what}: {found}, not {expected}")


def fan(folder, series, name):
    with open(folder / "paths.csv", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file)
                if (row["scenario"], row["measure_basis"], row["series"], row["id"])
                == ("baseline", "real_world", series, name)]


def check_hardware(checks, folder, name):
    story = checks.json("explain", folder, name)
    parts = ("trend", "launches", "scarcity", "wear", "convexity")
    for row in story["rent_change"]:
        checks.near(sum(row[p] for p in parts), row["total"], 1e-14, f"{name}: parts of the rent")
        checks.near(row["expected"], story["rental_rate"] + row["total"], 1e-14, name)
        checks.that(abs(row["z"]) < 4.5, f"{name}: simulated rent {row['z']} errors away")
    for row in story["log_rent_change"]:
        checks.near(sum(row[p] for p in parts[:-1]), row["total"], 1e-14, f"{name}: parts of ln")
    rents, values = fan(folder, "rental_rate", name), fan(folder, "resale_value", name)
    checks.that(len(story["months"]) == len(rents) > 12, f"{name}: months are missing")
    for row, rent, value in zip(story["months"], rents, values):
        checks.that(row["rent_95"] == float(rent["quantile_95"]), f"{name}: fan of rents")
        checks.that(row["value_mean"] == float(value["mean"]), f"{name}: fan of values")
        checks.that(row["ever_under_cost"] >= row["under_cost"], f"{name}: ever under now")
    for row in story["retention"]:
        checks.near(row["mean"], float(values[12 * row["years"]]["mean"]) / story["resale_value"],
                    1e-12, f"{name}: value kept")
    text = checks.run("explain", folder, name)
    checks.that("Value kept" in text and "convexity" in text, f"{name}: the text lacks a table")
    shown = [row["date"] for row in story["months"][1:] if f" {row['month']}  {row['date']}" in text]
    checks.that(len(shown) == (len(rents) - 1) // 3, f"{name}: the text shows {len(shown)} months")


def check_path(checks, folder, name, number):
    story = checks.json("explain", folder, name, "--path", number)
    months = story["path_months"]
    checks.near(months[0]["rent"], story["rental_rate"], 1e-14, f"{name}: first rent of a path")
    for row in months:
        checks.near(row["earned"], row["rent"] * row["utilization"], 1e-12, f"{name}: earned")
    counted = sum(row["launches"] or 0 for row in months)
    checks.that(counted == sum(row["count"] for row in story["launches"]), f"{name}: launches")
    again = checks.json("explain", folder, name, "--path", number)
    checks.that(again == story, f"{name}: another path the second time")


def check_faults(checks, folder, example, scratch):
    message = checks.run("explain", folder, "H10", code=64)
    checks.that("did you mean H100?" in message, "no nearest name: " + message)
    checks.run("explain", folder, "H100", "--path", PATHS, code=64)
    checks.run("explain", folder, "neocloud-a", "--path", 1, code=64)
    checks.run("explain", folder, code=64)
    checks.run("explain", scratch / "absent", "H100", code=65)
    for market in (scratch / "inputs" / "market.toml", folder / "inputs" / "market.toml"):
        market.write_text(market.read_text(encoding="utf-8") + "# later\n", encoding="utf-8")
    message = checks.run("explain", folder, "H100", code=65)
    checks.that("market.toml" in message and "changed since the run" in message, message)


def measures(folder, name, scenario="baseline"):
    with open(folder / "measures.csv", encoding="utf-8") as file:
        return {row["id"]: float(row["value"]) for row in csv.DictReader(file)
                if (row["measure"], row["scenario"]) == (name, scenario)}


def check_deal(checks, example):
    """A vehicle with hedges: its steps in words, and its hedges against the scenarios without."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "run"
        checks.run("run", example / "run.toml", "--paths", PATHS, "--out", folder)
        story = checks.json("explain", folder, "ddtl-4")
        steps = [row["what"] for row in story["waterfall"]]
        checks.that(steps[2].startswith("pay what is due on hedges: rate-swap, power-swap;"), steps)
        checks.that("reserve liquidity" in steps[2] and "reserve power" not in steps[2], steps[2])
        checks.that(story["hedge_rate-swap"] == 0.036 and story["hedge_power-swap"] == 1, story)
        text = checks.run("explain", folder, "ddtl-4")
        checks.that("swap on the floating rate, on 0.95 of tranche floating, until 2032-03-31, with"
                    " swap-bank: strike" in text, text)
        checks.that("lot georgia, units of GB300, in service on 2027-03-31 or later, 2 months on average;"
                    " it joins only if a draw" in text, text)
        told = {row["id"]: row["value"] for row in story["measures_of_parts"]
                if row["measure"] == "hedge_value"}
        checks.that(told == measures(folder, "hedge_value") and len(told) == 2, told)
        checks.that(measures(folder, "hedge_value", "unhedged") == {}, "cancelled hedges have value")
        replayed = checks.json("explain", folder, "GB300", "--path", 7)
        checks.that(replayed["path_months"][0]["rent"] == 6.28, "a path beside a vehicle")
        kept = measures(folder, "hedge_value", "no-rate-swap")
        checks.that(list(kept) == ["ddtl-4/power-swap"], kept)


def check_stories(checks, example):
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        shutil.copytree(example, scratch / "inputs")
        folder = scratch / "run"
        checks.run("run", scratch / "inputs" / "run.toml", "--paths", PATHS, "--out", folder)
        for hardware in ("H100", "GB300"):
            check_hardware(checks, folder, hardware)
        check_path(checks, folder, "H100", 1000)
        party = checks.json("explain", folder, "neocloud-a")
        checks.that(party["dependents"] and party["hazards"], "a party without a story")
        for row in party["hazards"]:
            if row["simulated_survival"] is not None:
                checks.near(row["simulated_survival"], row["curve_survival"],
                            5 * row["standard_error"], "survival")
        loan = party["dependents"][0]["id"]
        story = checks.json("explain", folder, "contract:" + loan)
        checks.that(story["borrower"] and story["cash_flows"] and story["measures"], loan)
        checks.run("explain", folder, loan, "--path", 7)
        check_faults(checks, folder, example, scratch)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lien", required=True)
    parser.add_argument("--deal", action="store_true")
    parser.add_argument("example", type=pathlib.Path)
    arguments = parser.parse_args()
    checks = Checks(str(pathlib.Path(arguments.lien).resolve()))
    if arguments.deal:
        check_deal(checks, arguments.example)
    else:
        check_stories(checks, arguments.example)
    for fault in checks.faults:
        print(fault)
    return 1 if checks.faults else 0


if __name__ == "__main__":
    sys.exit(main())
