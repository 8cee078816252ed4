#!/usr/bin/env python3
"""Counts the instructions of every kernel as an emulated 64-bit Arm runs them, side by side.

usage: count.py --plugin LIBRARY --root ARM64_ROOT NAME=CPU=KERNEL_COUNTS...

Each KERNEL_COUNTS is that program for arm64, under NAME in the table, on the CPU that qemu-aarch64
plays. As in benches/kernels/count.py a call is the difference of 2N and N of them. Instructions
are not time: an emulator knows no pipes and no cache.
"""
import argparse
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benches" / "kernels"))
import count  # noqa: E402


def counts_of(program, cpu, plugin, root):
    """{kernel: instructions a call}"""
    command = ["qemu-aarch64", "-cpu", cpu, "-L", root, "-plugin", plugin, program]
    done = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, capture_output=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr[-2000:]}")
    marks = [int(line) for line in done.stderr.split()]
    # count.by_call looks for the set-up before the first mark and for three parts a kernel; what
    # ran after the last mark it does not read.
    return count.by_call(json.loads(done.stdout), [*marks, 0], lambda part: part)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="+", metavar="NAME=CPU=KERNEL_COUNTS")
    for name in ("plugin", "root"):
        parser.add_argument("--" + name, required=True, type=pathlib.Path)
    options = parser.parse_args()
    # A CPU's properties have equals signs of their own.
    parts = [text.split("=", 1) for text in options.programs]
    table = {name: counts_of(rest.rsplit("=", 1)[1], rest.rsplit("=", 1)[0], options.plugin,
                             options.root) for name, rest in parts}
    names = list(table)
    print(f"{'instructions a call':<26}" + "".join(f"{name:>12}" for name in names))
    for kernel in table[names[0]]:
        print(f"{kernel:<26}" + "".join(f"{table[name][kernel]:>12.0f}" for name in names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
