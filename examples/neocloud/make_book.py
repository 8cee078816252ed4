#!/usr/bin/env python3
"""Writes loans.csv and leases.csv beside this file: the same bytes every time.

The book is made up. Its terms lie in the ranges that public deals show (README.md): margins of 2.25 to 9.6 %, 60 to
90 % of cost advanced, 3 to 6 years, contracts near the market of the day they were signed. A loan is drawn again until
the cash flow of its accelerators carries it: coverage of 1.2 to 1.8 expected today for most, a tail of weak ones.

Over 400 lines on purpose: whoever doubts the book reads how it was made from top to bottom.
Only random.Random(seed).random() is used: other draws of the module differ between versions of Python.
"""
import csv
import datetime
import math
import os
import random

VALUATION = datetime.date(2026, 9, 30)
SEED = 20260930
LOAN_COUNT = 1000
LEASE_COUNT = 400
HOURS = 730
RENT_DECLINE = 0.21  # a year: mean path of rents under market.toml, launches included
UTILIZATION = 0.80  # mean utilization of hours not under contract, market.toml
OPERATOR_RATE = 0.14  # market.toml
LIFE_MONTHS = 96  # market.toml
SWAP_RATE = 0.0360  # flat stand-in for the forward rates of market.toml
RUNNING_RATE = 0.0398  # three-month rate of the periods that run today: quarterly rate of the curve at 0.0395

# By accelerator: today's rent and cost (market.toml); price range per accelerator with its share of network and plant
# (A100 used; H100 300,000 to 350,000 a node of eight; GB300 about 71,550); first closing; units of one system; share of
# the book; and what a one-year contract paid by date (README.md).
HARDWARE = {
    "A100": dict(rent=1.10, cost=0.21, price=(9000, 14000), first="2024-06-01", system=8, weight=0.08,
                 history=[("2024-06-01", 1.29), ("2026-09-30", 1.10)]),
    "H100": dict(rent=2.60, cost=0.36, price=(31000, 43750), first="2024-06-01", system=8, weight=0.34,
                 history=[("2024-02-15", 2.85), ("2024-10-22", 2.00), ("2025-10-15", 1.70), ("2026-03-31", 2.35),
                          ("2026-06-26", 2.65), ("2026-09-30", 2.60)]),
    "H200": dict(rent=3.43, cost=0.36, price=(34000, 46000), first="2024-10-01", system=8, weight=0.20,
                 history=[("2025-01-01", 3.16), ("2025-10-15", 2.24), ("2026-03-20", 2.63), ("2026-04-15", 3.45),
                          ("2026-09-30", 3.43)]),
    "B200": dict(rent=5.00, cost=0.51, price=(48000, 60000), first="2025-03-01", system=8, weight=0.20,
                 history=[("2025-02-15", 3.20), ("2025-09-15", 2.80), ("2026-05-29", 5.30), ("2026-09-30", 5.00)]),
    "GB300": dict(rent=6.28, cost=0.57, price=(64000, 76000), first="2025-11-18", system=72, weight=0.18,
                  history=[("2025-09-15", 3.52), ("2026-05-29", 6.66), ("2026-09-30", 6.28)]),
}
BORROWERS = [("coreweave", 0.24), ("lambda", 0.18), ("crusoe", 0.16), ("nebius", 0.14), ("iren", 0.12),
             ("fluidstack", 0.08), ("xai", 0.05), ("cohere", 0.03)]
CUSTOMERS = [("openai", 0.25), ("microsoft", 0.19), ("meta", 0.16), ("anthropic", 0.13), ("google", 0.09),
             ("oracle", 0.06), ("xai", 0.05), ("cohere", 0.04), ("nvidia", 0.03)]
LESSEES = [("openai", 0.12), ("anthropic", 0.12), ("xai", 0.14), ("cohere", 0.12), ("lambda", 0.14), ("crusoe", 0.10),
           ("nebius", 0.08), ("iren", 0.06), ("fluidstack", 0.06), ("meta", 0.03), ("oracle", 0.03)]
INVESTMENT_GRADE = {"microsoft", "meta", "google", "oracle", "nvidia"}

LOAN_COLUMNS = """id borrower hardware units in_service purchase_price principal outstanding_principal closing maturity
coupon margin floor current_rate frequency day_count amortization balloon interest_only_months closing_fee recourse
customer contract_share contract_rate contract_start contract_end relet_months operating_cost reserve_initial
reserve_target min_debt_service_coverage_ratio max_loan_to_value held quoted_price""".split()
LEASE_COLUMNS = """id lessee hardware units purchase_price start end frequency rent rent_timing rent_growth net
guaranteed_residual residual_guarantor end_option option_price return_cost""".split()


