#!/usr/bin/python3
"""J2 (see j2_loan.hpp) in NumPy, vectorised over 4,096 paths. Prints one JSON line.

usage: j2_numpy.py INPUTS   a file from `peers --write-j2-inputs`: doubles, first the nine terms of
the loan, then 61 months of six amounts, then the five rows of [67][4096 + 8]."""
import json
import sys
import time

import numpy as np

MONTHS, LAG, PATHS, PITCH = 60, 6, 4096, 4096 + 8
ROW_MONTHS = 1 + MONTHS + LAG
REPEATS = 10


def read_inputs(path):
    doubles = np.fromfile(path)
    schedule = doubles[9:9 + 6 * (MONTHS + 1)].reshape(MONTHS + 1, 6)
    rows = doubles[9 + schedule.size:].reshape(5, ROW_MONTHS, PITCH)[:, :, :PATHS]
    return doubles[:9], schedule, rows


def value(terms, schedule, rows):
    (units, floor, margin, first_reserve, reserve_cap, haircut, fixed_cost, recovery,
     max_loan_to_value) = terms
    spot_revenue, resale_value, discounts, survivals, forward_return = rows
    weight = np.ones(PATHS)
    reserve = np.full(PATHS, first_reserve)
    present_value, loss, default_probability, breaches = np.zeros((4, PATHS))
    for k in range(1, MONTHS + 1):
        contract_revenue, free_units, operating_cost, balance, principal, ratio = schedule[k]
        discount, sale_discount = discounts[k], discounts[k + LAG]
        cash = contract_revenue + free_units * spot_revenue[k] - operating_cost
        debt_service = balance * (np.maximum(ratio * forward_return[k] - 1.0, floor) + margin)
        debt_service += principal
        proceeds = np.maximum(0.0, units * (1.0 - haircut) * resale_value[k + LAG] - fixed_cost)
        left = np.minimum(reserve_cap, reserve + cash - debt_service)
        survived = weight * survivals[k]
        failed = np.where(left < 0.0, survived, 0.0)
        paying = survived - failed
        for default_weight, kept in ((weight - survived, reserve),
                                     (failed, reserve + np.maximum(cash, 0.0))):
            kept = np.minimum(balance, kept)
            claim = balance - kept
            covered = np.minimum(claim, proceeds)
            received = discount * kept + sale_discount * (covered + recovery * (claim - covered))
            present_value += default_weight * received
            loss += default_weight * (discount * balance - received)
            default_probability += default_weight
        present_value += paying * discount * debt_service
        breach = balance - principal > max_loan_to_value * units * resale_value[k]
        breaches += np.where(breach, paying, 0.0)
        weight, reserve = paying, left
    return present_value, loss, default_probability, breaches


def main():
    inputs = read_inputs(sys.argv[1])
    times = []
    for _ in range(REPEATS):
        started = time.process_time_ns()
        totals = [row.mean() for row in value(*inputs)]
        times.append(time.process_time_ns() - started)
    names = ("mean", "loss", "default_probability", "breaches")
    print(json.dumps({"name": "J2/numpy", "ns_per_item": np.median(times) / (MONTHS * PATHS),
                      **dict(zip(names, totals))}))


main()
