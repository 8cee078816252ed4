"""Vehicles: whom they hang on, parts of them held, what is still to be drawn."""
import math

VEHICLE = """[[vehicle]]
id = "V"
recourse = "none"
borrower = "b"
[[vehicle.lot]]
id = "one"
hardware = "X"
units = 100
in_service = 2026-10-01
purchase_price = 30000
[[vehicle.lot]]
id = "two"
hardware = "Y"
units = 100
in_service = 2026-10-01
purchase_price = 10000
[[vehicle.offtake]]
id = "first"
customer = "c"
lots = ["one"]
rental_rate = 3.0
end = 2029-10-01
[[vehicle.offtake]]
id = "second"
customer = "d"
lots = ["two"]
rental_rate = 1.0
end = 2029-10-01
[[vehicle.tranche]]
id = "senior"
rank = 1
principal = 1500000
closing = 2026-10-01
maturity = 2029-10-01
coupon = 0.10
amortization = "level"
held = HELD
[[vehicle.tranche]]
id = "junior"
rank = 2
principal = 500000
closing = 2026-10-01
maturity = 2029-10-01
coupon = 0.14
amortization = "level"
held = HELD
[[vehicle.guarantee]]
id = "promise"
kind = "payment"
guarantor = "g"
covers = ["senior"]
share = 0.8
cap = 900000
"""
LOOKED = """rates = { zero_curve = 0.03 }
[scarcity]
mean_reversion = 0.9
volatility = 0.8
[liquidation]
haircut = 0.1
lag_months = 3
[[hardware]]
id = "X"
vendor = "maker"
rental_rate = 2.0
utilization = 0.8
operating_cost = 0.4
resale = { law = "rental_multiple", multiple = 6000 }
[[hardware]]
id = "Y"
rental_rate = 1.0
utilization = 0.8
operating_cost = 0.4
resale = { law = "rental_multiple", multiple = 6000 }
[[party]]
id = "b"
hazard = 0.02
recovery = 0.3
group = "family"
[[party]]
id = "c"
hazard = 0.10
recovery = 0.3
group = "family"
[[party]]
id = "d"
hazard = 0.10
recovery = 0.3
[[party]]
id = "g"
hazard = 0.01
recovery = 0.3
[[party]]
id = "maker"
hazard = 0.01
recovery = 0.3
"""


def check_look_through(desk):
    tape = ("id,borrower,hardware,units,principal,closing,maturity,coupon,amortization,customer,"
            "contract_share,contract_rate,contract_end\n"
            "T,d,X,10,100000,2026-10-01,2029-10-01,0.10,level,c,0.5,2.0,2029-10-01\n")
    run = desk.run(LOOKED, {"vehicles.toml": VEHICLE.replace("HELD", "0.5"), "loans.csv": tape},
                   settings="[results]\nlook_through = true\n", bases=("real_world",), paths=4096)
    senior, junior, loan = 750000.0, 250000.0, 100000.0
    vehicle = senior + junior
    rent = 3.0 / 4.0  # the first customer's part of the contracted rent
    # cap of 900,000 on 1,500,000 owed: 0.6 of it, under the share of 0.8
    expected = {
        "party": {"b": {"borrower": vehicle}, "c": {"customer": rent * vehicle + loan},
                  "d": {"borrower": loan, "customer": vehicle / 4},
                  "g": {"guarantor": 0.6 * senior},
                  "maker": {"vendor": 0.75 * vehicle + loan}},
        "group": {"family": {"borrower": vehicle, "customer": rent * vehicle + loan},
                  "d": {"borrower": loan, "customer": vehicle / 4},
                  "g": {"guarantor": 0.6 * senior},
                  "maker": {"vendor": 0.75 * vehicle + loan}}}
    whole = {"b": vehicle, "c": rent * vehicle + loan, "d": loan + vehicle / 4, "g": 0.6 * senior,
             "maker": 0.75 * vehicle + loan, "family": vehicle + loan}
    for level, parties in expected.items():
        for party, roles in parties.items():
            for role in ("borrower", "customer", "guarantor", "vendor"):
                found = run.measure(f"{role}_exposure", level=level, id=party)
                if role in roles:
                    desk.near(f"{role} {party}, {level}", found, roles[role])
                else:
                    desk.that(found is None, f"{role} {party}, {level}: {found}")
            desk.near(f"any role, {party}, {level}",
                      run.measure("look_through_exposure", level=level, id=party), whole[party])
    parts = run.rows("contributions", by="customer", horizon_months=0, confidence=0.99)
    desk.that({row["id"] for row in parts} == {"c", "c+d"}, f"customers: {parts}")
    desk.near("parts by customer",
              sum(float(row["expected_shortfall_contribution"]) for row in parts),
              run.measure("expected_shortfall", level="portfolio", horizon_months=0,
                          confidence=0.99))


