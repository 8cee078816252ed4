#!/usr/bin/python3
"""Checks that the contenders of J1 and J2 agree and prints their times; the last step of `run`.

usage: table.py RESULTS   a folder of *.json (Google Benchmark) and *.jsonl (one result a line)"""
import json
import pathlib
import statistics
import sys

# J1: the mean payoff of a far longer simulation, with its standard error, and the closed form of
# E[S] (j1.hpp). A contender may be off by four standard errors: a false alarm in 16,000.
PAYOFF, PAYOFF_ERROR, SIGMAS = 105.9889, 0.0011, 4.0
# J2: same inputs, same numbers.
RELATIVE, PLAIN = 1e-9, "J2/cpp_scalar"
J2_NAMES = ("mean", "loss", "default_probability", "breaches")
UNITS = {"J1": "path-step-factor", "J2": "loan-month-path"}


def read_results(folder):
    results = {}
    for path in sorted(pathlib.Path(folder).iterdir()):
        if path.suffix == ".json":
            text = path.read_text().strip()
            entries = json.loads(text)["benchmarks"] if text else []
        elif path.suffix == ".jsonl":
            entries = [json.loads(line) for line in path.read_text().splitlines()]
        else:
            continue
        for entry in entries:
            if entry.get("run_type") != "aggregate":
                # Without what Google Benchmark appends, such as /iterations:1.
                name = "/".join(entry["name"].split("/")[:2])
                results.setdefault(name, []).append(entry)
    return results


def faults_j1(result, closed_form, usual_error):
    error = (result.get("standard_error", usual_error) ** 2 + PAYOFF_ERROR**2) ** 0.5
    faults = []
    # Written so that a NaN is a fault.
    if not abs(result["mean"] - PAYOFF) <= SIGMAS * error:
        faults.append(f"mean payoff {result['mean']:.4f} is not {PAYOFF} +- {error:.4f}")
    if "income_mean" in result:
        error = result["income_standard_error"]
        if not abs(result["income_mean"] - closed_form) <= SIGMAS * error:
            income = result["income_mean"]
            faults.append(f"E[S] {income:.4f} is not {closed_form:.4f} +- {error:.4f}")
    return faults


def faults_j2(result, plain):
    if result.get("own_rows"):
        return []
    names = [name for name in J2_NAMES if name in result]
    return [f"{name} {result[name]!r} is not {plain[name]!r}" for name in names
            if not abs(result[name] - plain[name]) <= RELATIVE * abs(plain[name])]


def print_kernels(results):
    """What benches/bench_*.cpp measure beside the jobs; the item of each stands above its bench."""
    kernels = {name: [entry["ns_per_item"] for entry in entries]
               for name, entries in results.items()
               if not name.startswith(tuple(job + "/" for job in UNITS))}
    if kernels:
        rounds = min(map(len, kernels.values()))
        print(f"\nkernels: ns of processor time per item, one thread, median of {rounds}")
        print(f"{'kernel':<34}{'ns':>9}{'million items/s':>18}")
        for name, times in sorted(kernels.items()):
            time = statistics.median(times)
            print(f"{name:<34}{time:>9.3f}{1000.0 / time:>18.1f}")


def main():
    results = read_results(sys.argv[1])
    plain = results[PLAIN][0]
    j1 = [entry for name in results if name.startswith("J1/") for entry in results[name]]
    closed_form = next(e["income_closed_form"] for e in j1 if "income_closed_form" in e)
    usual_error = max(entry.get("standard_error", 0.0) for entry in j1)
    faults = 0
    for job, unit in UNITS.items():
        times = {name: statistics.median(entry["ns_per_item"] for entry in entries)
                 for name, entries in results.items() if name.startswith(job + "/")}
        fastest = times.get(job + "/lien", min(times.values()))
        against = "lien" if job + "/lien" in times else "fastest"
        rounds = min(len(results[name]) for name in times)
        print(f"\n{job}: ns of processor time per {unit}, one thread, median of {rounds}")
        print(f"{'contender':<16}{'ns':>9}{'ratio to ' + against:>18}{'mean':>18}  agreement")
        for name in sorted(times, key=times.get, reverse=True):
            wrong = {fault for entry in results[name]
                     for fault in (faults_j1(entry, closed_form, usual_error) if job == "J1"
                                   else faults_j2(entry, plain))}
            faults += len(wrong)
            own = "not compared (own rows)" if results[name][0].get("own_rows") else "ok"
            mean = results[name][0]["mean"]
            print(f"{name[3:]:<16}{times[name]:>9.3f}{times[name] / fastest:>18.2f}{mean:>18.4f}"
                  f"  {'; '.join(sorted(wrong)) or own}")
    print_kernels(results)
    print("\nreference: mean payoff of J1 105.9889 +- 0.0011, E[S] "
          f"{closed_form:.6f}; J2 agrees to {RELATIVE:g}")
    return 1 if faults else 0


sys.exit(main())
