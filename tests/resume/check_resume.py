#!/usr/bin/env python3
"""Runs that are interrupted and go on: every result file must be that of an uninterrupted run.

usage: check_resume.py --lien PROGRAM [--kills N]

Killed without warning (SIGKILL) at random moments, N times in all and more than once in one run,
going on with other numbers of threads and from other folders; asked to stop (SIGTERM, SIGINT: exit 75
within two seconds); out of memory; checkpoints cut short or altered; inputs or a program that changed
meanwhile; names and folders that are unusual. What may differ between the runs is what same_bytes.py
leaves out.
"""
import argparse
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "same_bytes"))
import same_bytes  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Kept as often as it can be, so that a run of a second is interrupted between two states.
OFTEN = ["--checkpoint-seconds", "0.001"]
# The book that is run, how, and what it is there for.
BOOKS = [
    ("three_loans", ["--paths", "4096"], "rejected rows, scenarios, losses"),
    ("deals/coreweave_ddtl_1", ["--paths", "2048"], "a vehicle, independent paths"),
    ("neocloud", ["--paths", "1024", "--scenario", "combined_severe"],
     "early exercise, drawn lags, tails"),
]


class Failed(Exception):
    pass


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


def set_a_row_aside(folder):
    """rejects.csv names the tape as the command line does."""
    run = folder / "run.toml"
    run.write_text('on_reject = "skip"\n' + run.read_text())
    tape = folder / "loans.csv"
    rows = tape.read_text().splitlines()
    tape.write_text("\n".join([*rows, rows[1].replace("L-001", "L-009").replace("1000,", "none,")]) + "\n")


class Case:
    """One book in a folder of its own, and the digests of its run when nothing interrupts it."""

    def __init__(self, lien, book, words, folder):
        self.lien, self.words = str(lien), words
        self.folder = folder
        self.book = pathlib.Path("examples") / book
        shutil.copytree(ROOT / "examples", folder / "examples")
        if (folder / self.book / "loans.csv").exists():
            set_a_row_aside(folder / self.book)
        self.expected = self.digests_of("whole")

    def command(self, name, extra=()):
        return [self.lien, "run", str(self.book / "run.toml"), "--out", name,
                *self.words, *OFTEN, *extra]

    def state(self, name, simulation):
        """What a run keeps of its first simulation, its second..."""
        return self.folder / f"{name}.partial" / "checkpoint" / str(simulation)

    def middle(self, name):
        """Of three_loans: its ten simulations are five scenarios on two bases."""
        return self.state(name, 5)

    def call(self, command, cwd=None):
        return subprocess.run(command, cwd=cwd or self.folder, text=True, capture_output=True,
                              stdin=subprocess.DEVNULL, check=False)

    def digests_of(self, name):
        began = time.monotonic()
        done = self.call(self.command(name, ["--threads", "2"]))
        self.seconds = time.monotonic() - began
        expect(done.returncode == 0, f"exit {done.returncode}: {done.stderr[-2000:]}")
        return same_bytes.digests(self.folder / name)

    def interrupted(self, command, how, after=None, state=None):
        """Sends a signal after so many seconds, or as soon as a state is kept, which does not hang on
        what else the machine does; the exit code, and the seconds it took to end."""
        process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if state is not None:
            while not state.exists() and process.poll() is None:
                time.sleep(0.001)
        try:
            process.communicate(timeout=after or 0)
            return process.returncode, 0.0, ""
        except subprocess.TimeoutExpired:
            pass
        began = time.monotonic()
        process.send_signal(how)
        _, said = process.communicate(timeout=60)
        return process.returncode, time.monotonic() - began, said

    def compare(self, name):
        found = same_bytes.digests(self.folder / name)
        wrong = sorted(file for file in self.expected.keys() | found.keys()
                       if self.expected.get(file) != found.get(file))
        expect(not wrong, f"{name}: {', '.join(wrong)} differ from the uninterrupted run's")
        expect(not (self.folder / f"{name}.partial").exists(), f"{name}.partial is left")

    def finish(self, name, threads, cwd=None):
        """Goes on to the end; the tasks that were taken over."""
        where = name if cwd is None else os.path.relpath(self.folder / name, cwd)
        done = self.call([self.lien, "resume", where, "--threads", threads], cwd)
        expect(done.returncode == 0, f"resume: exit {done.returncode}: {done.stderr[-2000:]}")
        said = f'"directory": {json.dumps(where)}' if done.stdout.startswith("{") else f"written to {where}:"
        expect(said in done.stdout, f"resume {where}: says {done.stdout[-600:]!r}")
        self.compare(name)
        for line in done.stderr.splitlines():
            if "taken over" in line:
                return int(line.split()[1])
        raise Failed("resume does not say what it took over: " + done.stderr[-500:])


