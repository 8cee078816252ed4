"""The checks of docs/ find what they are there to find, and the sources cite headings that exist."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))
import check_inputs  # noqa: E402
import check_outputs  # noqa: E402

READER = """
std::span<const Field<Lease>> lease_fields() {
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      choice<&T::timing>("timing", "advance|arrears", "mixed"),
      integer<T>(
          "units", +[](T& t, std::int64_t n) { t.units = n; }, between(1, 1e9)),
      later<T>("deposit", "0"),
  };
  return fields;
}
"""
PAGE = """
<!-- fields: lease_fields -->
| column | default | meaning |
|---|---|---|
| `id` | **req** | its name |
| `timing` | | advance, arrears |
| `units` | | how many |

<!-- refused -->
| table | field, or choice of an accepted field | accepted as |
|---|---|---|
| lease_fields | `deposit` | 0 |
| lease_fields | timing: `mixed` | |
"""
SOURCES = ('Table f() { return make_table("losses", {{"confidence"},\n {"risk", kNumber, true}}); }',
           ['writer.add(id, "price", 0, x);\n tests.add(id + "/ratio", "breach", h, y);'],
           'Json j = {{"seed", 1},\n {"run", 2}};')
OUTPUTS = """
<!-- columns: losses -->
| column | meaning |
|---|---|
| `confidence` | |
| `risk`, `risk_se` | as `price` |

<!-- measures -->
| measure | |
|---|---|
| `price` | |
| `breach` | |

<!-- manifest -->
| key | |
|---|---|
| `seed` | |
| `run` | |
"""


def input_faults(page, reader=READER):
    return check_inputs.compare(check_inputs.reader_tables([reader]),
                                *check_inputs.page_tables(page))


def output_faults(page):
    return check_outputs.compare(check_outputs.program_names(*SOURCES),
                                 check_outputs.page_names(page))


class Inputs(unittest.TestCase):
    def test_a_page_that_names_all_is_right(self):
        self.assertEqual(input_faults(PAGE), [])

    def test_each_difference_is_found(self):
        differences = {
            "| `units` | | how many |\n": "units has no row",
            "| lease_fields | `deposit` | 0 |\n": "deposit is refused and not listed",
            "**req**": "id is required",
            ", arrears": "timing lacks the choice arrears",
            "| lease_fields | timing: `mixed` | |\n": "timing lacks the refused choice mixed",
        }
        for text, fault in differences.items():
            found = input_faults(PAGE.replace(text, ""))
            self.assertEqual(len(found), 1, found)
            self.assertIn(fault, found[0])

    def test_a_refused_choice_is_that_of_its_own_field(self):
        found = input_faults(PAGE.replace("timing: `mixed`", "units: `mixed`"))
        self.assertEqual(found, ["lease_fields: timing lacks the refused choice mixed"])

    def test_a_field_refused_twice_is_found(self):
        row = "| lease_fields | `deposit` | 0 |\n"
        self.assertEqual(input_faults(PAGE.replace(row, 2 * row)),
                         ["lease_fields: deposit is refused twice"])

    def test_a_field_that_the_reader_lacks_is_found(self):
        found = input_faults(PAGE.replace("`units`", "`units`, `unit`"))
        self.assertEqual(found, ["lease_fields: unit is no field of the reader"])


class Outputs(unittest.TestCase):
    def test_a_page_that_names_all_is_right(self):
        self.assertEqual(output_faults(OUTPUTS), [])

    def test_each_difference_is_found(self):
        for name in ("confidence", "risk_se", "breach", "run"):
            self.assertEqual(len(output_faults(OUTPUTS.replace(f"`{name}`", ""))), 1, name)
        self.assertEqual(output_faults(OUTPUTS.replace("`seed`", "`seed`, `speed`")),
                         ["manifest: speed is not written by the program"])


class Citations(unittest.TestCase):
    def test_cited_sections_of_the_model_exist(self):
        headings = re.findall(r"^#+ (.+)$", (ROOT / "docs/model.md").read_text(), re.M)
        cited = 0
        for room in ("engine", "pricing"):
            for path in sorted((ROOT / room).rglob("*.[ch]*")):
                # A citation may run on over a comment's line end.
                text = re.sub(r"\n\s*// ", " ", path.read_text())
                for title in re.findall(r'docs/model\.md, "([^"]+)"', text):
                    cited += 1
                    self.assertIn(title, headings, path)
        self.assertGreater(cited, 3)


if __name__ == "__main__":
    unittest.main()
