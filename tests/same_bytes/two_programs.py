#!/usr/bin/env python3
"""Runs books with two builds of lien: every result file must be the same bytes.

usage: two_programs.py --lien PROGRAM --other PROGRAM RUN.toml... [--paths N]

What may differ is what same_bytes.py leaves out: the `run` object of the manifest.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import same_bytes


def digests(command, run, paths, folder):
    folder.mkdir()
    words = [*map(str, command), "run", str(run), "--out", "run", "--paths", str(paths)]
    done = subprocess.run(words, cwd=folder, text=True, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return same_bytes.digests(folder / "run")


def differences(one, other, runs, paths):
    """How many files differ between two programs, each a list of words, over all runs."""
    differing = 0
    for run in runs:
        with tempfile.TemporaryDirectory() as scratch:
            here = digests(one, run, paths, pathlib.Path(scratch) / "one")
            there = digests(other, run, paths, pathlib.Path(scratch) / "other")
        if not any(name.endswith(".csv") for name in here):
            sys.exit(f"{run}: wrote no table")
        wrong = [name for name in sorted(here.keys() | there.keys())
                 if here.get(name) != there.get(name)]
        for name in wrong:
            print(f"{run.parent.name}: {name} differs")
        differing += len(wrong)
        print(f"{run.parent.name}, {paths} paths: {len(here)} files, {len(wrong)} differ")
    return differing


def program(text):
    return pathlib.Path(text).resolve()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=program)
    for name in ("lien", "other"):
        parser.add_argument("--" + name, required=True, type=program)
    parser.add_argument("--paths", type=int, default=1024)
    options = parser.parse_args()
    return 1 if differences([options.lien], [options.other], options.runs, options.paths) else 0


if __name__ == "__main__":
    sys.exit(main())