def kill(case, kills, draw):
    """SIGKILL at random moments, up to three times in one run."""
    done = taken = run = 0
    while done < kills:
        name = f"killed{run}"
        run += 1
        command = case.command(name, ["--threads", draw.choice(["1", "2", "3"])])
        for _ in range(draw.randint(1, 3)):
            code, _, _ = case.interrupted(command, signal.SIGKILL,
                                          draw.uniform(0.05, 1.0) * case.seconds)
            if code == 0:
                break
            expect(code == -signal.SIGKILL, f"exit {code} in place of a kill")
            done += 1
            if (case.folder / name / "manifest.json").exists():
                # Killed after its last step: going on finds it complete, and tidies up.
                code = case.call([case.lien, "resume", name]).returncode
                expect(code == 0, f"resume of a complete run: exit {code}")
                break
            if not (case.folder / f"{name}.partial" / "checkpoint" / "run.json").exists():
                # Before a run has begun there is nothing to go on with; it can begin again.
                break
            command = [case.lien, "resume", name, "--threads", draw.choice(["1", "2", "5"])]
        if code == 0:
            case.compare(name)
        elif command[1] == "resume":
            taken += case.finish(name, draw.choice(["1", "2", "7"]))
    return done, taken


def ask_to_stop(case, how):
    name = "asked" + how.name
    code, seconds, said = case.interrupted(case.command(name), how, state=case.middle(name))
    expect(code == 75, f"{how.name}: exit {code}\n{said[-500:]}")
    expect(seconds < 2, f"{how.name}: ended after {seconds:.1f} s")
    expect(f"lien resume {name}" in said, f"{how.name}: says {said[-500:]!r}")
    # From another folder, too.
    return case.finish(name, "2", cwd=case.folder / "examples")


def stopped(case, name, extra=()):
    code, _, said = case.interrupted(case.command(name, extra), signal.SIGTERM,
                                     state=case.middle(name))
    expect(code == 75, f"exit {code}\n{said[-500:]}")
    folder = case.folder / f"{name}.partial" / "checkpoint"
    kept = [file for file in folder.iterdir() if file.name.isdigit()]
    expect(kept, f"nothing is kept in {folder}")
    return folder, kept


