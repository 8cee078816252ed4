#!/usr/bin/env python3
"""Runs books with this machine's lien and, emulated, with the one built for arm64; compares bytes.

usage: compare.py --lien PROGRAM --arm PROGRAM --root ARM64_ROOT --kernels NAME [--cpu CPU]
                  [--refused-by CPU]... RUN.toml... [--paths N]

--kernels is the instruction set that the program must say it uses, --cpu the one that qemu-aarch64
plays; by the CPUs of --refused-by it must be refused with exit code 70. What may differ is what
same_bytes.py leaves out: the `run` object of the manifest.
"""
import argparse
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "same_bytes"))
import two_programs  # noqa: E402


def run_refused(program, root, cpu):
    """None where the program refuses the CPU as it should, else what it did."""
    done = subprocess.run(["qemu-aarch64", "-cpu", cpu, "-L", root, program, "version"], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    said = done.stderr.strip()
    if done.returncode == 70 and said.startswith("lien: this CPU lacks "):
        print(f"{cpu}: refused, as it should be")
        return None
    return f"{cpu}: exit {done.returncode} where a refusal was due: {said[-200:]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=lambda text: pathlib.Path(text).resolve())
    for name in ("lien", "arm", "root"):
        parser.add_argument("--" + name, required=True, type=pathlib.Path)
    parser.add_argument("--paths", type=int, default=1024)
    parser.add_argument("--kernels", required=True)
    parser.add_argument("--cpu", default="max")
    parser.add_argument("--refused-by", action="append", default=[])
    options = parser.parse_args()
    arm = ["qemu-aarch64", "-cpu", options.cpu, "-L", options.root, options.arm]
    version = subprocess.run([*map(str, arm), "version"], text=True, capture_output=True,
                             check=False)
    print(version.stdout or version.stderr, end="")
    if version.returncode != 0 or f"instruction set  {options.kernels}\n" not in version.stdout:
        sys.exit(f"the program for arm64 does not run, or not on {options.kernels}")
    # The manifest names it, and nothing else would tell why.
    commit = [line for line in version.stdout.splitlines() if line.startswith("commit ")]
    here = subprocess.run([str(options.lien), "version"], text=True, capture_output=True,
                          check=False)
    if not set(commit) <= set(here.stdout.splitlines()):
        sys.exit(f"{options.lien} is of another commit: build it from this tree first")
    accepted = [said for cpu in options.refused_by
                if (said := run_refused(options.arm, options.root, cpu))]
    if accepted:
        sys.exit("\n".join(accepted))
    differing = two_programs.differences([options.lien], arm, options.runs, options.paths)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
