#!/usr/bin/env python3
"""Counts the instructions of every kernel under valgrind and holds them to benches/baseline.json.

usage: count.py --program KERNEL_COUNTS [--write | --operations]

A kernel is run N times and 2N times between marks; the difference over N is what one call takes, so
set-up and the loop around it cancel, and two runs give the same counts. A count may be 2 % off its
baseline. Baselines are by compiler, Highway and instruction set: for a pair that has none the counts
are printed and nothing is judged. Kernels that no case runs are a fault.

  --write        put the counts into the baseline, beside those of other compilers
  --operations   print floating-point operations an item instead, read from the instructions run

Exit 1 where a count is off or a kernel is not counted, 77 without valgrind. valgrind knows no
AVX-512: on x86 the AVX2 kernels are counted.
"""
import argparse
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASELINE = ROOT / "benches" / "baseline.json"
TOLERANCE = 0.02
# A loan without optional features, valued on both bases as a book is, costs at most so much more
# than loops that never had them.
WITHOUT_FEATURES = {"loan_plain_prices": "loan_bare_prices",
                    "loan_plain_losses": "loan_bare_losses"}
PRICE_OF_FEATURES = 0.03
# Compiled per instruction set, but no kernels: they say which set it is.
NO_KERNELS = {"engine/kernels/instruction_set.cpp:CompiledTarget",
              "benches/jobs/limit_kernel.cpp:VectorDoubles"}


def run_counted(program, folder, by_instruction):
    """What the program says of its kernels, and the text of valgrind's profiles in order."""
    profile = pathlib.Path(folder) / "profile"
    command = ["valgrind", "--tool=callgrind", "--dump-before=lien_count_mark",
               "--combine-dumps=yes", f"--callgrind-out-file={profile}",
               f"--dump-instr={'yes' if by_instruction else 'no'}", str(program)]
    run = subprocess.run(command, text=True, capture_output=True, check=False)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {run.returncode}\n{run.stderr[-2000:]}")
    parts = re.split(r"^part: \d+$", profile.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return json.loads(run.stdout), parts


def by_call(about, parts, cost):
    """{kernel: what `cost` makes of its profile, for one call}. Parts: set-up, N calls, 2N calls."""
    kernels = about["kernels"]
    if len(parts) != 3 * len(kernels) + 1:
        sys.exit(f"valgrind wrote {len(parts)} profiles for {len(kernels)} kernels")
    return {kernel["name"]: (cost(parts[3 * i + 2]) - cost(parts[3 * i + 1])) / about["calls"]
            for i, kernel in enumerate(kernels)}


def instructions(part):
    return int(re.search(r"^(?:summary|totals): (\d+)$", part, re.MULTILINE)[1])


class Operations:
    """Floating-point operations of vectors: lanes times instructions that compute doubles."""
    COMPUTES = re.compile(r"v(?:(?:add|sub|mul|div|sqrt|max|min|round)pd|cmp\w*pd|fn?m(?:add|sub)\d+pd)$")
    COST = re.compile(r"(0x[0-9a-f]+|[+-]\d+|\*) \S+(?: (\d+))?$")
    OBJECT = re.compile(r"ob=\((\d+)\)(?: (.*))?$")

    def __init__(self, program):
        self.program, self.objects, self.lanes = program.resolve(), {}, {}
        listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], text=True,
                                 capture_output=True, check=True).stdout
        for line in listing.splitlines():
            found = re.match(r"\s*([0-9a-f]+):\t(\S+)\s*(.*)", line)
            if found and self.COMPUTES.match(found[2]):
                self.lanes[int(found[1], 16)] = 4 if "%ymm" in found[3] else 2

    def __call__(self, part):
        counts, address, inside, called = collections.Counter(), 0, False, False
        for line in part.splitlines():
            name = self.OBJECT.match(line.removeprefix("c"))
            if name:
                path = self.objects.setdefault(name[1], name[2])
                if not line.startswith("c"):
                    inside = path is not None and pathlib.Path(path) == self.program
            elif line.startswith("calls="):
                called = True
            else:
                cost = self.COST.match(line)
                if cost:
                    place = cost[1]
                    address = int(place, 16) if place.startswith("0x") else \
                        address + (0 if place == "*" else int(place))
                    if inside and not called and cost[2]:
                        counts[address] += int(cost[2])
                    called = False
        return sum(self.lanes.get(where, 0) * count for where, count in counts.items())


def compiled_kernels():
    """file:Function of everything that is compiled per instruction set."""
    return {f"{path.relative_to(ROOT).as_posix()}:{name}"
            for room in ("engine", "pricing", "benches") for path in (ROOT / room).rglob("*.cpp")
            for name in re.findall(r"^HWY_EXPORT\((\w+)\);", path.read_text(encoding="utf-8"),
                                   re.MULTILINE)} - NO_KERNELS


def dear_features(counts):
    """Of a loan that uses none of them, over both bases."""
    plain = sum(counts[name] for name in WITHOUT_FEATURES)
    bare = sum(counts[name] for name in WITHOUT_FEATURES.values())
    if plain <= (1 + PRICE_OF_FEATURES) * bare:
        return []
    parts = ", ".join(f"{name} {100 * (counts[name] / counts[without] - 1):+.1f} %"
                      for name, without in WITHOUT_FEATURES.items())
    return [f"optional features cost those who have none {100 * (plain / bare - 1):+.1f} %, more "
            f"than {100 * PRICE_OF_FEATURES:.0f} %: {parts}"]


def faults_of(counts, baseline):
    faults = []
    for name in sorted(counts.keys() | baseline.keys()):
        if name not in counts or name not in baseline:
            faults.append(f"{name}: {'not counted' if name in baseline else 'has no baseline'}")
        # Written so that a NaN is a fault.
        elif not abs(counts[name] / baseline[name] - 1) <= TOLERANCE:
            faults.append(f"{name}: {counts[name]:.0f} instructions a call, "
                          f"{100 * (counts[name] / baseline[name] - 1):+.1f} % to the baseline's "
                          f"{baseline[name]:.0f}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, type=pathlib.Path)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", action="store_true")
    what.add_argument("--operations", action="store_true")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("not counted: this machine has no valgrind (packages.txt, [check])")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        about, parts = run_counted(options.program, folder, options.operations)
    if options.operations:
        operations = by_call(about, parts, Operations(options.program))
        for kernel in about["kernels"]:
            print(f"{kernel['name']:<26}{operations[kernel['name']] / kernel['items']:>10.1f}")
        return 0
    counts = by_call(about, parts, instructions)
    key = f"{about['compiler']}, {about['instruction_set']}"
    for kernel in about["kernels"]:
        count = counts[kernel["name"]]
        print(f"{kernel['name']:<26}{count:>10.0f} a call{count / kernel['items']:>10.2f} an item")
    missing = sorted(compiled_kernels() - {kernel["kernel"] for kernel in about["kernels"]})
    faults = [f"{kernel}: no case counts it" for kernel in missing]
    baselines = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}
    if options.write:
        baselines[key] = {name: round(count, 2) for name, count in counts.items()}
        BASELINE.write_text(json.dumps(baselines, indent=1, sort_keys=True) + "\n",
                            encoding="utf-8")
    elif key in baselines:
        faults += dear_features(counts) + faults_of(counts, baselines[key])
    else:
        print(f"no baseline for {key}: counts are printed and not judged; --write makes one")
    for fault in faults:
        print(fault)
    print(f"instructions ({key}): {len(counts)} kernels, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
