"""Values random contracts by `lien run` and by loan.py and lease.py, on random days, and compares.

usage: check_recomputed.py --lien PROGRAM [--seed N] [--books N]

Every path of such a book is the same: where two programs read docs/model.md alike they agree to
rounding. Another seed gives other contracts; `./check` takes a fixed one.
"""
import argparse
import calendar
import csv
import datetime
import pathlib
import random
import subprocess
import sys
import tempfile

import lease as recomputed_lease
import loan as recomputed

# Days on which a calendar is most likely to be read in two ways.
DAYS = ["2026-09-30", "2024-02-29", "2028-02-28", "2026-01-30", "2026-10-30", "2025-02-28",
        "2026-01-29"]
FIELDS = ["id", "borrower", "principal", "closing", "maturity", "frequency", "day_count",
          "amortization", "balloon", "coupon", "margin", "current_rate", "floor", "cap",
          "interest_only_months", "closing_fee", "original_issue_discount", "held", "quoted_price",
          "outstanding_principal"]
LEASE_FIELDS = ["id", "lessee", "hardware", "units", "purchase_price", "start", "end", "frequency",
                "rent", "rent_timing", "rent_growth", "net", "deposit", "guaranteed_residual",
                "residual_guarantor", "end_option", "option_price", "return_cost", "quoted_price"]
CONTRACTS = 50


def some_day(chance, first, last):
    day = first + datetime.timedelta(chance.randrange((last - first).days + 1))
    if chance.random() < 0.3:
        day = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day


def some_loan(chance, number, today):
    while True:
        closing = today
        if chance.random() < 0.8:
            closing = some_day(chance, today - datetime.timedelta(1500), today)
        life = chance.choice([10, 100, 2000])
        maturity = some_day(chance, today + datetime.timedelta(1), today + datetime.timedelta(life))
        if closing <= today < maturity and (maturity - closing).days > 60:
            break
    loan = {"id": f"L{number}", "borrower": "p", "closing": closing, "maturity": maturity,
            "principal": 1e6 * chance.randint(1, 50),
            "frequency": chance.choice(list(recomputed.MONTHS)),
            "day_count": chance.choice(["act/360", "act/365", "30/360"]),
            "amortization": chance.choice(["level", "straight_line", "bullet", "balloon"])}
    if loan["amortization"] == "balloon":
        loan["balloon"] = chance.choice([0.3, 0.75])
    if chance.random() < 0.6:
        loan["coupon"] = chance.choice([0.08, 0.115, 0.25])
    else:
        loan.update(margin=chance.choice([0.03, 0.06]), current_rate=chance.choice([0.08, 0.1]))
        for name, value in (("floor", 0.04), ("cap", 0.06)):
            if chance.random() < 0.3:
                loan[name] = value
    months = (maturity.year - closing.year) * 12 + maturity.month - closing.month
    if months > 3 and chance.random() < 0.3:
        loan["interest_only_months"] = chance.randrange(months - 1)
    for name, values in (("closing_fee", [0.01]), ("original_issue_discount", [0.02]),
                         ("held", [0.1, 0.5]), ("quoted_price", [0.9, 1.05])):
        if chance.random() < 0.3:
            loan[name] = chance.choice(values)
    if chance.random() < 0.25:
        loan["outstanding_principal"] = round(loan["principal"] * chance.uniform(0.5, 1), 2)
    return loan


def some_lease(chance, number, today):
    start = today
    if chance.random() < 0.8:
        start = some_day(chance, today - datetime.timedelta(700), today + datetime.timedelta(90))
    end = some_day(chance, max(start, today) + datetime.timedelta(100),
                   max(start, today) + datetime.timedelta(1200))
    lease = {"id": f"R{number}", "lessee": "p", "hardware": "X", "units": chance.randint(1, 40),
             "purchase_price": chance.choice([20000, 30000]), "start": start, "end": end,
             "frequency": chance.choice(["monthly", "quarterly"]),
             "rent_timing": chance.choice(["advance", "arrears"]),
             "end_option": chance.choice(
                 ["none", "fair_market_value", "fixed_price", "one_dollar"]),
             "net": chance.choice([True, False])}
    lease["rent"] = lease["units"] * chance.choice([600, 1500]) * recomputed.MONTHS[
        lease["frequency"]]
    if lease["end_option"] == "fixed_price":
        lease["option_price"] = lease["units"] * chance.choice([4000, 20000])
    if lease["end_option"] == "none" and chance.random() < 0.5:
        lease["guaranteed_residual"] = lease["units"] * chance.choice([5000, 20000])
        lease["residual_guarantor"] = "g"
    for name, value in (("rent_growth", 0.1), ("return_cost", 300), ("quoted_price", 0.95),
                        ("deposit", 500 * lease["units"])):
        if chance.random() < 0.3:
            lease[name] = value
    return lease


def some_hardware(chance):
    return {"value": 16000, "cost": 0.25, "lag": chance.choice([0, 4]),
            "haircut": chance.choice([0.0, 0.3]), "fixed_cost": chance.choice([0, 2000]),
            "holding_cost": chance.choice([0, 60])}


