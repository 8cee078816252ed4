#!/usr/bin/env python3
"""Holds what a desk asks beside values against numbers worked out here.

usage: check_desk.py --lien PROGRAM
"""
import argparse
import math
import sys

from desk_books import COSTLY, LEASE, LOAN, MOVING, SECURED
from desk_runs import HOURS, Desk, normal_cdf, path_rows, path_value
from desk_scenarios import (check_few_points, check_levels, check_percentile_of_tail_paths,
                            check_rows_and_horizons)
from desk_vehicles import (check_customers_that_are_gone, check_draws, check_held,
                           check_look_through)


def level_loan(principal, rate, months):
    """Opening balances and the payment of a level loan by month."""
    r = rate / 12
    payment = principal * r / (1 - (1 + r) ** -months)
    opening, owed = [], principal
    for _ in range(months):
        opening.append(owed)
        owed = owed * (1 + r) - payment
    return opening, payment


def check_hazard_path(desk):
    """Survival, expected loss and value of an unsecured loan whose borrower's hazard doubles."""
    points, hazard, recovery, rate = [(6, 0.5), (18, 2.0)], 0.05, 0.4, 0.04
    run = desk.run(f'rates = {{ zero_curve = {rate} }}\n[[party]]\nid = "b"\nhazard = {hazard}\n'
                   f"recovery = {recovery}\n", {"loans.csv": LOAN},
                   path_rows("worse", "party.b.hazard", "relative", points))
    opening, payment = level_loan(1e7, 0.12, 36)
    for scenario, path in (("baseline", [(0, 0.0)]), ("worse", points)):
        alive, loss, value = 1.0, 0.0, 0.0
        for k in range(1, 37):
            survives = alive * math.exp(-hazard * (1 + path_value(path, k)) / 12)
            discount = math.exp(-rate * k / 12)
            claim = opening[k - 1] * (1 - recovery)
            loss += (alive - survives) * claim * discount
            value += (survives * payment + (alive - survives) * opening[k - 1] * recovery) * discount
            alive = survives
        for basis in ("risk_neutral", "real_world"):
            desk.near(f"hazard, {scenario}, {basis}: survival",
                      run.measure("survival_probability", scenario, measure_basis=basis,
                                  horizon_months=0), alive)
            desk.near(f"hazard, {scenario}, {basis}: loss",
                      run.measure("expected_loss", scenario, measure_basis=basis, level="portfolio",
                                  horizon_months=0), loss)
        desk.near(f"hazard, {scenario}: value",
                  run.measure("present_value", scenario, level="portfolio"), value)


def check_forward_path(desk):
    """A loan without risk at forward rates that move from month 12 on."""
    points = [(12, 0.01), (24, 0.03)]
    run = desk.run('rates = { zero_curve = 0.04 }\n[[party]]\nid = "b"\nhazard = 0\nrecovery = 0\n',
                   {"loans.csv": LOAN},
                   path_rows("steeper", "rates.zero_curve", "absolute", points)
                   + "parallel,rates.zero_curve,absolute,,0.02,\n")
    _, payment = level_loan(1e7, 0.12, 36)

    def integral(k, fine=64):  # midpoints; exact where the path is linear between months
        step = 1 / fine
        return sum(path_value(points, m + (i + 0.5) * step) * step / 12
                   for m in range(k) for i in range(fine))

    for scenario, shift in (("baseline", lambda k: 0.0), ("steeper", integral),
                            ("parallel", lambda k: 0.02 * k / 12)):
        value = sum(payment * math.exp(-0.04 * k / 12 - shift(k)) for k in range(1, 37))
        desk.near(f"forwards, {scenario}", run.measure("present_value", scenario,
                                                       level="portfolio"), value)


def check_cost_paths(desk):
    """What a lessor that pays for power loses by a path of its price, and of the whole cost."""
    points, party = [(6, 1.0), (12, 0.5)], '[[party]]\nid = "b"\nhazard = 0\nrecovery = 0\n'
    plain = desk.run(COSTLY + party, {"leases.csv": LEASE},
                     path_rows("dear", "hardware.X.operating_cost", "relative", points))
    power = COSTLY.replace("operating_cost = 0.4", "operating_cost = 0.4\npower_share = 0.25")
    powered = desk.run(power + "[power]\nmean_reversion = 1.0\nvolatility = 0\n"
                       + party, {"leases.csv": LEASE},
                       path_rows("dear", "power.level", "relative", points))
    for name, run, share in (("operating cost", plain, 1.0), ("power", powered, 0.25)):
        lost = sum(10 * HOURS * 0.4 * share * path_value(points, k) * math.exp(-0.03 * k / 12)
                   for k in range(1, 25))
        before = run.measure("present_value", level="portfolio")
        after = run.measure("present_value", "dear", level="portfolio")
        desk.near(f"{name}: lost", before - after, lost, size=abs(before))
    shown = {row["month"]: float(row["mean"])
             for row in powered.rows("paths", scenario="dear", series="power",
                                     measure_basis="real_world")}
    for month in (0, 5, 6, 9, 24):
        desk.near(f"power in month {month}", shown.get(str(month)), 1 + path_value(points, month))


