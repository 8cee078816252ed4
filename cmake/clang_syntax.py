#!/usr/bin/env python3
"""Runs clang -fsyntax-only over every file of a compile_commands.json; no warning may remain.

The folder was configured with clang++ as its compiler, so the flags are clang's own; nothing is
built, which makes this the cheapest second opinion on all our code.
"""
import argparse
import concurrent.futures
import json
import shlex
import subprocess
import sys


def syntax_command(entry):
    command = entry.get("arguments") or shlex.split(entry["command"])
    output = command.index("-o")
    command = command[:output] + command[output + 2:]
    return [word for word in command if word != "-c"] + ["-fsyntax-only"]


def check(entry):
    run = subprocess.run(syntax_command(entry), cwd=entry["directory"], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    clean = run.returncode == 0 and "warning:" not in run.stdout
    return entry["file"], clean, run.stdout


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("compile_commands")
    arguments.add_argument("--jobs", type=int, default=2)
    options = arguments.parse_args()
    with open(options.compile_commands, encoding="utf-8") as text:
        entries = json.load(text)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for path, clean, output in pool.map(check, entries):
            if not clean:
                failed += 1
                print(f"{path}:\n{output}")
    print(f"clang: {len(entries)} files, {failed} with warnings or errors")
    return 1 if failed or not entries else 0


if __name__ == "__main__":
    sys.exit(main())
