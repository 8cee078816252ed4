"""Scenarios: levels of series, rows that are run as vehicles, horizons, percentiles of the tail."""
import math

from desk_books import LEASE, LOAN, MOVING, SECURED
from desk_runs import HOURS, path_rows, path_value


def check_levels(desk):
    """Series that a scenario fixes: as before up to the first month, then the same on every path."""
    rents, shares = [(6, 1.5), (18, 0.9)], [(7, 0.4), (13, 0.6)]
    costs, prices = [(4, 0.5), (10, 0.3)], [(9, 1.2)]
    market = MOVING.replace("operating_cost = 0.4", "operating_cost = 0.4\nidiosyncratic = { "
                            "mean_reversion = 1, volatility = 0.2 }\nsegments = { term = { basis "
                            "= 0.1 } }\noperating_cost_growth = 0.02\npower_share = 0.25"
                            ).replace('law = "income", operator_rate = 0.10',
                                      'law = "rental_multiple", multiple = 6000')
    market += ('[power]\nmean_reversion = 1.0\nvolatility = 0.3\n[[launches]]\nline = "n"\n'
               'law = "exponential"\nmean_years = 0.5\ndrop = { mean = 0.2, stdev = 0.1 }\n'
               'ramp = { law = "exponential", years = 0.5 }\n')
    market = market.replace('id = "X"', 'id = "X"\nline = "n"')
    rows = (path_rows("given", "hardware.X.rental_rate", "level", rents)
            + path_rows("given", "hardware.X.utilization", "level", shares)
            + path_rows("given", "hardware.X.operating_cost", "level", costs)
            + path_rows("given", "power.level", "level", prices))
    secured = SECURED.replace("amortization", "amortization,max_loan_to_value").replace(
        "straight_line", "straight_line,0.9")
    lease = LEASE.replace(",net", ",segment,net").replace(",false", ",term,false")
    run = desk.run(market, {"loans.csv": secured, "leases.csv": lease}, rows)

    def rows_of(scenario, name):
        return run.rows("paths", scenario=scenario, series=name, measure_basis="real_world")

    for name, points, scale in (("rental_rate", rents, 1), ("utilization", shares, 1),
                                ("power", prices, 1), ("resale_value", rents, 6000)):
        before, after = rows_of("baseline", name), rows_of("given", name)
        desk.that(len(after) == len(before) > 24, f"{name}: no rows")
        for old, new in zip(before, after):
            month = int(new["month"])
            if month < points[0][0]:
                desk.that(old["mean"] == new["mean"], f"{name} moved in month {month}")
                continue
            level = scale * path_value(points, month)
            for column in ("mean", "quantile_05", "quantile_50", "quantile_95"):
                wide = 1e-9 if column == "mean" else 1e-3  # of a bin
                desk.near(f"{name}, {column} in month {month}", float(new[column]), level,
                          tolerance=wide)
            desk.that(abs(float(new["stdev"])) <= 1e-6 * level, f"{name} spreads in month {month}")
            desk.that(float(old["stdev"]) > 0.01 * level, f"{name} of the baseline stands still")
    # A lessor's cost, of which a quarter follows power: fixed where both are, from month 9 on.
    still = market.replace("volatility = 0.3", "volatility = 0").replace("hazard = 0.02",
                                                                         "hazard = 0")
    run = desk.run(still, {"leases.csv": lease}, rows)
    lost = 0.0
    for k in range(1, 25):
        cost = path_value(costs, k) if k >= 4 else 0.4 * math.exp(0.02 * k / 12)
        power = 1.2 if k >= 9 else 1.0
        lost += (10 * HOURS * math.exp(-0.03 * k / 12)
                 * (cost * (0.75 + 0.25 * power) - 0.4 * math.exp(0.02 * k / 12)))
    before = run.measure("present_value", level="portfolio")
    after = run.measure("present_value", "given", level="portfolio")
    # The units come back at the end at a rent that is given, whatever they cost to run.
    only_rent = desk.run(still, {"leases.csv": lease},
                         path_rows("given", "hardware.X.rental_rate", "level", rents)
                         ).measure("present_value", "given", level="portfolio")
    desk.near("cost at its levels", only_rent - after, lost, size=abs(before))
    for what, row, said in (
            ("today's level", "given,hardware.X.rental_rate,level,0,2,\n", "must be at least 1"),
            ("both kinds", path_rows("given", "hardware.X.rental_rate", "level", rents)
             + "given,hardware.X.rental_rate,relative,20,-0.1,\n", "of another kind"),
            ("a share of 2", "given,hardware.X.utilization,level,3,2,\n", "is no point of a path"),
            ("a rate", "given,rates.zero_curve,level,3,0.02,\n", "goes with absolute")):
        desk.that(said in desk.refused(market, {"loans.csv": secured}, row), f"{what}: not refused")


ROWS = ("id,borrower,hardware,units,principal,closing,maturity,coupon,amortization,recourse,customer,"
        "contract_share,contract_rate,contract_end,reserve_initial,reserve_target,growth\n"
        "P,b,X,100,1000000,2026-10-01,2029-10-01,0.10,level,none,c,0.5,1.9,2028-10-01,20000,20000,\n"
        "G,b,X,100,1000000,2026-10-01,2029-10-01,0.10,level,none,c,0.5,1.9,2028-10-01,20000,20000,"
        "0.000000000001\n")