def some_market(chance):
    return recomputed.Market(
        [0.25, 1, 2, 5], [chance.choice([0.01, 0.05]), 0.03, 0.05, chance.choice([0.02, 0.09])],
        [1, 3], [chance.choice([0.001, 0.02, 0.3]), chance.choice([0.05, 1.0])],
        chance.choice([1.0, 2.1]), chance.choice([0.0, 0.35, 0.9]), chance.choice([0.0, 0.015]))


def write_table(path, fields, contracts):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        writer.writerows({name: str(value).lower() if isinstance(value, bool) else value
                          for name, value in contract.items()} for contract in contracts)


def write_book(folder, loans, leases, market, hardware, today):
    (folder / "market.toml").write_text(f"""currency = "USD"
[rates]
zero_curve = {{ years = {market.years}, rates = {market.rates} }}
liquidity_spread = {market.spread}
[[party]]
id = "p"
hazard = {{ years = {market.hazard_years}, rates = {market.hazards} }}
recovery = {market.recovery}
risk_neutral_ratio = {market.ratio}
[[party]]
id = "g"
hazard = {{ years = [1], rates = [0] }}
recovery = 0
[[hardware]]
id = "X"
rental_rate = 2
operating_cost = {hardware["cost"]}
resale = {{ law = "rental_multiple", multiple = 8000 }}
[liquidation]
lag_months = {hardware["lag"]}
haircut = {hardware["haircut"]}
fixed_cost = {hardware["fixed_cost"]}
holding_cost = {hardware["holding_cost"]}
""", encoding="utf-8")
    (folder / "run.toml").write_text(f"""name = "recomputed"
valuation_date = {today}
market = "market.toml"
book = ["loans.csv", "leases.csv"]
[simulation]
paths = 64
sampling = "philox"
[results]
contract_months = true
[capital]
approach = "irb"
""", encoding="utf-8")
    write_table(folder / "loans.csv", FIELDS, loans)
    write_table(folder / "leases.csv", LEASE_FIELDS, leases)


def rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Comparison:
    """What the program says otherwise, and how many numbers were compared."""

    def __init__(self, today):
        self.today, self.faults, self.compared = today, [], 0

    def add(self, what, value, text, tolerance, contract):
        self.compared += 1
        if not text or not abs(float(text) - value) <= tolerance:
            self.faults.append(
                f"{self.today} {what}: expected {value!r}, got {text!r} of {contract}")

    def add_measures(self, expected, found, contract):
        for key, value in expected.items():
            # The program searches rates between -99 and 1000 % a year, continuous up to 2.39.
            if key[1] in ("yield", "discount_margin") and not -0.9 < value < 2.3:
                continue
            self.add(key, value, found.get((contract["id"], *key)), 1e-9 * max(abs(value), 1e-2),
                     contract)

    def add_loan(self, loan, market, found, flows):
        if recomputed.merges_a_floor(loan, self.today):  # told as inexact by the document
            return
        expected, months = recomputed.measures(loan, market, self.today)
        self.add_measures(expected, found, loan)
        for basis, k, flow in months:
            row = flows.get((loan["id"], basis, str(k)))
            for name, value in flow.items():
                if name == "expected_interest" and loan.get("margin") is not None:
                    continue  # off by the days between where two payments meet in a month
                self.add((basis, name, k), value, row[name] if row else "0",
                         1e-12 * loan["principal"], loan)


def check_book(program, chance, folder, comparison):
    today = comparison.today
    loans = [some_loan(chance, i, today) for i in range(CONTRACTS)]
    leases = [some_lease(chance, i, today) for i in range(CONTRACTS)]
    market, hardware = some_market(chance), some_hardware(chance)
    write_book(folder, loans, leases, market, hardware, today)
    done = subprocess.run([program, "run", folder / "run.toml", "--out", folder / "out"],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        comparison.faults.append(f"{today}: lien run ended with {done.returncode}: {done.stderr}")
        return
    found = {(row["id"], row["measure_basis"], row["measure"], row["horizon_months"]): row["value"]
             for row in rows(folder / "out/measures.csv") if row["level"] == "contract"}
    flows = {(row["contract"], row["measure_basis"], row["month"]): row
             for row in rows(folder / "out/cashflows.csv")}
    for loan in loans:
        comparison.add_loan(loan, market, found, flows)
    for lease in leases:
        comparison.add_measures(
            recomputed_lease.measures(lease, market, hardware, today), found, lease)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lien", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--books", type=int, default=10)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    faults, compared = [], 0
    for book in range(arguments.books):
        today = datetime.date.fromisoformat(DAYS[book % len(DAYS)]) if book % 2 == 0 else some_day(
            chance, datetime.date(2024, 1, 1), datetime.date(2028, 1, 1))
        comparison = Comparison(today)
        with tempfile.TemporaryDirectory() as folder:
            check_book(pathlib.Path(arguments.lien).resolve(), chance, pathlib.Path(folder),
                       comparison)
        faults += comparison.faults
        compared += comparison.compared
    print("\n".join(faults[:40]))
    print(f"{arguments.books * CONTRACTS} loans and as many leases, {compared} numbers, "
          f"{len(faults)} faults")
    sys.exit(1 if faults or compared == 0 else 0)


if __name__ == "__main__":
    main()
