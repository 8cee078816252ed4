#!/usr/bin/python3
"""Survival and losses under the credit factor, for tests/validation/credit. Needs numpy.

Months are steps of the density of survivors over scarcity chi and credit z, with the exact bivariate
normal density of a month as the kernel, in the factors' own coordinates: trapezoid sums with a spacing
of 0.77 conditional standard deviations, 7.5 standard deviations wide. A party's own noise is such a
factor of its own. Hazards are not fitted: ln h = ln(curve) - b chi - b_c z + eps.
"""
import math

import numpy as np

MONTHS, DT = 24, 1 / 12
KAPPA, SIGMA = 0.9, 0.40  # scarcity
K_C, RHO = 0.5, 0.7       # credit, and its correlation with scarcity
RATE, MULTIPLE, HAIRCUT = 0.04, 1.25, 0.25
erfc = np.vectorize(math.erfc)


def decayed(k, t):
    return (1 - math.exp(-k * t)) / k


class Density:
    """Deviations of two factors from 0: mean reversions, volatilities, correlation of the shocks."""

    def __init__(self, ks, vols, rho, months):
        step = [[(rho if i != j else 1) * vols[i] * vols[j] * decayed(ks[i] + ks[j], DT)
                 for j in range(2)] for i in range(2)]
        determinant = step[0][0] * step[1][1] - step[0][1] ** 2
        narrow = math.sqrt(1 - rho * rho) * 0.77
        axes = []
        for i in range(2):
            end = 7.5 * vols[i] * math.sqrt(decayed(2 * ks[i], months * DT))
            half = math.ceil(end / (narrow * math.sqrt(step[i][i])))
            axes.append(np.linspace(-end, end, 2 * half + 1))
        self.x, self.z = (a.ravel() for a in np.meshgrid(*axes, indexing="ij"))
        cell = (axes[0][1] - axes[0][0]) * (axes[1][1] - axes[1][0])
        scale = cell / (2 * math.pi * math.sqrt(determinant))

        def kernel(ex, ez):
            q = step[1][1] * ex * ex - 2 * step[0][1] * ex * ez + step[0][0] * ez * ez
            return scale * np.exp(-q / (2 * determinant))

        decay = [math.exp(-k * DT) for k in ks]
        self.start = kernel(self.x, self.z)
        self.move = kernel(self.x[:, None] - decay[0] * self.x[None, :],
                           self.z[:, None] - decay[1] * self.z[None, :])

    def run(self, hazard, lost=None):
        """(survival, sum of lost(k, x, default mass of month k)), hazard(x, z) a year."""
        zero = np.zeros(1)
        kept = np.exp(-DT * hazard(zero, zero))
        sum_lost = lost(1, zero, 1 - kept) if lost else 0.0
        mass = self.start * kept
        for k in range(2, MONTHS + 1):
            kept = np.exp(-DT * hazard(self.x, self.z))
            if lost:
                sum_lost += lost(k, self.x, mass * (1 - kept))
            mass = mass * kept
            if k < MONTHS:
                mass = self.move @ mass
        return mass.sum(), sum_lost


def loss(k, x, defaults):
    """Of a claim of 1 on a unit worth 1.25 e^chi less the haircut, chi a month after x."""
    share = (1 - HAIRCUT) * MULTIPLE
    mean = math.exp(-KAPPA * DT) * x
    s = SIGMA * math.sqrt(decayed(2 * KAPPA, DT))
    d = (-math.log(share) - mean) / s
    cdf = lambda v: erfc(-v / math.sqrt(2)) / 2
    put = cdf(d) - share * np.exp(mean + s * s / 2) * cdf(d - s)
    return math.exp(-RATE * k * DT) * (defaults * put).sum()


def main():
    plane = Density((KAPPA, K_C), (SIGMA, math.sqrt(2 * K_C)), RHO, MONTHS)
    survival, lost = plane.run(lambda x, z: 0.06 * np.exp(-1.5 * z), loss)
    print(f"survival_probability,by_credit,24,,{survival:.16g},standard_error")
    print(f"expected_loss,L,24,,{lost:.16g},tail")
    survival, _ = plane.run(lambda x, z: 0.08 * np.exp(-0.8 * x - z))
    print(f"survival_probability,by_both,24,,{survival:.16g},standard_error")
    own = Density((1.5, 1.0), (math.sqrt(3) * 1.2, 1.0), 0, MONTHS)
    survival, _ = own.run(lambda x, z: 0.07 * np.exp(x))
    print(f"survival_probability,by_noise,24,,{survival:.16g},standard_error")
    print(f"survival_probability,fitted,24,,{math.exp(-0.10):.16g},standard_error")
    print(f"factor_covariance,credit/credit,1,,{2 * K_C * decayed(2 * K_C, DT):.16g},exact")
    covariance = RHO * SIGMA * math.sqrt(2 * K_C) * decayed(KAPPA + K_C, DT)
    print(f"factor_covariance,scarcity/credit,1,,{covariance:.16g},exact")
    covariance = 0.2 * 0.18 * math.sqrt(2 * K_C) * decayed(K_C, DT)
    print(f"factor_covariance,frontier/credit,1,,{covariance:.16g},exact")


main()