def damaged(case):
    """A checkpoint that is not whole, or not as it was written, is not used."""
    name = "damaged"
    _, kept = stopped(case, name)
    for number, file in enumerate(sorted(kept)):
        data = bytearray(file.read_bytes())
        if number % 2 == 0:
            data[len(data) // 2] ^= 1
        else:
            del data[len(data) // 3:]
        file.write_bytes(data)
    taken = case.finish(name, "2")
    expect(taken == 0, f"{taken} tasks were taken over from damaged checkpoints")


def out_of_memory(case):
    """Whatever ends a run leaves what it has simulated."""
    name = "starved"
    process = subprocess.Popen(case.command(name), cwd=case.folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    state = case.state(name, 0)
    while not state.exists() and process.poll() is None:
        time.sleep(0.001)
    pages = int(pathlib.Path(f"/proc/{process.pid}/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + (1 << 20)  # what is small may go on: messages
    resource.prlimit(process.pid, resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    _, said = process.communicate(timeout=60)
    expect(process.returncode == 70, f"no memory: exit {process.returncode}\n{said[-500:]}")
    expect(f"go on with: lien resume {name}" in said, f"no memory: says {said[-500:]!r}")
    expect(case.finish(name, "2") > 0, "no memory: nothing was taken over")


def unusual_names(case):
    """A name like that of a run's folder; JSON, as the run was asked for."""
    name = "copy.partial"
    stopped(case, name, ["--json"])
    taken = case.finish(name, "2")
    expect(taken > 0, f"{name}: nothing was taken over")
    stopped(case, "asked.json", ["--json"])
    done = case.call([case.lien, "resume", "asked.json"])
    expect(done.returncode == 0 and json.loads(done.stdout)["directory"] == "asked.json",
           f"resume of --json: exit {done.returncode}, says {done.stdout[:200]!r}")


def folder_without_utf8(lien, book, words, scratch):
    """A path is bytes, in whatever encoding."""
    folder = pathlib.Path(os.fsdecode(os.fsencode(scratch / "stra") + b"\xdfe"))
    folder.mkdir()
    case = Case(lien, book, words, folder)
    stopped(case, "here")
    taken = case.finish("here", "2", cwd=folder / "examples")
    expect(taken > 0, "in a folder that is not UTF-8 nothing was taken over")


def refused(case, name, code, words):
    done = case.call([case.lien, "resume", name])
    expect(done.returncode == code, f"resume {name}: exit {done.returncode}, not {code}: {done.stderr}")
    expect(words in done.stderr + done.stdout, f"resume {name}: says {done.stderr!r}")


def refusals(case):
    refused(case, "nowhere", 73, "holds no interrupted run")
    refused(case, "whole", 0, "is complete")
    stopped(case, "edited")
    tape = case.folder / case.book / "loans.csv"
    before = tape.read_text()
    tape.write_text(before + "\n")
    refused(case, "edited", 65, "changed since the run began")
    tape.write_text(before)
    case.finish("edited", "2")
    folder, _ = stopped(case, "other")
    run = json.loads((folder / "run.json").read_text())
    another = {"program_sha256": "0" * 64}
    (folder / "run.json").write_text(json.dumps(run | another | {"commit": "another"}))
    refused(case, "other", 64, "another version of the program")
    (folder / "run.json").write_text(json.dumps(run))
    # What stands behind a program's sections changes nothing but its bytes.
    build = case.folder / "lien"
    shutil.copy(case.lien, build)
    with build.open("ab") as end:
        end.write(b"\0")
    case.lien, lien = str(build), case.lien
    refused(case, "other", 64, "another build of the program")
    case.lien = lien
    (folder / "run.json").write_text("{")
    refused(case, "other", 74, "does not say what was run")
    # A new run of that name says that it begins anew.
    done = case.call(case.command("other"))
    expect(done.returncode == 0 and "begins anew" in done.stderr, f"run again: {done.stderr[-500:]}")
    case.compare("other")


def main():
    # As in a shell: what runs in the background may have been given an ignored SIGINT, and pass it on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lien", required=True, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    draw = random.Random(20261202)
    all_taken = 0
    for number, (book, words, about) in enumerate(BOOKS):
        with tempfile.TemporaryDirectory() as scratch:
            try:
                case = Case(options.lien, book, words, pathlib.Path(scratch))
                share = options.kills // len(BOOKS) + (number < options.kills % len(BOOKS))
                kills, taken = kill(case, share, draw)
                all_taken += taken
                print(f"{book} ({about}): {kills} kills, {taken} tasks taken over, same bytes")
                if number == 0:
                    for how in (signal.SIGTERM, signal.SIGINT):
                        taken = ask_to_stop(case, how)
                        expect(taken > 0, f"{how.name}: nothing was taken over")
                        print(f"{book}: {how.name} ends it with 75, {taken} tasks taken over")
                    damaged(case)
                    refusals(case)
                    print(f"{book}: damaged checkpoints, changed inputs, other programs: as they should")
                    unusual_names(case)
                    folder_without_utf8(options.lien, book, words, pathlib.Path(scratch))
                    print(f"{book}: unusual names and folders: as they should")
                if book == "neocloud":  # its pilots need memory long after the first state
                    out_of_memory(case)
                    print(f"{book}: out of memory: goes on with more")
            except Failed as failure:
                sys.exit(f"{book}: {failure}")
    if all_taken == 0:
        sys.exit("no run took anything over: the kills came too early to test anything")
    return 0


if __name__ == "__main__":
    sys.exit(main())
