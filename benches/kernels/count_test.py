#!/usr/bin/env python3
"""count.py on made-up counts: what is off, what is missing, what is not judged."""
import unittest

import count


class Faults(unittest.TestCase):
    def test_two_percent_either_way_are_the_line(self):
        self.assertEqual(count.faults_of({"a": 1019.0, "b": 981.0}, {"a": 1000.0, "b": 1000.0}), [])
        for counted in (1021.0, 979.0, float("nan")):
            with self.subTest(counted=counted):
                self.assertEqual(len(count.faults_of({"a": counted}, {"a": 1000.0})), 1)

    def test_a_kernel_on_one_side_only_is_a_fault(self):
        self.assertEqual(count.faults_of({"a": 1.0}, {"a": 1.0, "b": 2.0}), ["b: not counted"])
        self.assertEqual(count.faults_of({"a": 1.0, "b": 2.0}, {"a": 1.0}),
                         ["b: has no baseline"])

    def test_features_cost_three_percent_of_a_loan_without_any_at_most(self):
        counts = {name: 1000.0 for pair in count.WITHOUT_FEATURES.items() for name in pair}
        for plain in count.WITHOUT_FEATURES:  # of both bases together
            for cost, faults in ((1059.0, 0), (1061.0, 1), (float("nan"), 1)):
                with self.subTest(plain=plain, cost=cost):
                    self.assertEqual(len(count.dear_features(counts | {plain: cost})), faults)

    def test_one_call_is_the_difference_over_the_calls(self):
        about = {"calls": 10, "kernels": [{"name": "a"}, {"name": "b"}]}
        # Set-up and the loop's own seven cancel.
        parts = [f"events: Ir\nsummary: {n}\n" for n in (999, 507, 1007, 5, 37, 67, 1)]
        self.assertEqual(count.by_call(about, parts, count.instructions), {"a": 50.0, "b": 3.0})
        with self.assertRaises(SystemExit):
            count.by_call(about, parts[:-1], count.instructions)

    def test_every_dispatched_function_of_the_tree_is_known(self):
        kernels = count.compiled_kernels()
        self.assertIn("engine/kernels/random_rows.cpp:NormalRows", kernels)
        self.assertIn("pricing/valuation/vehicle_kernel.cpp:RunVehicle", kernels)
        self.assertGreater(len(kernels), 35)


if __name__ == "__main__":
    unittest.main()
