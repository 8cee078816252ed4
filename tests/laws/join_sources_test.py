#!/usr/bin/env python3
"""cmake/join_sources.py on made-up sources: what would mean something else in company stays apart."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "cmake" / "join_sources.py"


def source(private="", public="", head=""):
    return (f"{head}\nnamespace lien {{\nnamespace {{\n\n{private}\n\n}}  // namespace\n\n"
            f"{public}\n\n}}  // namespace lien\n")


class JoinSources(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        (self.root / "cmake").mkdir()
        shutil.copy(SCRIPT, self.root / "cmake")

    def write(self, texts):
        for name, text in texts.items():
            path = self.root / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def join(self, texts, *options):
        """The names of the sources that stand together, group by group, and the joined files."""
        self.write(texts)
        paths = [self.root / name for name in sorted(texts) if name.endswith(".cpp")]
        run = subprocess.run([sys.executable, "-B", self.root / "cmake" / SCRIPT.name, *options,
                              self.root / "joined", *paths], check=True, text=True,
                             stdout=subprocess.PIPE)
        lines = [line.split(" ", 1) for line in run.stdout.splitlines()]
        joined = [pathlib.Path(path).read_text(encoding="utf-8")
                  for kind, path in lines if kind == "joined"]
        alone = {pathlib.Path(path).name for kind, path in lines if kind == "alone"}
        groups = [{p.name for p in paths if str(p) in text} for text in joined]
        self.read = [path for kind, path in lines if kind == "read"]
        self.assertEqual(sorted(p.name for p in paths),
                         sorted([*alone, *(name for group in groups for name in group)]))
        return groups, joined

    def assert_apart(self, a, b, **headers):
        texts = {"r/a.cpp": a, "r/b.cpp": b}
        texts.update({f"r/{name}.hpp": text for name, text in headers.items()})
        self.assertEqual(self.join(texts)[0], [])

    def assert_together(self, a, b, **headers):
        texts = {"r/a.cpp": a, "r/b.cpp": b}
        texts.update({f"r/{name}.hpp": text for name, text in headers.items()})
        self.assertEqual(self.join(texts)[0], [{"a.cpp", "b.cpp"}])

    def test_strangers_are_joined_by_inclusion(self):
        self.assert_together(source("int one() { return 1; }", "int f() { return one(); }"),
                             source("int two() { return 2; }", "int g() { return two(); }"))

    def test_templates_are_understood(self):
        self.assert_together(source("template <class T>\nT one(T x) {\n  return x;\n}"), source())

    def test_a_folder_keeps_to_itself(self):
        self.assertEqual(self.join({"r/a.cpp": source(), "s/b.cpp": source()})[0], [])

    def test_no_more_than_a_dozen(self):
        groups, _ = self.join({f"r/{i:02}.cpp": source() for i in range(15)})
        self.assertEqual([len(group) for group in groups], [12, 3])

    def test_one_private_name_twice(self):
        for private in ("constexpr double kBand = {};", "double value(int x) {{ return x + {}; }}",
                        "struct Row {{\n  int x = {};\n}};", "using Json = std::array<int, {}>;",
                        "template <class T>\nT value(T x) {{\n  return x + {};\n}}",
                        "template <class T> T value(T x) {{ return x + {}; }}",
                        "std::map<int, double> value(\n    int x) {{ return {{x, {}}}; }}"):
            with self.subTest(private=private):
                self.assert_apart(source(private.format(1)), source(private.format(2)))

    def test_a_private_name_that_the_other_says(self):
        self.assert_apart(source("double value(double x) { return x; }"),
                          source(public="double f() { return value(2.0); }"))

    def test_a_private_name_that_a_header_of_the_other_declares(self):
        self.assert_apart(source("double value(double x) { return x; }"),
                          source(head='#include "r/far.hpp"'), far='#include "r/near.hpp"\n',
                          near="#pragma once\nnamespace lien {\ndouble value(int x);\n}\n")

    def test_every_name_of_a_line_is_private(self):
        for private in ("constexpr double kOne = std::max(1, 2), kBand = 3;",
                        "constexpr int kOne{1}, kBand{2};", "int one, *kBand;",
                        "constexpr std::array<double, 3> kOne = {1, 2, 3},\n    kBand = {};"):
            with self.subTest(private=private):
                self.assert_apart(source(private), source("constexpr double kBand = 1;"))
                self.assert_apart(source(public="double f() { return kBand; }"), source(private))

    def test_arguments_and_parameters_are_no_names(self):
        self.assert_together(source("double one(int kBand,\n           int kOther = 1);"),
                             source(public="int f() { return kBand + kOther; }"))

    def test_a_binding_is_not_understood(self):
        self.assert_apart(source("const auto [one, two] = both();"), source())

    def test_an_opened_namespace_would_stay_open(self):
        line = "using namespace sizes;"
        for text in (source(line), source(head=line), f"namespace lien {{\n{line}\n}}\n"):
            with self.subTest(text=text):
                self.assert_apart(text, source())
                self.assert_apart(source(), text)
        self.assert_together(source(public="int f() {\n  using namespace sizes;\n}"), source())

    def test_an_overload_that_only_a_header_of_the_other_declares(self):
        near, far = (f"#pragma once\nnamespace lien {{\n{x}\n}}\n"
                     for x in ("int value(double x);", "[[nodiscard]] int value(int x);"))
        caller = source(head='#include "r/near.hpp"', public="int f() { return value(1); }")
        silent = source(head='#include "r/near.hpp"', public="int g() { return x.value(1); }")
        other = source(head='#include "r/far.hpp"')
        self.assert_apart(caller, other, near=near, far=far)
        self.assert_apart(other, caller, near=near, far=far)
        self.assert_together(silent, other, near=near, far=far)
        inline = near + "namespace lien {\ninline int both() {\n  return value(1);\n}\n}\n"
        self.assert_apart(silent, other, near=inline, far=far)
        self.assert_apart(other, silent, near=inline, far=far)
        both = source(head='#include "r/near.hpp"\n#include "r/far.hpp"')
        self.assert_together(both, other, near=near, far=far)

    def test_every_header_read_is_told(self):
        headers = {"r/near.hpp": '#include "r/far.hpp"\n', "r/far.hpp": ""}
        self.join({"r/a.cpp": source(head='#include "r/near.hpp"'), **headers})
        self.assertEqual(self.read, [str(self.root.resolve() / name) for name in sorted(headers)])

    def test_the_order_of_two_does_not_matter(self):
        self.assert_apart(source(public="double f() { return value(2.0); }"),
                          source("double value(double x) { return x; }"))

    def test_words_in_comments_and_members_are_no_names(self):
        self.assert_together(source("double value(double x) { return x; }"),
                             source(public="// a value\ndouble f(T t) { return t.value; }"))

    def test_the_same_using_twice(self):
        line = "using engine::kLanes;"
        self.assert_together(source(line, "int f() { return kLanes; }"),
                             source(line, "int g() { return kLanes; }"))

    def test_what_has_no_scope_stays_alone(self):
        for head, private in (("#define X 1", ""), ('#include "hwy/highway.h"', ""),
                              ('#include "r/rows-inl.h"', ""), ("", "enum Kind { kOne };"),
                              ("", "bool operator==(const A& a, const A& b) { return true; }")):
            with self.subTest(head=head, private=private):
                self.assert_apart(source(private, head=head), source())
                self.assert_apart(source(), source(private, head=head))

    def test_tests_get_a_namespace_each_and_keep_their_lines(self):
        test = "constexpr double kBand = {};\n\nTEST(A, B) {{ EXPECT_EQ(kBand, {}); }}"
        texts = {f"r/{name}.cpp": source(test.format(*name * 2)) for name in "45"}
        groups, joined = self.join(texts, "--scoped")
        self.assertEqual(groups, [{"4.cpp", "5.cpp"}])
        self.assertIn("namespace only_4 { namespace {", joined[0])
        for name, text in texts.items():
            copy = joined[0].split(f'#line 1 "{self.root / name}"\n')[1].split("#line 1 ")[0]
            self.assertEqual(len(copy.split("\n")), len(text.split("\n")))

    def test_a_test_with_code_behind_its_namespace_stays_alone(self):
        texts = {"r/a.cpp": source(public="int f() { return 1; }"), "r/b.cpp": source()}
        self.assertEqual(self.join(texts, "--scoped")[0], [])


if __name__ == "__main__":
    unittest.main()