def check_utilization_path(desk):
    """Rented shares follow the path, and a unit is worth what the same path of its rent makes it."""
    points = [(3, -0.1), (24, -0.4)]
    run = desk.run(MOVING, {"loans.csv": SECURED},
                   path_rows("idle", "hardware.X.utilization", "relative", points)
                   + path_rows("cheap", "hardware.X.rental_rate", "relative", points)
                   + path_rows("even", "hardware.X.rental_rate", "relative", points)
                   + path_rows("even", "hardware.X.operating_cost", "relative", points))

    def series(scenario, name):
        return [float(row["mean"]) for row in run.rows("paths", scenario=scenario, series=name,
                                                       measure_basis="real_world")]

    base, idle = series("baseline", "utilization"), series("idle", "utilization")
    for month in range(1, 37):
        factor = 1 + path_value(points, month)
        desk.near(f"utilization in month {month}", idle[month], base[month] * factor)
        # Of an income that shrinks with its cost the value shrinks as much: there is no scrap.
        desk.near(f"even, month {month}", series("even", "resale_value")[month],
                  series("baseline", "resale_value")[month] * factor, tolerance=1e-8)
        desk.near(f"resale value in month {month}", series("idle", "resale_value")[month],
                  series("cheap", "resale_value")[month], tolerance=1e-8)
    desk.that(series("idle", "resale_value")[24] < 0.7 * series("baseline", "resale_value")[24],
              "an idle unit keeps its value")


def check_default_under_way(desk):
    """A borrower that defaulted two months ago: six months' lag leave four to the sale."""
    market = """rates = { zero_curve = 0.04 }
[liquidation]
haircut = 0.1
lag_months = 6
holding_cost = 2
[[hardware]]
id = "X"
rental_rate = 1
resale = { law = "curve", months = [0, 60], values = [1000, 400] }
[[party]]
id = "b"
hazard = 0.05
recovery = 0.4
default_date = 2026-08-01
[[party]]
id = "sound"
hazard = 0
recovery = 0.4
"""
    book = ("id,borrower,hardware,units,principal,outstanding_principal,closing,maturity,coupon,"
            "amortization\n"
            "L,b,X,100,120000,100000,2026-01-01,2029-01-01,0.10,bullet\n"
            "S,sound,X,1,1000,900,2026-01-01,2029-01-01,0.10,bullet\n")
    run = desk.run(market, {"loans.csv": book},
                   settings="[provisions]\nsignificant_increase_ratio = 3\n")
    proceeds = 100 * (1000 - 600 * 4 / 60) * 0.9 - 2 * 100 * 4  # held to the sale, in month 4
    desk.near("value of a claim", run.measure("present_value", level="contract", id="L"),
              math.exp(-0.04 * 4 / 12) * (proceeds + 0.4 * (100000 - proceeds)))
    desk.near("its default", run.measure("probability_of_default", level="contract", id="L",
                                         measure_basis="real_world", horizon_months=0), 1)
    stages = {row["contract"]: row["stage"] for row in run.rows("contracts", scenario="baseline")}
    desk.that(stages == {"L": "3", "S": "1"}, f"stages: {stages}")
    refused = desk.refused(market, {"loans.csv": book},
                           "late,liquidation.lag_stdev_months,level,,3,\n")
    desk.that("in scenario late: has a default_date, which does not go with a drawn lag" in refused,
              f"a drawn lag: {refused}")