def check_customers_that_are_gone(desk):
    """A contract that has ended, and one that a scenario cancels, hang on nobody."""
    tape = ("id,borrower,hardware,units,principal,outstanding_principal,closing,maturity,coupon,"
            "amortization,customer,contract_share,contract_rate,contract_end\n"
            "T,d,X,10,100000,90000,2026-01-01,2029-10-01,0.10,bullet,c,0.5,2.0,2026-09-01\n")
    run = desk.run(LOOKED, {"vehicles.toml": VEHICLE.replace("HELD", "0.5"), "loans.csv": tape},
                   scenarios="alone,vehicle.V.offtake.second,cancel,,,\n",
                   settings="[results]\nlook_through = true\n", bases=("real_world",))
    for scenario, of_c, of_d in (("baseline", 750000.0, 250000.0), ("alone", 1e6, None)):
        found = [run.measure("customer_exposure", scenario, level="party", id=party)
                 for party in ("c", "d")]
        desk.near(f"customer c, {scenario}", found[0], of_c)
        if of_d is None:
            desk.that(found[1] is None, f"customer d, {scenario}: {found[1]}")
        else:
            desk.near(f"customer d, {scenario}", found[1], of_d)


def check_held(desk):
    """A book that holds a tenth of every tranche has a tenth of every sum of money."""
    settings = ("[results]\nlook_through = true\n[provisions]\nsignificant_increase_ratio = 3\n"
                '[capital]\napproach = "irb"\n')
    runs = [desk.run(LOOKED, {"vehicles.toml": VEHICLE.replace("HELD", held)}, settings=settings)
            for held in ("1", "0.1")]
    money = {"present_value", "expected_loss", "ecl_12m", "ecl_lifetime", "capital_requirement",
             "outstanding_principal", "payment_due", "value_at_risk", "expected_shortfall",
             "expected_shortfall_contribution", "exposure_at_default", "borrower_exposure",
             "customer_exposure", "guarantor_exposure", "vendor_exposure", "look_through_exposure"}
    # The whole vehicle's: its equity, and what its guarantees and hedges are worth to it.
    whole = {"equity_value", "guarantee_value", "hedge_value", "factor_covariance"}

    def by_key(run):
        columns = ("measure_basis", "level", "id", "measure", "horizon_months", "confidence")
        return {tuple(row[c] for c in columns): row for row in run.table("measures")}

    all_of_it, tenth = map(by_key, runs)
    desk.that(all_of_it.keys() == tenth.keys(), "held: other rows")
    told = set()
    for key, row in all_of_it.items():
        told.add(key[3])
        factor = 0.1 if key[3] in money else 1.0
        if key[3] in whole or key not in tenth:
            continue
        for column in ("value", "standard_error"):
            a, b = row[column], tenth[key][column]
            desk.that((a == "") == (b == ""), f"held: {key}, {column}: {a!r} and {b!r}")
            if a and b:
                desk.near(f"held: {key}, {column}", float(b), factor * float(a),
                          size=max(abs(float(a)), 1e-6), tolerance=1e-6)
    desk.that(money - told <= {"payment_due"}, f"held: not told {money - told}")
    for table, columns in (("cashflows", ("scheduled_interest", "scheduled_principal",
                                          "outstanding_principal", "expected_principal",
                                          "expected_recovery")),
                           ("contributions", ("expected_shortfall_contribution",)),
                           ("losses", ("value_at_risk", "expected_shortfall"))):
        for a, b in zip(runs[0].table(table), runs[1].table(table)):
            for column in columns:
                if a[column]:
                    desk.near(f"held: {table} {column}", float(b[column]), 0.1 * float(a[column]),
                              size=max(abs(float(a[column])), 1.0), tolerance=1e-6)


