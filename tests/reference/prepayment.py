#!/usr/bin/python3
"""Reference numbers of tests/validation/prepayment: a borrower of constant hazard that prepays at
one of three dates where the short rate is low enough, by trapezoids over its state at the first two.

usage: prepayment.py
"""
from math import erfc, exp, log1p, pi, sqrt

RATE, REVERSION, VOLATILITY = 0.04, 0.08, 0.012  # flat curve, Hull-White
HAZARD, RECOVERY, RATIO, LIQUIDITY = 0.03, 0.4, 1.5, 0.01
COUPON, SPREAD = 0.079, 0.004
DATES = (0.5, 1.0, 1.5)
MATURITY = 2.0


def normal(x):
    return erfc(-x / sqrt(2)) / 2


def integral_variance(t):
    e = exp(-REVERSION * t)
    return (VOLATILITY / REVERSION) ** 2 * (t - 2 * (1 - e) / REVERSION
                                            + (1 - e * e) / (2 * REVERSION))


def boundary(t):
    """State of the short rate under which the borrower goes: all that is owed is due at maturity."""
    life = MATURITY - t
    base = RATE - (integral_variance(life) - integral_variance(MATURITY)
                   + integral_variance(t)) / (2 * life)
    own = 2 * log1p(COUPON / 2)
    margin = (1 - RECOVERY) * RATIO * HAZARD + LIQUIDITY
    loading = (1 - exp(-REVERSION * life)) / (REVERSION * life)
    return (own - margin - SPREAD - base) / loading


def main():
    bounds = [boundary(t) for t in DATES]
    decay = exp(-REVERSION / 2)
    step = VOLATILITY * sqrt((1 - decay * decay) / (2 * REVERSION))
    top = 9 * step * sqrt(3)
    cells = 2000

    def density(x, mean):
        return exp(-((x - mean) / step) ** 2 / 2) / (step * sqrt(2 * pi))

    def over(low, f):
        width = (top - low) / cells
        return width * sum((0.5 if i in (0, cells) else 1) * f(low + i * width)
                           for i in range(cells + 1))

    stays = [1.0, 1 - normal(bounds[0] / step)]
    stays.append(over(bounds[0], lambda x: density(x, 0) * normal((decay * x - bounds[1]) / step)))
    stays.append(over(bounds[0], lambda x: density(x, 0) * over(
        bounds[1], lambda y: density(y, decay * x) * normal((decay * y - bounds[2]) / step))))
    gone = sum(exp(-HAZARD * t) * (stays[i] - stays[i + 1]) for i, t in enumerate(DATES))
    print("prepayment_probability", repr(gone))
    # Defaults while the loan is the book's: by month, of those who have not gone.
    defaulted = sum((exp(-HAZARD * i / 2) - exp(-HAZARD * (i + 1) / 2)) * stays[i]
                    for i in range(4))
    print("probability_of_default", repr(defaulted))


if __name__ == "__main__":
    main()