SWEPT = """[[vehicle]]
id = "V"
recourse = "none"
borrower = "b"
[[vehicle.lot]]
id = "lot"
hardware = "X"
units = 100
[[vehicle.tranche]]
id = "term"
rank = 1
principal = 1000000
closing = 2026-10-01
maturity = 2029-10-01
coupon = 0.10
frequency = "quarterly"
amortization = "level"
cash_sweep = 0.9
"""


def check_rows_and_horizons(desk):
    """A scenario of a loan reaches a row that is run as a vehicle; a horizon is no payment date."""
    market = MOVING + '[[party]]\nid = "c"\nhazard = 0.02\nrecovery = 0.3\n'
    run = desk.run(market, {"loans.csv": ROWS}, "cheap,loan.*.contract_rate,relative,,-0.4,\n"
                   "dear,loan.*.operating_cost,relative,,0.5,\n".replace(
                       "loan.*.operating_cost", "hardware.X.operating_cost"))
    value = {(r["scenario"], r["contract"]): float(r["expected_loss"])
             for r in run.table("contracts")}
    for scenario in ("baseline", "cheap", "dear"):
        desk.near(f"row and vehicle, {scenario}", value[scenario, "G"], value[scenario, "P"],
                  tolerance=1e-9)
    desk.that(value["cheap", "G"] > 1.01 * value["baseline", "G"], "a row as a vehicle stands still")
    whole = desk.run(MOVING, {"vehicles.toml": SWEPT})
    cut = desk.run(MOVING, {"vehicles.toml": SWEPT}, settings="horizon_months = 8\n")
    for month in (3, 6, 8):
        principal = [float(r.rows("cashflows", contract="V/term", month=month,
                                  measure_basis="real_world")[0]["expected_principal"])
                     for r in (whole, cut)]
        desk.near(f"principal in month {month} before a horizon", principal[1], principal[0], size=1,
                  tolerance=1e-6)
        desk.that((principal[0] > 0) == (month < 8), f"month {month} repays {principal[0]}")


def check_percentile_of_tail_paths(desk):
    """With paths drawn for the tail the middle is still told by plain ones, the tail by the others."""
    market = ("rates = { zero_curve = 0.03 }\n"
              + "".join(f'[[party]]\nid = "b{i}"\nhazard = 0.05\nrecovery = 0.3\n' for i in range(12)))
    book = LOAN.splitlines()[0] + "\n" + "".join(
        LOAN.splitlines()[1].replace("L,b,", f"L{i},b{i},") + "\n" for i in range(12))
    rows = ("mild,party.*.hazard,relative,,0.2,\nharsh,party.*.hazard,relative,,3,\n"
            "beyond,party.*.hazard,relative,,7,\n")
    plain = desk.run(market, {"loans.csv": book}, rows, bases=("real_world",), paths=8192)
    drawn = desk.run(market, {"loans.csv": book}, rows, "importance_sampling = true\n",
                     ("real_world",), 8192)

    def share(run, scenario, column="value"):
        return run.measure("loss_percentile", scenario, column, horizon_months=0)

    desk.that(share(plain, "mild") < 0.95 < share(plain, "harsh"), "the scenarios are no such two")
    for column in ("value", "standard_error"):
        desk.that(share(drawn, "mild", column) == share(plain, "mild", column),
                  f"the middle's {column} by tail paths: {share(drawn, 'mild', column)}, "
                  f"not {share(plain, 'mild', column)}")
    desk.that(share(drawn, "harsh", "standard_error") < 0.5 * share(plain, "harsh", "standard_error"),
              "tail paths place the tail no better")
    joint = math.hypot(share(drawn, "harsh", "standard_error"),
                       share(plain, "harsh", "standard_error"))
    desk.near("the tail's share", share(drawn, "harsh"), share(plain, "harsh"), size=1,
              tolerance=4 * joint)
    desk.that(share(plain, "beyond") == 1 and share(plain, "beyond", "standard_error") is None,
              "an error of a share that no path is above")
    desk.that(1 - 1e-3 < share(drawn, "beyond") < 1
              and 0 < share(drawn, "beyond", "standard_error") < 0.3 * (1 - share(drawn, "beyond")),
              "tail paths do not reach beyond")


def check_few_points(desk):
    """64 points a replicate count 8 defaults of every 64 where 8.005 are due, and show no error."""
    due = 8.005 / 64
    run = desk.run('rates = { zero_curve = 0.03 }\n[[party]]\nid = "b"\nrecovery = 0.3\nhazard = '
                   f"{-math.log(1 - due) / 3!r}\n", {"loans.csv": LOAN},
                   settings='default_method = "sampled"\n', sampling="sobol")
    desk.near("survival", run.measure("survival_probability", measure_basis="risk_neutral",
                                      horizon_months=0), 1 - 8 / 64)
    failed = [row["check"] for row in run.table("checks") if row["passed"] != "true"]
    desk.that(not failed, f"checks failed: {failed}")
