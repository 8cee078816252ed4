#!/usr/bin/env python3
"""Plants a violation of every law in a small clean tree and looks for it, by file and line."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import check_laws

HERE = pathlib.Path(__file__).resolve().parent

CLEAN = {
    "engine/random/philox.hpp": "// A released block; please release it. A lesser one. A Sloane table.\n"
                                "int released_rows();  // a row is released when its block ends\n",
    "engine/CMakeLists.txt": "add_library(e STATIC)  # never -march=native\n",
    "pricing/plan/compile.cpp": "#include <ql/time/date.hpp>\n// the loan's collateral\n",
    "pricing/valuation/kernel.cpp": "#include <hwy/highway.h>\nHWY_EXPORT(Loan);\n",
    "pricing/cli/run.cpp": 'const char* text = "this CPU has no AVX2";\nint threads = 2;\n',
    "cmake/arm_sve.cmake": "set(F -march=armv8.2-a+sve2 -msve-vector-bits=128)\n",
    "CMakeLists.txt": "target_compile_options(e PUBLIC -ffp-contract=off -Wall)\n",
}

# (file, text planted as its line 2, the law that must fire)
PLANTED = [
    ("engine/a.hpp", "struct LoanPlan;", "1"),
    ("engine/a.hpp", "int loans;", "1"),
    ("engine/a.hpp", "int kLOANCount;", "1"),
    ("engine/a.hpp", "int subloan_count;", "1"),
    ("engine/a.hpp", "int lease_rows;", "1"),
    ("engine/a.hpp", "int LeasesOpen;", "1"),
    ("engine/a.hpp", "int lease2;", "1"),
    ("engine/a.hpp", "// the collateral's value", "1"),
    ("engine/a.hpp", "// cross-collateralized", "1"),
    ("engine/a.hpp", "// COVENANTS", "1"),
    ("engine/a.hpp", "int borrower_id;", "1"),
    ("engine/lease_terms.hpp", "int a;", "1"),
    ("engine/CMakeLists.txt", "# loan kernels", "1"),
    ("pricing/plan/a.cpp", "std::jthread team;", "2"),
    ("pricing/plan/a.cpp", "#include <thread>", "2"),
    ("pricing/plan/a.cpp", "auto f = std::async(g);", "2"),
    ("pricing/plan/a.cpp", "std::sort(std::execution::par, a, b);", "2"),
    ("pricing/valuation/a.cpp", "#pragma omp parallel for", "2"),
    ("pricing/plan/a.cpp", "MPI_Init(nullptr, nullptr);", "2"),
    ("pricing/plan/a.cpp", "#include <boost/mpi.hpp>", "2"),
    ("pricing/valuation/a.cpp", "#include <immintrin.h>", "2"),
    ("pricing/valuation/a.cpp", "__m256d x;", "2"),
    ("pricing/plan/a.cpp", "#include <arm_neon.h>", "2"),
    ("pricing/plan/a.cpp", "// faster with AVX512", "2"),
    ("pricing/plan/a.cpp", '#include "hwy/highway.h"', "2"),
    ("pricing/plan/a.cpp", "HWY_EXPORT(F);", "2"),
    ("pricing/plan/a.cpp", "#include <ql/quantlib.hpp>", "3"),
    ("tests/pricing/a.cpp", "#include <ql/time/all.hpp>", "3"),
    ("engine/a.cpp", "#include <ql/time/date.hpp>", "3"),
    ("pricing/report/a.cpp", "QuantLib::Date d;", "3"),
    ("engine/a.cpp", '#include "pricing/plan/plan.hpp"', "3"),
    ("CMakeLists.txt", "add_compile_options(-march=native)", "4"),
    ("cmake/a.cmake", "set(F -ffast-math)", "4"),
    ("CMakePresets.json", '"CMAKE_CXX_FLAGS": "-O3 -mtune=native"', "4"),
    ("check", "cmake -DCMAKE_CXX_FLAGS=-Ofast", "4"),
    ("CMakeLists.txt", "add_compile_options(-march=armv8.2-a+sve2)", "4"),
    ("cmake/arm_sve.cmake", "set(F -march=native)", "4"),
    ("cmake/arm_sve.cmake", "set(F -march=armv8.2-a+sve2 -mtune=native)", "4"),
    ("engine/a.cpp", '#pragma GCC target("fma")', "4"),
    ("docs/model.md", "see /" + "work/here", "6"),
    ("engine/a.cpp", "// caf\u00e9", "6"),
]


def tree(folder, contents):
    for name, text in contents.items():
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run_check(folder):
    return subprocess.run([sys.executable, HERE / "check_laws.py", folder], text=True,
                          stdout=subprocess.PIPE)


class SourceLaws(unittest.TestCase):
    def test_a_clean_tree_passes(self):
        with tempfile.TemporaryDirectory() as folder:
            tree(folder, CLEAN)
            run = run_check(folder)
            self.assertEqual(run.returncode, 0, run.stdout)
            self.assertEqual(run.stdout, "laws: 0 violations\n")

    def test_every_planted_violation_is_found_at_its_line(self):
        for name, planted, law in PLANTED:
            with self.subTest(file=name, planted=planted), \
                    tempfile.TemporaryDirectory() as folder:
                tree(folder, {**CLEAN, name: f"first line\n{planted}\n"})
                faults, _ = check_laws.check(pathlib.Path(folder))
                line = 0 if name == "engine/lease_terms.hpp" else 2
                self.assertEqual([(str(path), number, rule[0]) for path, number, rule, _ in faults],
                                 [(name, line, law)])

    def test_one_violation_makes_the_exit_code_1(self):
        with tempfile.TemporaryDirectory() as folder:
            tree(folder, {**CLEAN, "engine/a.hpp": "int loans;\n"})
            run = run_check(folder)
            self.assertEqual(run.returncode, 1)
            self.assertIn("engine/a.hpp:1: law 1", run.stdout)

    def test_a_folder_that_is_no_checkout_is_not_called_clean(self):
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([sys.executable, HERE / "check_laws.py", folder],
                                 stderr=subprocess.DEVNULL)
            self.assertEqual(run.returncode, 2)

    def test_long_files_are_listed_and_break_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            tree(folder, {**CLEAN, "engine/a.hpp": "int a;\n" * 401})
            run = run_check(folder)
            self.assertEqual(run.returncode, 0)
            self.assertIn("engine/a.hpp: 401 lines", run.stdout)

    def test_a_long_file_that_says_why_is_not_listed(self):
        with tempfile.TemporaryDirectory() as folder:
            tree(folder, {**CLEAN, "engine/a.hpp": "// Over 400 lines on purpose: a table.\n" +
                          "int a;\n" * 401})
            self.assertNotIn("a.hpp", run_check(folder).stdout)


class ObjectLaw(unittest.TestCase):
    def compiled(self, folder, body):
        source, output = pathlib.Path(folder) / "a.cpp", pathlib.Path(folder) / "a.o"
        source.write_text("#include <cmath>\n" + body + "\n", encoding="utf-8")
        subprocess.run([os.environ.get("CXX", "c++"), "-O2", "-c", source, "-o", output],
                       check=True)
        return subprocess.run([sys.executable, HERE / "check_objects.py", output], text=True,
                              stdout=subprocess.PIPE)

    def test_exact_functions_are_free(self):
        with tempfile.TemporaryDirectory() as folder:
            run = self.compiled(folder, "double f(double x, double y) { return std::sqrt(x) +"
                                        " std::fma(x, y, x) + std::floor(std::fmod(x, y)); }")
            self.assertEqual(run.returncode, 0, run.stdout)

    def test_every_libm_import_is_found(self):
        for call in ("exp(x)", "log(x)", "pow(x, y)", "sin(x)", "erf(x)", "tgamma(x)", "exp(float(x))"):
            with self.subTest(call=call), tempfile.TemporaryDirectory() as folder:
                run = self.compiled(folder, f"double f(double x, double y) {{ return std::{call} + y; }}")
                self.assertEqual(run.returncode, 1, run.stdout)
                self.assertIn("law 5 imports libm's " + call.split("(")[0], run.stdout)


if __name__ == "__main__":
    unittest.main()
