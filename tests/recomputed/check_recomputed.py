"""Values random loans by `lien run` and by loan.py, on random days, and compares every number.

usage: check_recomputed.py --lien PROGRAM [--seed N] [--books N]

Every path of such a book is the same: where two programs read docs/model.md alike they agree to
rounding. Another seed gives other loans; `./check` takes a fixed one.
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

import loan as recomputed

# Days on which a calendar is most likely to be read in two ways.
DAYS = ["2026-09-30", "2024-02-29", "2028-02-28", "2026-01-30", "2026-10-30", "2025-02-28",
        "2026-01-29"]
FIELDS = ["id", "borrower", "principal", "closing", "maturity", "frequency", "day_count",
          "amortization", "balloon", "coupon", "margin", "current_rate", "floor", "cap",
          "interest_only_months", "closing_fee", "original_issue_discount", "held", "quoted_price",
          "outstanding_principal"]
LOANS = 50


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


def some_market(chance):
    return recomputed.Market(
        [0.25, 1, 2, 5], [chance.choice([0.01, 0.05]), 0.03, 0.05, chance.choice([0.02, 0.09])],
        [1, 3], [chance.choice([0.001, 0.02, 0.3]), chance.choice([0.05, 1.0])],
        chance.choice([1.0, 2.1]), chance.choice([0.0, 0.35, 0.9]), chance.choice([0.0, 0.015]))


def write_book(folder, loans, market, today):
    (folder / "market.toml").write_text(f"""currency = "USD"
[rates]
zero_curve = {{ years = {market.years}, rates = {market.rates} }}
liquidity_spread = {market.spread}
[[party]]
id = "p"
hazard = {{ years = {market.hazard_years}, rates = {market.hazards} }}
recovery = {market.recovery}
risk_neutral_ratio = {market.ratio}
""", encoding="utf-8")
    (folder / "run.toml").write_text(f"""name = "recomputed"
valuation_date = {today}
market = "market.toml"
book = ["loans.csv"]
[simulation]
paths = 64
sampling = "philox"
[results]
contract_months = true
[capital]
approach = "irb"
""", encoding="utf-8")
    with open(folder / "loans.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(loans)


def rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def faults_of(loan, market, today, found, flows):
    """What the program says otherwise than loan.py; and how many numbers were compared."""
    expected, months = recomputed.measures(loan, market, today)
    faults, compared = [], 0
    if recomputed.merges_a_floor(loan, today):  # told as inexact by the document
        return faults, compared

    def compare(what, value, text, tolerance):
        nonlocal compared
        compared += 1
        if text is None or text == "" or not abs(float(text) - value) <= tolerance:
            faults.append(f"{today} {what}: expected {value!r}, got {text!r} of {loan}")
    for key, value in expected.items():
        # The program searches rates between -99 and 1000 % a year, continuous up to 2.39.
        if key[1] in ("yield", "discount_margin") and not -0.9 < value < 2.3:
            continue
        compare(key, value, found.get((loan["id"], *key)), 1e-7 * max(abs(value), 1e-3))
    for basis, k, flow in months:
        row = flows.get((loan["id"], basis, str(k)))
        for name, value in flow.items():
            if name == "expected_interest" and loan.get("margin") is not None:
                continue  # off by the days between where two payments meet in a month
            compare((basis, name, k), value, row[name] if row else "0",
                    1e-8 * loan["principal"] + 1e-6)
    return faults, compared


def check_book(program, chance, today, folder):
    loans, market = [some_loan(chance, i, today) for i in range(LOANS)], some_market(chance)
    write_book(folder, loans, market, today)
    done = subprocess.run([program, "run", folder / "run.toml", "--out", folder / "out"],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        return [f"{today}: lien run ended with {done.returncode}: {done.stderr}"], 0
    found = {(row["id"], row["measure_basis"], row["measure"], row["horizon_months"]): row["value"]
             for row in rows(folder / "out/measures.csv") if row["level"] == "contract"}
    flows = {(row["contract"], row["measure_basis"], row["month"]): row
             for row in rows(folder / "out/cashflows.csv")}
    faults, compared = [], 0
    for loan in loans:
        some, count = faults_of(loan, market, today, found, flows)
        faults += some
        compared += count
    return faults, compared


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
        with tempfile.TemporaryDirectory() as folder:
            some, count = check_book(pathlib.Path(arguments.lien).resolve(), chance, today,
                                     pathlib.Path(folder))
        faults += some
        compared += count
    print("\n".join(faults[:40]))
    print(f"{arguments.books * LOANS} loans, {compared} numbers, {len(faults)} faults")
    sys.exit(1 if faults or compared == 0 else 0)


if __name__ == "__main__":
    main()
