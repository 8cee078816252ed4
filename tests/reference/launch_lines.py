#!/usr/bin/env python3
"""Expected rents under two product lines, for tests/validation/launch_lines.

Line `own`: gamma gaps of shape 3, as three exponential phases, the last launch 0.7 years ago; the
phases passed since follow from that age. E[exp(-q X_h)] solves p' = p Q(t), where the way out of
the last phase is weighted by g(h - t), g(s) = exp(-q m F(s) + (q s_L F(s))^2 / 2), F Bass. Line
`rival`: Poisson with a linear ramp, ln E = rate x int (g - 1). Lines are independent, drops under
way are known, so a rent's mean is a product. Plain Python, Runge-Kutta and Simpson: no renewal
equation and no incomplete gamma function, which is what the program uses.
"""
import datetime
import math

TODAY = datetime.date(2026, 10, 1)


def bass(s, p=0.4, q=3.0):
    e = math.exp(-(p + q) * s)
    return (1 - e) / (1 + q / p * e)


def linear(s, years=0.8):
    return min(s / years, 1.0)


def effect(q, mean, stdev, share):
    return math.exp(-q * mean * share + (q * stdev * share) ** 2 / 2)


def gamma_line(q, h, steps, shape=3, mean_years=1.4, age=0.7, mean=0.25, stdev=0.08):
    rate = shape / mean_years
    p = [(age * rate) ** i / math.factorial(i) for i in range(shape)]
    p = [x / sum(p) for x in p]

    def slope(at, t):
        d = [-rate * x for x in at]
        for i in range(1, shape):
            d[i] += rate * at[i - 1]
        d[0] += rate * at[-1] * effect(q, mean, stdev, bass(h - t))
        return d

    def plus(at, d, dt):
        return [x + dt * y for x, y in zip(at, d)]

    dt = h / steps
    for n in range(steps):
        t = n * dt
        a = slope(p, t)
        b = slope(plus(p, a, dt / 2), t + dt / 2)
        c = slope(plus(p, b, dt / 2), t + dt / 2)
        d = slope(plus(p, c, dt), t + dt)
        p = [x + dt / 6 * (i + 2 * j + 2 * k + m) for x, i, j, k, m in zip(p, a, b, c, d)]
    return sum(p)


def simpson(f, a, b, n):
    w = (b - a) / n
    return w / 3 * sum((1 if i in (0, n) else 4 if i % 2 else 2) * f(a + i * w)
                       for i in range(n + 1))


def poisson_line(q, h, mean_years=1.7, hazard_premium=0.25, mean=0.20, stdev=0.06, premium=0.3,
                 years=0.8):
    drop = mean + premium * stdev
    g = lambda s: effect(q, drop, stdev, linear(s)) - 1
    kink = min(h, years)
    integral = simpson(g, 0, kink, 2000) + (simpson(g, kink, h, 2) if h > kink else 0)
    return math.exp((1 + hazard_premium) / mean_years * integral)


def under_way(past, ramp, h):
    total = 0
    for date, drop in past:
        age = (TODAY - date).days / 365.25
        total += drop * (ramp(age + h) - ramp(age))
    return total


OWN_PAST = [(datetime.date(2026, 1, 18), 0.25), (datetime.date(2025, 8, 1), 0.2)]
RIVAL_PAST = [(datetime.date(2026, 6, 1), 0.15)]


def rent(own, rival, h, steps=4000):
    return (gamma_line(own, h, steps) * poisson_line(rival, h) *
            math.exp(-own * under_way(OWN_PAST, bass, h) - rival * under_way(RIVAL_PAST, linear, h)))


if __name__ == "__main__":
    for name, own, rival in (("incumbent", 1.0, 0.4), ("rival", 0.5, 1.3)):
        for year in (2027, 2028, 2031):
            h = year - 2026.0
            print(f"forward_value,{name}-{year},{12 * (year - 2026)},,{rent(own, rival, h):.12g},"
                  "standard_error")
