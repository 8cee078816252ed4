#!/usr/bin/env python3
"""run_shards.py on a program that fails as it is told to: what fails is named, and nothing is lost."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).with_name("run_shards.py")
SAMPLE = sys.argv.pop(1)


class RunShards(unittest.TestCase):
    def run_script(self, told, *options):
        done = subprocess.run([sys.executable, "-B", SCRIPT, *options, SAMPLE], text=True,
                              env=dict(os.environ, LIEN_SAMPLE=told), check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def test_all_tests_are_counted(self):
        code, said = self.run_script("")
        self.assertEqual(code, 0, said)
        self.assertIn("sample: 25 tests passed, 0 skipped, 0 failed", said)

    def test_a_filter_and_what_is_skipped(self):
        code, said = self.run_script("skip", "--filter", "Sample.*")
        self.assertEqual(code, 0, said)
        self.assertIn("sample: 4 tests passed, 1 skipped, 0 failed", said)

    def test_a_failure_is_shown_and_named(self):
        for told, name in (("fail", "Sample.MayFail"), ("each", "Numbers/Each.MayFail/2")):
            with self.subTest(told=told):
                code, said = self.run_script(told)
                self.assertEqual(code, 1)
                self.assertIn("24 tests passed, 0 skipped, 1 failed", said)
                self.assertEqual(said.count("failed: "), 1)
                self.assertIn(f"failed: {name}; again: {SAMPLE} --gtest_filter='{name}'", said)
                self.assertIn("sample.cpp", said)
                self.assertNotIn("[       OK", said)

    def test_an_end_in_the_midst_is_a_failure(self):
        code, said = self.run_script("abort")
        self.assertEqual(code, 1)
        self.assertIn("failed: Sample.MayAbort; again:", said)
        code, said = self.run_script("end")  # with 0, as if all were well
        self.assertEqual(code, 1)
        self.assertIn("failed: Sample.MayEnd; again:", said)
        self.assertRegex(said, r"sample: \d+ of 25 tests did not run")

    def test_slow_tests_of_another_run_are_left_out(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.run_script("", "--times", folder)[0], 0)
            for report in pathlib.Path(folder).glob("*.xml"):
                text = report.read_text(encoding="utf-8")
                report.write_text(re.sub(r'(name="MayFail/2".* time=)"[^"]*"', r'\1"7.5"', text),
                                  encoding="utf-8")
            code, said = self.run_script("each", "--without-slow", folder)
            self.assertEqual(code, 0, said)
            self.assertIn("-Numbers/Each.MayFail/2\n", said)
            self.assertIn("24 tests passed", said)


if __name__ == "__main__":
    unittest.main()
