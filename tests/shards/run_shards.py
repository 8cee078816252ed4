#!/usr/bin/env python3
"""Runs whole GoogleTest programs on every core: several processes a program, and not one a test.

usage: run_shards.py [--filter FILTER] [--times FOLDER] [--without-slow FOLDER] PROGRAM...

ctest starts a process for every test, which lets it choose and name them; with a thousand tests the
starts take longer than most of what is tested. GoogleTest parts a program itself (GTEST_TOTAL_SHARDS).
What fails is shown with all it printed, and how to run it again. Exit 1 also where a process ends
before its tests or fewer tests ran than the program lists.

--times writes GoogleTest's report of each part into FOLDER; --without-slow leaves out what took more
than a second in the reports that stand there.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

PARTS = 4  # a core: a core that is done takes one of another's
SECONDS = 1500  # ctest's own limit, there of one test


def listed(program, chosen):
    """How many tests a filter chooses, without those that are switched off."""
    text = subprocess.run([program, "--gtest_list_tests", f"--gtest_filter={chosen}"], check=True,
                          text=True, stdout=subprocess.PIPE).stdout
    count, suite = 0, ""
    for line in text.splitlines():
        name = line.split("#")[0].rstrip()
        if not line.startswith(" "):
            suite = name
        elif "DISABLED_" not in suite + name:
            count += 1
    return count


def cases(report):
    """Name, seconds, and "completed", "failed", "skipped" or "suppressed" of each test."""
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        result = case.get("result") if case.find("failure") is None else "failed"
        yield f'{case.get("classname")}.{case.get("name")}', float(case.get("time")), result


def slow(folder):
    return sorted(name for report in folder.glob("*.xml") for name, seconds, _ in cases(report)
                  if seconds > 1)


def complaints(output):
    """The output without that of the tests that passed."""
    kept, pending = [], []
    for line in output.splitlines(keepends=True):
        if line.startswith("[ RUN "):
            pending = []
        pending.append(line)
        if line.startswith("[       OK"):
            pending = []
        elif line.startswith("[  FAILED"):
            kept += pending
            pending = []
    return "".join(kept + pending)


class Part:
    def __init__(self, program, number, parts, options, folder):
        self.program = program
        report = folder / f"{program.name}_{number}.xml"
        environment = dict(os.environ, GTEST_TOTAL_SHARDS=str(parts), GTEST_SHARD_INDEX=str(number))
        began = time.monotonic()
        try:
            done = subprocess.run(
                [program, f"--gtest_filter={options.filter}", f"--gtest_output=xml:{report}"],
                env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
            self.code, output = done.returncode, done.stdout
        except subprocess.TimeoutExpired as ended:
            self.code, output = f"none after {SECONDS} s", ended.stdout or b""
        self.seconds = time.monotonic() - began
        self.output = output.decode(errors="replace")
        self.cases = list(cases(report)) if report.exists() else []


def tell(program, parts, expected):
    """Prints what came of a program; whether all of it passed."""
    tests = {name: result for part in parts for name, _, result in part.cases}
    for part in parts:
        if part.code != 0:
            print(f"{program.name}, a part of it, exit {part.code}:\n{complaints(part.output)}")
        begun = re.findall(r"^\[ RUN +\] (\S+)", part.output, re.M)
        if begun and not part.cases:
            tests[begun[-1]] = "failed"  # the process ended in it
    failed = [name for name, result in tests.items() if result == "failed"]
    for name in failed:
        print(f"failed: {name}; again: {program} --gtest_filter='{name}'")
    passed, skipped = (list(tests.values()).count(x) for x in ("completed", "skipped"))
    if passed + skipped + len(failed) != expected:
        print(f"{program.name}: {expected - passed - skipped - len(failed)} of {expected} tests did not run")
    print(f"{program.name}: {passed} tests passed, {skipped} skipped, {len(failed)} failed, "
          f"{sum(part.seconds for part in parts):.0f} s of one core")
    return passed + skipped == expected and all(part.code == 0 for part in parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="+", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--filter", default="*")
    parser.add_argument("--times", type=pathlib.Path)
    parser.add_argument("--without-slow", type=pathlib.Path)
    options = parser.parse_args()
    if options.without_slow:
        options.filter += "-" + ":".join(slow(options.without_slow))
        print(f"filter: {options.filter}")
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as scratch, \
            concurrent.futures.ThreadPoolExecutor(cores) as pool:
        folder = options.times or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        running = {program: [pool.submit(Part, program, number, PARTS * cores, options, folder)
                             for number in range(PARTS * cores)] for program in options.programs}
        good = [tell(program, [part.result() for part in parts], listed(program, options.filter))
                for program, parts in running.items()]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
