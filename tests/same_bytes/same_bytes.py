#!/usr/bin/env python3
"""One run, many ways to compute it: every result file must be the same bytes (promise 1).

usage: same_bytes.py --lien PROGRAM RUN.toml [--paths N]

Threads 1, 3, 7 and 16; AVX2 on three, AVX-512 on seven where this CPU has it. Compared are all
files of the run directory; of manifest.json all but its `run` object, which says what may differ.
"""
import argparse
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

AVX512 = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}


def cpu_flags():
    cpu = pathlib.Path("/proc/cpuinfo")
    for line in cpu.read_text().splitlines() if cpu.exists() else ():
        if line.startswith("flags"):
            return set(line.split(":")[1].split())
    return set()


def variants():
    """Few runs, since each is a whole one: a number of threads and an instruction set change at
    once, and where bytes differ both are named."""
    flags = cpu_flags()
    yield ("--threads", "1")
    for threads, name, needs in (("3", "avx2", {"avx2", "fma"}), ("7", "avx512", AVX512)):
        if needs <= flags:
            yield ("--threads", threads, "--instruction-set", name)
        else:
            print(f"not compared: {name}, which this CPU lacks")
            yield ("--threads", threads)
    yield ("--threads", "16")


def comparable(path):
    if path.name != "manifest.json":
        return path.read_bytes()
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["run"]
    return json.dumps(manifest, sort_keys=True).encode()


def digests(folder):
    return {path.relative_to(folder).as_posix(): hashlib.sha256(comparable(path)).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def run(options, variant, scratch):
    # The same name every time: the manifest may state it.
    out = pathlib.Path(scratch) / "_".join(variant).strip("-") / "run"
    out.parent.mkdir()
    command = [options.lien, "run", options.run.resolve(), "--out", "run",
               "--paths", str(options.paths), *variant]
    for scenario in options.scenario:
        command += ["--scenario", scenario]
    done = subprocess.run(command, cwd=out.parent, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"{' '.join(variant)}: exit {done.returncode}\n{done.stdout}")
    return digests(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--lien", required=True, type=lambda text: pathlib.Path(text).resolve())
    # Eight tasks of 1,024 paths: more than seven threads' worth, fewer than sixteen's.
    parser.add_argument("--paths", type=int, default=8192)
    parser.add_argument("--scenario", action="append", default=[], help="these and the baseline only")
    options = parser.parse_args()
    first, differing, compared = None, 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        for variant in variants():
            found = run(options, variant, scratch)
            if not any(name.endswith(".csv") for name in found):
                sys.exit(f"{' '.join(variant)}: wrote no table: {sorted(found)}")
            first = first or found
            compared += 1
            for name in sorted(first.keys() | found.keys()):
                if first.get(name) != found.get(name):
                    differing += 1
                    print(f"{name} differs between --threads 1 and {' '.join(variant)}")
    print(f"same bytes: {compared} runs, {len(first)} files each, {differing} differences")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