DRAWN = """[[vehicle]]
id = "NAME"
recourse = "full"
borrower = "PARTY"
[[vehicle.lot]]
id = "one"
hardware = "X"
units = 100
in_service = 2026-10-01
purchase_price = 30000
[[vehicle.lot]]
id = "two"
hardware = "X"
units = 100
in_service = 2027-07-01
purchase_price = 30000
[[vehicle.tranche]]
id = "term"
rank = 1
commitment = 2000000
outstanding_principal = 800000
closing = 2026-07-01
maturity = 2029-10-01
coupon = 0.10
amortization = "bullet"
held = 0.5
draw = [{ date = 2027-01-01, amount = 300000 }, { lots = ["two"], amount = 600000 }]
draw_end = 2028-01-01
"""


def check_draws(desk):
    """Two vehicles draw while their borrowers live; one of these is not likely to."""
    vehicles = (DRAWN.replace("NAME", "V").replace("PARTY", "b")
                + DRAWN.replace("NAME", "W").replace("PARTY", "frail"))
    paths = 16384
    run = desk.run(LOOKED + '[[party]]\nid = "frail"\nhazard = 6\nrecovery = 0.3\n',
                   {"vehicles.toml": vehicles}, paths=paths,
                   scenarios="everyone,vehicle.*.tranche.*,draw,2,,\n"
                             "one,vehicle.V.tranche.term,draw,2,,\n"
                             "stop,vehicle.V.tranche.*,cancel,6,,\n"
                             "never,vehicle.*.tranche.term,cancel,,,\n")

    def row(scenario, who, month, basis="real_world"):
        found = run.rows("paths", scenario=scenario, series="draw", id=who, month=month,
                         measure_basis=basis)
        return {key: float(found[0][key]) for key in ("mean", "standard_error", "quantile_05",
                                                      "quantile_95")} if found else None

    rest = 2000000 - 800000 - 900000  # what no draw asks for
    schedule = {3: 150000.0, 9: 300000.0}
    early = {2: 0.5 * (300000 + 600000 + rest)}
    for scenario, draws in (("baseline", {"V": schedule, "W": schedule}),
                            ("everyone", {"V": early, "W": early}),
                            ("one", {"V": early, "W": schedule}),
                            ("stop", {"V": {3: 150000.0}, "W": schedule}),
                            ("never", {"V": {}, "W": {}})):
        for who, hazard in (("V", 0.02), ("W", 6.0)):
            for month in range(0, 13):
                drawn = draws[who].get(month, 0.0)
                alive = math.exp(-hazard * month / 12)
                found = row(scenario, who, month)
                if not draws[who]:  # nothing is to be drawn: no series
                    desk.that(found is None, f"draw, {scenario} {who}: {found}")
                    continue
                spread = drawn * math.sqrt(alive * (1 - alive) / paths)
                desk.near(f"draw, {scenario} {who} {month}", found["mean"], drawn * alive, size=1,
                          tolerance=4.5 * spread + 1e-6)
                for level, quantile in ((0.05, "quantile_05"), (0.95, "quantile_95")):
                    if abs((1 - alive) - level) < 0.01:
                        continue
                    desk.near(f"draw, {scenario} {who} {month}, {quantile}", found[quantile],
                              drawn if 1 - alive < level else 0.0, size=1, tolerance=1e-6)
        for month in (2, 3, 9):
            whole = row(scenario, "portfolio", month)
            if not any(draws.values()):
                desk.that(whole is None, f"draw, {scenario}, book: {whole}")
                continue
            desk.near(f"draw, {scenario}, book {month}", whole["mean"],
                      sum(row(scenario, who, month)["mean"] for who in "VW"), size=1e5)
    # What is lent is lent out of the value: by survival on both bases.
    flows = {int(r["month"]): float(r["expected_principal"])
             for r in run.rows("cashflows", scenario="baseline", contract="V/term",
                               measure_basis="real_world")}
    for month, amount in schedule.items():
        desk.near(f"draw in cashflows.csv, {month}", flows[month],
                  -amount * math.exp(-0.02 * month / 12), tolerance=1e-9)
