#!/usr/bin/python3
"""J1 (see j1.hpp) in NumPy, vectorised over blocks of paths. Prints one JSON line a generator."""
import json
import time

import numpy as np

PATHS, MONTHS, BLOCK, DT = 100_000, 60, 10_000, 1.0 / 12.0
SPEED = np.array([1.2, 0.8, 0.5])
MEAN = np.log([2.0, 1.1, 0.6])
VOLATILITY = np.array([0.45, 0.40, 0.35])
START = np.log([2.4, 1.3, 0.8])
CORRELATION = np.array([[1.0, 0.6, 0.4], [0.6, 1.0, 0.5], [0.4, 0.5, 1.0]])
RENT_WEIGHT = np.array([1.0, 0.8, 0.5])
END_WEIGHT = np.array([12.0, 10.0, 8.0])


def simulate(generator):
    decay = np.exp(-SPEED * DT)[:, None]
    shift = (1.0 - decay) * MEAN[:, None]
    both = SPEED[:, None] + SPEED[None, :]
    covariance = CORRELATION * np.outer(VOLATILITY, VOLATILITY) * -np.expm1(-both * DT) / both
    mixing = np.linalg.cholesky(covariance)
    incomes, payoffs = [], []
    for _ in range(0, PATHS, BLOCK):
        x = np.repeat(START[:, None], BLOCK, axis=1)
        income = np.zeros(BLOCK)
        normal = np.empty((3, BLOCK))
        for _ in range(MONTHS):
            generator.standard_normal(out=normal)
            x *= decay
            x += shift
            x += mixing @ normal
            price = np.exp(x)
            income += RENT_WEIGHT @ price
            income -= 1.2
        collateral = np.maximum(0.0, 0.6 * income) + END_WEIGHT @ price
        incomes.append(income)
        payoffs.append(np.minimum(110.0, collateral))
    return np.concatenate(incomes), np.concatenate(payoffs)


def main():
    for name, bits in (("sfc64", np.random.SFC64), ("pcg64", np.random.PCG64)):
        generator = np.random.Generator(bits(20260933))
        started = time.process_time_ns()
        income, payoff = simulate(generator)
        nanoseconds = time.process_time_ns() - started
        print(json.dumps({
            "name": f"J1/numpy_{name}",
            "ns_per_item": nanoseconds / (PATHS * MONTHS * 3),
            "mean": payoff.mean(),
            "standard_error": payoff.std(ddof=1) / PATHS**0.5,
            "income_mean": income.mean(),
            "income_standard_error": income.std(ddof=1) / PATHS**0.5,
        }))


main()
