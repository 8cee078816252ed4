#!/usr/bin/python3
"""Our jobs J1 and J2 and their peers' give the same numbers: a bench that times something else than
it says would not be noticed in its figures. Times are printed and not judged.

usage: agree.py --jobs BENCH_JOBS --peers PEERS --table TABLE.PY"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
for name in ("jobs", "peers", "table"):
    parser.add_argument("--" + name, required=True, type=pathlib.Path)
options = parser.parse_args()
with tempfile.TemporaryDirectory() as folder:
    for program, contenders in ((options.jobs, "^J[12]/"), (options.peers, "^J(1/cpp|2/)")):
        command = [program, f"--benchmark_filter={contenders}", "--benchmark_min_time=0.01",
                   "--benchmark_format=json"]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"{program.name} ended with {result.returncode}: {result.stderr[-500:]}")
        (pathlib.Path(folder) / f"{program.name}.json").write_text(result.stdout)
    sys.exit(subprocess.run([sys.executable, options.table, folder]).returncode)
