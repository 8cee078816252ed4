"""The rules of check_cases.py find what they are there to find."""
import json
import pathlib
import tempfile
import unittest

import check_cases
import reference_values


def row(tolerance, expected, got, error):
    return check_cases.Row("present_value", "L", "0", "", tolerance, expected, got, error)


def fault(tolerance, expected, got, error=0.0, paths=1024):
    return check_cases.judge(row(tolerance, expected, got, error), paths)


class Judge(unittest.TestCase):
    def test_exact(self):
        self.assertEqual(fault("exact", 100, 100 * (1 + 0.9e-10)), "")
        self.assertEqual(fault("exact", -100, -100), "")
        self.assertNotEqual(fault("exact", 100, 100 * (1 + 1.1e-10)), "")
        self.assertNotEqual(fault("exact", 100, 100, error=1e-9), "")
        self.assertNotEqual(fault("exact", 100, float("nan")), "")

    def test_interpolated(self):
        self.assertEqual(fault("interpolated", 100, 100.009), "")
        self.assertNotEqual(fault("interpolated", 100, 99.98), "")

    def test_a_simulated_number_lies_within_four_errors(self):
        self.assertEqual(fault("standard_error", 100, 100.039, 0.01), "")
        self.assertNotEqual(fault("standard_error", 100, 100.041, 0.01), "")
        self.assertNotEqual(fault("standard_error", 100, 99.959, 0.01), "")
        self.assertNotEqual(fault("standard_error", 100, float("nan"), 0.01), "")

    def test_a_simulated_number_has_an_error(self):
        self.assertNotEqual(fault("standard_error", 100, 100), "")
        self.assertNotEqual(fault("standard_error", 100, 100, float("nan")), "")

    def test_a_wide_error_needs_a_million_paths(self):
        self.assertNotEqual(fault("standard_error", 100, 100, 0.051), "")
        self.assertEqual(fault("standard_error", 100, 100, 0.051, paths=1_000_000), "")
        self.assertEqual(fault("tail", 100, 100, 0.99), "")
        self.assertNotEqual(fault("tail", 100, 100, 1.01), "")


class Find(unittest.TestCase):
    ROWS = [
        {"scenario": scenario, "measure_basis": "risk_neutral", "level": level, "id": "L",
         "measure": "price", "horizon_months": month, "confidence": "", "value": "1"}
        for scenario in ("baseline", "up") for level in ("contract", "party")
        for month in ("0", "12")]

    def test_what_is_given_narrows(self):
        wanted = {"measure": "price", "id": "L", "horizon_months": "12"}
        self.assertEqual(len(check_cases.find(self.ROWS, wanted)), 2)
        wanted["level"] = "party"
        self.assertEqual(len(check_cases.find(self.ROWS, wanted)), 1)
        wanted["scenario"] = "up"
        self.assertEqual(check_cases.find(self.ROWS, wanted)[0]["scenario"], "up")


class References(unittest.TestCase):
    def faults(self, expected):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder) / "clone"
            root.mkdir()
            path = root / reference_values.LIST
            path.resolve().parent.mkdir(parents=True)
            path.write_text(json.dumps({"O09": {"values": {"V0": 20737.75}}}))
            rows = [check_cases.Row("resale_value", "V", "0", "", "exact", expected, 1, 0)]
            return reference_values.faults(root, "O09", rows)

    def test_an_expected_value_is_that_of_the_list(self):
        self.assertEqual(self.faults(20737.75), [])
        self.assertEqual(len(self.faults(20737.76)), 1)


class Cases(unittest.TestCase):
    def test_every_case_has_its_references(self):
        self.assertEqual(check_cases.all_cases(), sorted(reference_values.VALUES))


if __name__ == "__main__":
    unittest.main()