class Draw:
    """Uniform draws and what is made of them."""

    def __init__(self, seed):
        self.next = random.Random(seed).random

    def between(self, low, high):
        return low + (high - low) * self.next()

    def whole(self, low, high):
        return low + int((high - low + 1) * self.next())

    def chance(self, probability):
        return self.next() < probability

    def weighted(self, pairs):
        mark = self.next() * sum(weight for _, weight in pairs)
        for item, weight in pairs:
            mark -= weight
            if mark < 0:
                return item
        return pairs[-1][0]


def date(text):
    return datetime.date(*(int(part) for part in text.split("-")))


def last_day(year, month):
    return (datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)).day


def add_months(day, months):
    """Same day or the last of a shorter month; a month end stays a month end."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    end = last_day(year, month)
    at_end = day.day == last_day(day.year, day.month)
    return datetime.date(year, month, end if at_end else min(day.day, end))


def months_between(start, end):
    return (end.year - start.year) * 12 + end.month - start.month


def draw_day(draw, first):
    """A closing date: month ends and mid-month are common, and some loans close today."""
    if draw.chance(0.02):
        return VALUATION
    month = add_months(first.replace(day=1), draw.whole(0, months_between(first, VALUATION)))
    kind = draw.next()
    if kind < 0.40:
        day = last_day(month.year, month.month)
    elif kind < 0.60:
        day = 15
    else:
        day = draw.whole(1, last_day(month.year, month.month))
    return min(max(month.replace(day=day), first), VALUATION)


def market_rent(hardware, day):
    """One-year contract rate on the day: linear between the points known, flat outside."""
    points = [(date(text).toordinal(), value) for text, value in HARDWARE[hardware]["history"]]
    x = day.toordinal()
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]


def expected_rent(hardware, months):
    return HARDWARE[hardware]["rent"] * math.exp(-RENT_DECLINE * months / 12)


def resale_value(hardware, months_left):
    """Income value of one unit today on the mean path: near the strip that the program computes."""
    value = 0.0
    for month in range(1, months_left + 1):
        margin = UTILIZATION * expected_rent(hardware, month) - HARDWARE[hardware]["cost"]
        value += HOURS * max(margin, 0.0) * math.exp(-OPERATOR_RATE * month / 12)
    return 0.92 * value + 300


def units_drawn(draw, hardware, low, high):
    system = HARDWARE[hardware]["system"]
    units = math.exp(draw.between(math.log(low), math.log(high)))
    return max(1, round(units / system)) * system


def rounded(value, step):
    return int(round(value / step) * step)


def hardware_drawn(draw):
    return draw.weighted([(name, terms["weight"]) for name, terms in HARDWARE.items()])


def schedule(loan):
    """Balance after each month since closing, and the debt service of each month."""
    every = 3 if loan["frequency"] == "quarterly" else 1
    rate = loan["all_in_rate"] * every / 12
    free = loan["interest_only_months"]
    count = (loan["tenor"] - free) // every
    final = loan["principal"] * (loan["balloon"] if loan["amortization"] == "balloon" else 0.0)
    if loan["amortization"] == "bullet":
        final = loan["principal"]
    growth = (1 + rate) ** count
    level = rate * (loan["principal"] * growth - final) / (growth - 1)
    balance, balances, services = loan["principal"], [], []
    for month in range(1, loan["tenor"] + 1):
        if month % every:
            balances.append(balance)
            services.append(0.0)
            continue
        interest = rate * balance
        if month <= free:
            principal = 0.0
        elif loan["amortization"] == "straight_line":
            principal = loan["principal"] / count
        elif loan["amortization"] == "bullet":
            principal = 0.0
        else:
            principal = level - interest
        if month == loan["tenor"]:
            principal = balance
        balance = max(balance - principal, 0.0)
        balances.append(balance)
        services.append(interest + principal)
    return balances, services


def cash_flow(loan, month):
    """Expected cash of the accelerators in a month from today, before debt service."""
    terms = HARDWARE[loan["hardware"]]
    if month <= months_between(VALUATION, loan["in_service"]):
        return 0.0
    share, rate = 0.0, 0.0
    if loan["customer"] and month <= months_between(VALUATION, loan["contract_end"]):
        share, rate = loan["contract_share"], loan["contract_rate"]
    spot = UTILIZATION * expected_rent(loan["hardware"], month)
    cost = (loan["operating_cost"] or terms["cost"]) * math.exp(0.025 * month / 12)
    return HOURS * loan["units"] * (share * rate + (1 - share) * spot - cost)


def coverage(loan):
    """Coverage expected from today to maturity, and in the worst year. A balloon is left out: it is refinanced."""
    age = loan["age"]
    services = schedule(loan)[1][age:]
    if loan["amortization"] == "balloon":
        services[-1] = services[-4 if loan["frequency"] == "quarterly" else -2]
    cash = [cash_flow(loan, month) for month in range(1, len(services) + 1)]
    worst = min(sum(cash[i:i + 12]) / max(sum(services[i:i + 12]), 1.0) for i in range(0, max(1, len(cash) - 11)))
    return sum(cash) / sum(services), worst


def draw_rate(draw, loan, low, high):
    """Fixed or floating; the all-in rate is what the sizing uses."""
    margin = draw.between(low, high)
    loan.update(coupon=None, margin=None, floor=None, current_rate=None)
    if draw.chance(0.45):
        loan["coupon"] = round((margin + SWAP_RATE) * 2000) / 2000
        loan["all_in_rate"] = loan["coupon"]
        return
    loan["margin"] = round(margin * 800) / 800
    loan["all_in_rate"] = loan["margin"] + SWAP_RATE
    floor = draw.next()
    loan["floor"] = 0.0 if floor < 0.40 else 0.01 if floor < 0.55 else 0.02 if floor < 0.62 else None
    if loan["closing"] < VALUATION:
        loan["current_rate"] = round(loan["margin"] + RUNNING_RATE, 4)


def blank_loan():
    loan = dict.fromkeys(LOAN_COLUMNS)
    loan.update(interest_only_months=0, balloon=0.0, customer=None)
    return loan


def draw_term(draw, loan, tenors):
    loan["frequency"] = "monthly" if draw.chance(0.45) else "quarterly"
    loan["tenor"] = draw.weighted([(tenor, 1.0) for tenor in tenors])
    loan["age"] = months_between(loan["closing"], VALUATION)
    loan["maturity"] = add_months(loan["closing"], loan["tenor"])


def draw_unsecured(draw):
    """A claim on the company: near the 9.625 % of unsecured notes, or a margin for the better names."""
    loan = blank_loan()
    loan["borrower"] = draw.weighted([("coreweave", 0.3), ("oracle", 0.2), ("nebius", 0.15), ("xai", 0.15),
                                      ("crusoe", 0.1), ("iren", 0.1)])
    loan["closing"] = draw_day(draw, date("2024-06-01"))
    draw_term(draw, loan, [36, 48, 60, 72])
    strong = loan["borrower"] == "oracle"
    draw_rate(draw, loan, 0.0225 if strong else 0.0500, 0.0300 if strong else 0.0700)
    loan["principal"] = rounded(math.exp(draw.between(math.log(5e6), math.log(150e6))), 1e6)
    loan["amortization"] = "bullet" if draw.chance(0.7) else "straight_line"
    loan["recourse"] = "full"
    return loan


def draw_lot(draw, loan, name):
    terms = HARDWARE[name]
    loan["hardware"] = name
    loan["closing"] = draw_day(draw, date(terms["first"]))
    loan["units"] = units_drawn(draw, name, terms["system"] * (1 if name == "GB300" else 8), 9000)
    loan["purchase_price"] = rounded(draw.between(*terms["price"]), 250)
    loan["in_service"] = loan["closing"]
    if name in ("A100", "H100") and draw.chance(0.5):  # refinanced: in service for a year or two
        loan["in_service"] = add_months(loan["closing"], -draw.whole(6, 24 if name == "A100" else 12))


def draw_contract(draw, loan, likely):
    if not draw.chance(likely):
        return
    loan["customer"] = draw.weighted([pair for pair in CUSTOMERS if pair[0] != loan["borrower"]])
    strong = loan["customer"] in INVESTMENT_GRADE
    market = market_rent(loan["hardware"], loan["closing"])
    loan["contract_rate"] = round(market * draw.between(0.82 if strong else 0.92, 1.02 if strong else 1.15), 2)
    loan["contract_share"] = 1.0 if draw.chance(0.35) else round(draw.between(0.5, 0.98), 2)
    months = loan["tenor"]
    kind = draw.next()
    if kind > 0.85:
        months += 3 * draw.whole(1, 4)
    elif kind > 0.60 and months - loan["age"] > 18:
        months -= 3 * draw.whole(1, 4)
    loan["contract_end"] = add_months(loan["closing"], months)
    if draw.chance(0.1):
        loan["contract_start"] = max(loan["in_service"], loan["closing"])
    if draw.chance(0.5):
        loan["relet_months"] = draw.whole(1, 6)


def margin_range(loan):
    """Margins of the deals: 2.25 on the contracts of the best names, 4 to 6.5 else, 9.62 for the oldest and weakest."""
    if loan["customer"] in INVESTMENT_GRADE:
        return 0.0225, 0.0450
    if loan["customer"]:
        return 0.0400, 0.0650
    return 0.0550, 0.0962


def draw_secured(draw, name, ring_fenced):
    loan = blank_loan()
    draw_lot(draw, loan, name)
    if not ring_fenced or draw.chance(0.4):
        loan["borrower"] = draw.weighted(BORROWERS)
    loan["recourse"] = "none" if ring_fenced else "full"
    draw_term(draw, loan, [36, 42, 48, 54, 60, 66, 72])
    draw_contract(draw, loan, 0.92 if ring_fenced else 0.60)
    draw_rate(draw, loan, *margin_range(loan))
    cost = loan["units"] * loan["purchase_price"]
    loan["principal"] = rounded(cost * draw.between(0.60, 0.90), 10000)
    kind = draw.next()
    loan["amortization"] = "level" if kind < 0.55 else "straight_line"
    if not ring_fenced and kind > 0.80:
        loan["amortization"] = "balloon"
        loan["balloon"] = round(draw.between(0.10, 0.30), 2)
    if draw.chance(0.2):
        loan["interest_only_months"] = 3 * draw.whole(1, 4)
    if not ring_fenced and loan["closing"] > date("2026-06-30") and draw.chance(0.3):  # delivered after closing
        loan["in_service"] = date("2026-12-31") if draw.chance(0.5) else date("2026-11-15")
        loan["interest_only_months"] = 6
        loan["contract_start"] = loan["in_service"] if loan["customer"] else None
    if draw.chance(0.15):
        loan["operating_cost"] = round(HARDWARE[loan["hardware"]]["cost"] * draw.between(0.8, 1.2), 2)
    return loan


def running(loan):
    return loan["closing"] <= VALUATION and loan["maturity"] >= add_months(VALUATION, 6)


def accepted(loan, weak):
    """Is the loan of the wanted strength? Spot revenue wants more room than a contract."""
    if not running(loan):
        return False
    mean, worst = coverage(loan)
    room = 0.0 if loan["customer"] and loan["contract_share"] > 0.85 else 0.15
    if weak:
        return 0.90 <= mean < 1.15
    return 1.20 + room <= mean <= 1.80 + room and worst >= 1.08 + room


def finish_secured(draw, loan, ring_fenced):
    """Reserves and tests, in months of today's debt service."""
    balances, services = schedule(loan)
    ahead = services[loan["age"]:loan["age"] + 12]
    monthly = sum(ahead) / len(ahead)
    quarterly = loan["frequency"] == "quarterly"
    if ring_fenced:
        # Cash is kept up to the target only: a quarterly payer needs three months of debt service and a margin.
        months = draw.between(4.5, 7.5) if quarterly else draw.between(2.0, 5.0)
        loan["reserve_target"] = rounded(monthly * months, 1000)
        loan["reserve_initial"] = loan["reserve_target"]
        if draw.chance(0.15):
            loan["reserve_initial"] = rounded(loan["reserve_target"] * draw.between(0.75, 0.95), 1000)
    elif draw.chance(0.25):
        loan["reserve_target"] = rounded(monthly * 3, 1000)
        loan["reserve_initial"] = loan["reserve_target"]
    # The test looks at one month, so a quarterly payer would fail it in every payment month.
    if not quarterly and draw.chance(0.75):
        loan["min_debt_service_coverage_ratio"] = draw.weighted([(1.05, 0.2), (1.10, 0.3), (1.15, 0.35), (1.20, 0.15)])
    left = LIFE_MONTHS - max(months_between(loan["in_service"], VALUATION), 0)
    owed = balances[loan["age"] - 1] if loan["age"] else loan["principal"]
    today = owed / (loan["units"] * resale_value(loan["hardware"], left))
    limit = draw.weighted([(0.75, 0.2), (0.80, 0.4), (0.85, 0.2), (0.90, 0.2)])
    if draw.chance(0.40) and today < limit - 0.03:
        loan["max_loan_to_value"] = limit


