#!/usr/bin/env python3
"""Holds what `lien bench` prints: its keys, finite positive times, what it was told to use.

usage: check_bench.py --lien PROGRAM

How long anything took is not judged.
"""
import argparse
import json
import math
import subprocess
import sys

TIMES = ["ns_per_path_step_factor", "ns_per_loan_month_path", "scalar_loop_ns"]
KEYS = TIMES + ["instruction_set", "threads"]
WORDS = ["loan-months a second", "(J1)", "(J2)", "scalar loop", "of the limit", "1 thread with",
         "same numbers"]


def faults_of_json(text):
    found = json.loads(text)
    if list(found) != KEYS:
        return [f"keys {list(found)} are not {KEYS}"]
    faults = [f"{key} is {found[key]!r}" for key in TIMES
              if not (isinstance(found[key], float) and math.isfinite(found[key])
                      and found[key] > 0)]
    if found["threads"] != 2:
        faults.append(f"threads is {found['threads']!r}, asked for were 2")
    if not isinstance(found["instruction_set"], str) or not found["instruction_set"]:
        faults.append(f"instruction_set is {found['instruction_set']!r}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--lien", required=True)
    lien = parser.parse_args().lien
    # Side by side: ten seconds each, and nothing here depends on them.
    asked = (["--json", "--threads", "2"], ["--threads", "1"])
    running = [subprocess.Popen([lien, "bench", *options], text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
               for options in asked]
    outputs = [process.communicate() for process in running]
    faults = [f"bench {' '.join(options)}: exit {process.returncode}, {errors!r}"
              for options, process, (_, errors) in zip(asked, running, outputs)
              if process.returncode != 0 or errors]
    if not faults:
        faults = faults_of_json(outputs[0][0])
        faults += [f"not in its words: {words!r}" for words in WORDS if words not in outputs[1][0]]
    for wrong in (["--threads", "x"], ["--instruction-set", "sse"], ["book.csv"]):
        code = subprocess.run([lien, "bench", *wrong], capture_output=True, check=False).returncode
        if code != 64:
            faults.append(f"bench {' '.join(wrong)}: exit {code}, not 64")
    for fault in faults:
        print(fault)
    print(f"lien bench: {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