def check_percentiles(desk):
    """Rents that are lognormal, and losses against the quantiles of losses.csv."""
    market = ("rates = { zero_curve = 0.03 }\n[frontier]\ndrift = -0.10\nvolatility = 0.30\n"
              "[liquidation]\nhaircut = 0.1\nlag_months = 3\n"
              '[[hardware]]\nid = "X"\nrental_rate = 2.0\nutilization = 0.8\n'
              'operating_cost = 0.1\nresale = { law = "rental_multiple", multiple = 6000 }\n'
              '[[party]]\nid = "b"\nhazard = 0.30\nrecovery = 0.3\n')
    paths = 16384
    run = desk.run(market, {"loans.csv": SECURED}, bases=("real_world",), paths=paths,
                   scenarios="fall,hardware.X.rental_rate,relative,0,0,0.25\n"
                             "fall,hardware.X.rental_rate,relative,18,-0.5,0.25\n"
                             "both,hardware.X.rental_rate,relative,6,-0.3,\n"
                             "both,party.b.hazard,relative,,0.5,\n")
    spread = 0.30 * math.sqrt(1.5)
    expected = normal_cdf((math.log(0.5) + spread * spread / 2) / spread)
    found = run.measure("rental_rate_percentile", "fall", id="X", horizon_months=18)
    error = run.measure("rental_rate_percentile", "fall", column="standard_error", id="X",
                        horizon_months=18)
    desk.near("percentile of the rent", found, expected, size=1,
              tolerance=4.5 * math.sqrt(expected * (1 - expected) / paths))
    desk.that(0.9 < error / math.sqrt(expected * (1 - expected) / paths) < 1.5,
              f"its error: {error}")
    desk.that(run.measure("rental_rate_percentile", "both") is None,
              "a percentile of the rent where the scenario does more")
    desk.near("weight", run.measure("scenario_weight", "fall"), 0.25)
    desk.that(run.measure("scenario_weight", "both") is None, "a weight that is not there")
    for scenario in ("fall", "both"):
        loss = run.measure("expected_loss", scenario, level="portfolio", horizon_months=0)
        share = run.measure("loss_percentile", scenario, horizon_months=0)
        quantiles = [(float(row["confidence"]), float(row["value_at_risk"]))
                     for row in run.rows("losses", scenario="baseline", horizon_months=0)]
        low = max((level for level, value in quantiles if value <= loss), default=0.0)
        high = min((level for level, value in quantiles if value > loss), default=1.0)
        desk.that(0 < low <= share + 1e-12 and share <= high < 1,
                  f"percentile of the loss in {scenario}: {share}, not between {low} and {high}")


def check_price_beside_instruments(desk):
    """A bond has a value and no balance: of both together there is no price."""
    market = 'rates = { zero_curve = 0.03 }\n[[party]]\nid = "b"\nhazard = 0.02\nrecovery = 0.4\n'
    bond = ('[[instrument]]\nid = "B"\nkind = "bond"\nparty = "b"\ncoupon = 0.05\n'
            "expiry = 2029-10-01\nquantity = 1000000\n")
    alone = desk.run(market, {"loans.csv": LOAN})
    both = desk.run(market, {"loans.csv": LOAN, "bonds.toml": bond})
    desk.that(alone.measure("price", level="portfolio") is not None, "a loan without a price")
    desk.that(both.measure("price", level="portfolio") is None, "a price of a loan and a bond")
    desk.near("price of the loan", both.measure("price", level="contract", id="L"),
              alone.measure("price", level="contract", id="L"))


def check_tails_without_a_path_above(desk):
    """Where no path loses more than the value at risk, the error of the shortfall is not known."""
    run = desk.run('rates = { zero_curve = 0.04 }\n[[party]]\nid = "b"\nhazard = 1e-7\n'
                   "recovery = 0\n", {"loans.csv": LOAN}, bases=("real_world",),
                   settings="[results]\nconfidence = [0.99]\n")
    desk.near("shortfall of no default", run.measure("expected_shortfall", horizon_months=0), 0,
              size=1)
    desk.that(run.measure("expected_shortfall", horizon_months=0, column="standard_error") is None,
              "an error of a tail that no path is in")
    sure = desk.run('rates = { zero_curve = 0.04 }\n[[party]]\nid = "b"\nhazard = 0\n'
                    "recovery = 0\n", {"loans.csv": LOAN}, bases=("real_world",),
                    settings="[results]\nconfidence = [0.99]\n")
    desk.near("error where nothing can be lost",
              sure.measure("expected_shortfall", horizon_months=0, column="standard_error"), 0,
              size=1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lien", required=True)
    desk = Desk(parser.parse_args().lien)
    for check in (check_hazard_path, check_forward_path, check_cost_paths, check_utilization_path,
                  check_levels, check_rows_and_horizons, check_default_under_way, check_look_through, check_customers_that_are_gone, check_held,
                  check_draws, check_percentiles, check_percentile_of_tail_paths,
                  check_price_beside_instruments, check_few_points,
                  check_tails_without_a_path_above):
        try:
            check(desk)
        except Exception as error:  # the next check says something of its own
            desk.faults.append(f"{check.__name__}: {type(error).__name__}: {error}")
    for fault in desk.faults[:60]:
        print(fault)
    return 1 if desk.faults else 0


if __name__ == "__main__":
    sys.exit(main())