def draw_loan(draw, number):
    kind = draw.next()
    if kind < 0.04:
        loan = draw_unsecured(draw)
        while not running(loan):
            loan = draw_unsecured(draw)
    else:
        ring_fenced, weak, name = kind > 0.44, draw.chance(0.08), hardware_drawn(draw)
        loan = draw_secured(draw, name, ring_fenced)
        while not accepted(loan, weak):
            loan = draw_secured(draw, name, ring_fenced)
        finish_secured(draw, loan, ring_fenced)
    loan["id"] = "L-%04d" % number
    if draw.chance(0.7):
        loan["closing_fee"] = round(draw.between(0.005, 0.020) * 2000) / 2000
    if draw.chance(0.25):
        loan["day_count"] = draw.weighted([("act/360", 0.5), ("act/365", 0.2), ("30/360", 0.3)])
    if loan["principal"] > 100e6 and draw.chance(0.8):
        loan["held"] = draw.weighted([(0.10, 0.3), (0.20, 0.3), (0.25, 0.2), (0.50, 0.2)])
    if draw.chance(0.05):
        loan["quoted_price"] = round(draw.between(0.89, 1.01), 4)
    return loan


def draw_lease(draw, number):
    lease = dict.fromkeys(LEASE_COLUMNS)
    name = hardware_drawn(draw)
    terms = HARDWARE[name]
    start, term = VALUATION, 0
    while add_months(start, term) < add_months(VALUATION, 6):
        start, term = draw_day(draw, date(terms["first"])), draw.weighted([(36, 0.4), (48, 0.35), (60, 0.25)])
    units = units_drawn(draw, name, terms["system"], 4000)
    price = rounded(draw.between(*terms["price"]), 250)
    cost = units * price
    every = 3 if draw.chance(0.3) else 1
    timing = "advance" if draw.chance(0.6) else "arrears"
    option = draw.weighted([("fair_market_value", 0.45), ("fixed_price", 0.2), ("one_dollar", 0.2), ("none", 0.15)])
    share = {"one_dollar": 0.0, "fixed_price": draw.between(0.10, 0.20)}.get(option, draw.between(0.05, 0.15))
    rate = draw.between(0.09, 0.16) * every / 12
    count = term // every
    discount = (1 + rate) ** -count
    rent = rate * cost * (1 - share * discount) / (1 - discount)
    if timing == "advance":
        rent /= 1 + rate
    growth = draw.weighted([(None, 0.85), (0.02, 0.1), (-0.05, 0.05)])
    if growth:  # the first year's rent for about the same sum over the term
        rent /= 1 + growth * (term / 12 - 1) / 2
    net = draw.chance(0.85)
    if not net:
        rent += every * HOURS * units * terms["cost"]
    lease.update(id="R-%04d" % number, lessee=draw.weighted(LESSEES), hardware=name, units=units, purchase_price=price,
                 start=start, end=add_months(start, term), frequency="quarterly" if every == 3 else "monthly",
                 rent=rounded(rent, 100), rent_timing=timing, rent_growth=growth, net="true" if net else "false",
                 end_option=option)
    if option == "fixed_price":
        lease["option_price"] = rounded(cost * share, 1000)
    if option in ("fair_market_value", "none") and draw.chance(0.35):
        lease["guaranteed_residual"] = rounded(cost * share, 1000)
        if draw.chance(0.4):
            lease["residual_guarantor"] = "nvidia"
    if option != "one_dollar" and draw.chance(0.6):
        lease["return_cost"] = draw.weighted([(150, 0.4), (250, 0.4), (400, 0.2)])
    return lease


def cell(value):
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float):
        return format(value, ".10g")
    return str(value)


def write(path, columns, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows([cell(row[column]) for column in columns] for row in rows)


def tape_row(loan):
    """Blank where the default says the same."""
    row = dict(loan)
    row["interest_only_months"] = loan["interest_only_months"] or None
    row["balloon"] = loan["balloon"] or None
    if loan["in_service"] == loan["closing"]:
        row["in_service"] = None
    return row


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    draw = Draw(SEED)
    loans = [draw_loan(draw, number) for number in range(1, LOAN_COUNT + 1)]
    leases = [draw_lease(draw, number) for number in range(1, LEASE_COUNT + 1)]
    write(os.path.join(folder, "loans.csv"), LOAN_COLUMNS, [tape_row(loan) for loan in loans])
    write(os.path.join(folder, "leases.csv"), LEASE_COLUMNS, leases)


if __name__ == "__main__":
    main()
