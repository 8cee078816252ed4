#!/usr/bin/env python3
"""Runs the README's commands and puts what they print under them; --check only compares.

usage: docs/regenerate_readme.py [--check] [--lien PROGRAM] [FILE]...

A command block in README.md (or another FILE) looks like this; the fence is console:

    <!-- run -->
    ```console
    $ build/release/pricing/cli/lien check examples/neocloud/run.toml
    ...what it prints...
    ```

Every line that begins with "$ " is run, in order, in a scratch folder where `examples` and the
program stand under the names a reader of the clone would use; so nothing is written to the tree.
--check exits 1 where the output differs; times and speeds may differ, every other number may not.
"""
import argparse
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.PurePath("build/release/pricing/cli/lien")
BLOCK = re.compile(r"(<!-- run -->\n```console\n)(.*?)(^```$)", re.DOTALL | re.MULTILINE)
# What a machine and an hour may change: "12.3 s", "850 ms", "1.2 million loan-months a second".
TIME = re.compile(r"[0-9][0-9.,]*\s*(?:ns|us|ms|s|sec|seconds?|min|minutes?)\b"
                  r"|[0-9][0-9.,]*\s*(?:million|thousand|billion)?\s*[a-z-]+ (?:a|per) second"
                  r"|\b[0-9]+ threads?\b|\bavx[0-9]+\b", re.IGNORECASE)


def output_of(command, folder):
    # Standard output only: the log and the progress bar go to standard error.
    run = subprocess.run(command, shell=True, cwd=folder, text=True, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if run.returncode != 0:
        sys.exit(f"$ {command}\nexit {run.returncode}\n{run.stdout}{run.stderr}")
    text = run.stdout
    return text if not text or text.endswith("\n") else text + "\n"


def renewed(text, folder):
    """The file's text with every block's output as it is now."""
    def block(match):
        lines = ""
        for command in re.findall(r"^\$ (.*)$", match.group(2), re.MULTILINE):
            lines += f"$ {command}\n" + output_of(command, folder)
        return match.group(1) + lines + match.group(3)
    return BLOCK.sub(block, text)


def comparable(text):
    return TIME.sub("<time>", text).splitlines()


def clone_like(folder, program):
    """What a reader has after ./demo: the examples, and the program where it is built."""
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / PROGRAM).parent.mkdir(parents=True)
    (folder / PROGRAM).symlink_to(program.resolve())


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=pathlib.Path, default=[ROOT / "README.md"])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--lien", type=pathlib.Path, default=ROOT / PROGRAM)
    options = parser.parse_args()
    if not options.lien.is_file():
        parser.error(f"{options.lien} is not built; ./demo builds it")
    changed = 0
    for path in options.files:
        text = path.read_text(encoding="utf-8")
        if not BLOCK.search(text):
            parser.error(f"{path}: no <!-- run --> block; nothing would be checked")
        with tempfile.TemporaryDirectory() as folder:
            clone_like(pathlib.Path(folder), options.lien)
            now = renewed(text, pathlib.Path(folder))
        if not options.check:
            path.write_text(now, encoding="utf-8")
        elif comparable(now) != comparable(text):
            changed = 1
            sys.stdout.writelines(line + "\n" for line in difflib.unified_diff(
                comparable(text), comparable(now), str(path), "printed now", lineterm=""))
    return changed


if __name__ == "__main__":
    sys.exit(main())
