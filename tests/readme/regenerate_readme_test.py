#!/usr/bin/env python3
"""docs/regenerate_readme.py on a made-up page: renews it, and sees a number that moved."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "regenerate_readme.py"
PAGE = "# page\n<!-- run -->\n```console\n$ build/release/pricing/cli/lien one\n{}```\nend\n"


class RegenerateReadme(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        folder = pathlib.Path(self.scratch.name)
        self.page, self.program = folder / "page.md", folder / "program"
        self.program_prints("value 12.5 in 3.2 s")

    def program_prints(self, text, code=0):
        self.program.write_text(f"#!/bin/sh\necho '{text}'\nexit {code}\n", encoding="utf-8")
        self.program.chmod(0o755)

    def run_script(self, *arguments):
        return subprocess.run([sys.executable, "-B", SCRIPT, "--lien", self.program, *arguments,
                               self.page], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)

    def test_output_is_put_under_the_command(self):
        self.page.write_text(PAGE.format("old\nlines\n"), encoding="utf-8")
        self.assertEqual(self.run_script().returncode, 0)
        self.assertEqual(self.page.read_text(encoding="utf-8"),
                         PAGE.format("value 12.5 in 3.2 s\n"))

    def test_check_lets_a_time_move_and_no_other_number(self):
        for shown, code in (("value 12.5 in 9.9 s\n", 0), ("value 12.6 in 3.2 s\n", 1), ("", 1)):
            with self.subTest(shown=shown):
                self.page.write_text(PAGE.format(shown), encoding="utf-8")
                self.assertEqual(self.run_script("--check").returncode, code)
                self.assertEqual(self.page.read_text(encoding="utf-8"), PAGE.format(shown))

    def test_a_command_that_fails_is_no_output(self):
        self.program_prints("value 12.5 in 3.2 s", code=65)
        self.page.write_text(PAGE.format("value 12.5 in 3.2 s\n"), encoding="utf-8")
        self.assertNotEqual(self.run_script("--check").returncode, 0)

    def test_a_page_without_blocks_is_not_called_good(self):
        self.page.write_text("# page\n", encoding="utf-8")
        self.assertNotEqual(self.run_script("--check").returncode, 0)


if __name__ == "__main__":
    unittest.main()
