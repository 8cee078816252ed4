#!/usr/bin/env python3
"""Single precision against double, on the same paths: what differs is rounding.

usage: compare_precision.py --lien PROGRAM [--paths N] [--scenario S]... FOLDER...

Every folder is an example with a run.toml, run once in double and twice in single precision. Of
measures.csv every number with a standard error is to differ by at most a tenth of it, or by 3e-6 of
itself or absolutely where that is more (a loss given default that one path in thousands knows has
hardly an error); every other number (certain, or derived from one that has an error) by 1e-5; and
the two
runs in single precision, on other threads and another instruction set, are to be the same bytes.
"""
import argparse
import csv
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "same_bytes"))
import same_bytes  # noqa: E402

CERTAIN = 1e-5
ROUNDING = 3e-6


def run(options, folder, out, *more):
    command = [options.lien, "run", folder / "run.toml", "--out", out.name,
               "--paths", str(options.paths), *more]
    for scenario in options.scenario:
        command += ["--scenario", scenario]
    done = subprocess.run(command, cwd=out.parent, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}")
    return out


def measures(out):
    with open(out / "measures.csv", encoding="utf-8", newline="") as file:
        return {tuple(row[key] for key in row if key not in ("value", "standard_error")):
                (row["value"], row["standard_error"]) for row in csv.DictReader(file)}


def largest_differences(double, single):
    """Of numbers with an error in its units, and of the others; what they belong to."""
    if double.keys() != single.keys():
        sys.exit("other rows in measures.csv")
    with_error, without, moved = (0.0, None), (0.0, None), 0
    for key, (value, error) in double.items():
        if value == "" or single[key][0] == "":
            if value != single[key][0]:
                sys.exit(f"{key}: {value or 'empty'} against {single[key][0] or 'empty'}")
            continue
        difference = abs(float(single[key][0]) - float(value))
        size = max(1.0, abs(float(value)))
        moved += difference > 0
        if error and float(error) > 0:
            units = 0.0 if difference <= ROUNDING * size else difference / float(error)
            with_error = max(with_error, (units, key), key=lambda pair: pair[0])
        else:
            without = max(without, (difference / size, key),
                          key=lambda pair: pair[0])
    return with_error, without, moved


def compare(options, example, scratch):
    folder = scratch / example.name
    shutil.copytree(example, folder)
    text = (folder / "run.toml").read_text(encoding="utf-8")
    runs = scratch / "runs"
    runs.mkdir(exist_ok=True)
    double = run(options, folder, runs / f"{example.name}_double", "--threads", "2")
    single_text, count = re.subn(r"^\[simulation\]$", "[simulation]\nprecision = \"single\"", text,
                                 flags=re.MULTILINE)
    if count != 1:
        sys.exit(f"{example}: no [simulation] in run.toml")
    (folder / "run.toml").write_text(single_text, encoding="utf-8")
    outs = []
    for name, more in (("one", ("--threads", "1")),
                       ("other", ("--threads", "3", "--instruction-set", "avx2"))):
        if "avx2" in more and not {"avx2", "fma"} <= same_bytes.cpu_flags():
            more = ("--threads", "3")
        (runs / name).mkdir(exist_ok=True)
        outs.append(run(options, folder, runs / name / f"{example.name}_single", *more))
    one, other = map(same_bytes.digests, outs)
    differing = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    with_error, without, moved = largest_differences(measures(double), measures(outs[0]))
    print(f"{example.name}, {options.paths} paths: {moved} numbers moved, by {with_error[0]:.2g} standard"
          f" errors at most ({', '.join(with_error[1] or ())}); without an error by {without[0]:.2g};"
          f" {len(differing)} files differ between the two runs")
    ok = moved > 0 and with_error[0] <= 0.1 and without[0] <= CERTAIN and not differing
    if not ok:
        print("not as promised:", with_error, without, moved, differing)
    return ok


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, nargs="+")
    parser.add_argument("--lien", required=True, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--paths", type=int, default=4096)
    parser.add_argument("--scenario", action="append", default=[], help="these and the baseline only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        results = [compare(options, folder.resolve(), pathlib.Path(scratch))
                   for folder in options.folder]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
