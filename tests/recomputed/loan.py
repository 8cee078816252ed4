"""What docs/model.md says of a loan without collateral, written from that document alone.

Nothing of the engine is used or was read for it: deterministic hazards and curves make every number
a sum, so that two programs by two readers of one document must agree to rounding.
"""
import calendar
import dataclasses
import datetime
import math
from statistics import NormalDist

MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}
NORMAL = NormalDist()


def ends_month(day):
    return day.day == calendar.monthrange(day.year, day.month)[1]


def add_months(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, length if ends_month(day) else min(day.day, length))


class Grid:
    """Months of a run from the valuation date on."""

    def __init__(self, today):
        self.today = today

    def month(self, day):
        k = max(0, (day.year - self.today.year) * 12 + day.month - self.today.month - 1)
        while add_months(self.today, k) < day:
            k += 1
        return k

    def time(self, day):
        if day <= self.today:
            return 0.0
        k = self.month(day)
        before, after = add_months(self.today, k - 1), add_months(self.today, k)
        return (k - 1 + (day - before).days / (after - before).days) / 12

    def booked(self, day, closing):
        """Month of a payment: see "payments on a later day of the month than the grid's"."""
        def day_of_month(date):
            return 31 if ends_month(date) else date.day
        k = self.month(day)
        steps = (day.year - closing.year) * 12 + day.month - closing.month
        late = day_of_month(closing) > day_of_month(self.today)
        return k + (late and add_months(self.today, k) == day == add_months(closing, steps))


def accrual(start, end, day_count):
    if day_count != "30/360":
        return (end - start).days / (360 if day_count == "act/360" else 365)
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return ((end.year - start.year) * 360 + (end.month - start.month) * 30 + last - first) / 360


@dataclasses.dataclass
class Market:
    """One party's hazards, the curve and what fair values pay besides."""
    years: list
    rates: list
    hazard_years: list
    hazards: list
    ratio: float  # risk-neutral over real-world
    recovery: float
    spread: float

    def discount(self, time):
        knots = list(zip(self.years, self.rates))
        rate = knots[0][1] if time <= knots[0][0] else knots[-1][1]
        for (left, low), (right, high) in zip(knots, knots[1:]):
            if left < time <= right:
                rate = low + (high - low) * (time - left) / (right - left)
        return math.exp(-rate * time)

    def survival(self, month, neutral):
        time, past, total = month / 12, 0.0, 0.0
        for year, hazard in zip(self.hazard_years, self.hazards):
            total += hazard * max(0.0, min(year, time) - past)
            past = max(past, min(year, time))
        total += self.hazards[-1] * max(0.0, time - past)
        return math.exp(-total * (self.ratio if neutral else 1.0))


def root(function, low, high):
    rises = function(high) > 0
    for _ in range(70):
        middle = (low + high) / 2
        low, high = (low, middle) if (function(middle) > 0) == rises else (middle, high)
    return (low + high) / 2


def repay(loan, balance, periods, shares):
    """Interest and principal of each period, repaying from `balance`."""
    free = add_months(loan["closing"], loan.get("interest_only_months") or 0)
    repays = [end > free for _, end in periods]
    kind = loan["amortization"]
    left = min((loan.get("balloon") or 0.0) * loan["principal"], balance)

    # What is owed at the end if nothing is paid, and what one paid each time takes off it.
    owed, taken = balance, 0.0
    for share, pays in zip(shares, repays):
        owed += owed * share * pays
        taken += taken * share + pays
    level = (owed - (left if kind == "balloon" else 0.0)) / max(1, taken)
    part = balance / max(1, sum(repays))
    flows, owed = [], balance
    for i, share in enumerate(shares):
        interest = owed * share
        principal = {"bullet": 0.0, "straight_line": part}.get(kind, level - interest)
        if not repays[i]:
            principal = 0.0
        if i + 1 == len(shares):
            principal = owed
        flows.append((interest, principal))
        owed -= principal
    return flows


def payment_days(loan):
    step, days = MONTHS[loan["frequency"]], [loan["closing"]]
    while days[-1] < loan["maturity"]:
        days.append(min(add_months(loan["closing"], step * len(days)), loan["maturity"]))
    return days


def schedule(loan, market, grid):
    """Balance today, interest accrued on it, and what is to come: [(day, interest, principal)]."""
    days = payment_days(loan)
    periods = list(zip(days, days[1:]))

    def share(start, end):
        """Interest on 1 of principal."""
        years = accrual(start, end, loan["day_count"])
        if loan.get("margin") is None:
            return loan["coupon"] * years
        if start <= grid.today:
            return loan["current_rate"] * years
        forward = market.discount(grid.time(start)) / market.discount(grid.time(end)) - 1
        if loan.get("floor") is not None:
            forward = max(forward, loan["floor"] * years)
        if loan.get("cap") is not None:
            forward = min(forward, loan["cap"] * years)
        return forward + loan["margin"] * years
    past = sum(end <= grid.today for _, end in periods)
    balance = loan.get("outstanding_principal")
    if balance is None:
        history = [(loan["current_rate"] if loan.get("margin") is not None else loan["coupon"]) *
                   accrual(*period, loan["day_count"]) for period in periods]
        balance = loan["principal"] - sum(
            principal for _, principal in repay(loan, loan["principal"], periods, history)[:past])
    rest = periods[past:]
    accrued = 0.0
    if rest[0][0] < grid.today:
        whole = accrual(*rest[0], loan["day_count"])
        gone = accrual(rest[0][0], grid.today, loan["day_count"])
        accrued = balance * share(*rest[0]) * gone / whole
    return balance, accrued, [(end, *flow) for (_, end), flow in
                              zip(rest, repay(loan, balance, rest, [share(*p) for p in rest]))]


def merges_a_floor(loan, today):
    """Two floating payments with a floor or cap in one month: "near", says docs/model.md."""
    if loan.get("floor") is None and loan.get("cap") is None:
        return False
    grid = Grid(today)
    months = [grid.booked(day, loan["closing"]) for day in payment_days(loan)[1:] if day > today]
    return len(set(months)) < len(months)


def capital(probability, months, given_default, maturity):
    """Capital by internal ratings, of an exposure of 1 (Basel CRE31.5)."""
    probability = max(1 - (1 - probability) ** (12 / months) if months < 12 else probability, 5e-4)
    weight = (1 - math.exp(-50 * probability)) / (1 - math.exp(-50))
    rho = 0.12 * weight + 0.24 * (1 - weight)
    slope = (0.11852 - 0.05478 * math.log(probability)) ** 2
    stressed = NORMAL.cdf((NORMAL.inv_cdf(probability) + math.sqrt(rho) * NORMAL.inv_cdf(0.999)) /
                          math.sqrt(1 - rho))
    return given_default * (stressed - probability) * \
        (1 + (min(max(maturity, 1), 5) - 2.5) * slope) / (1 - 1.5 * slope)


def measures(loan, market, today):
    """{(basis, measure, horizon): value} of the part held; and the months' flows."""
    grid = Grid(today)
    balance, accrued, flows = schedule(loan, market, grid)
    held, lost = loan.get("held") or 1.0, 1 - market.recovery
    booked = [(grid.booked(day, loan["closing"]), grid.time(day), interest, principal)
              for day, interest, principal in flows]
    last = booked[-1][0]
    owed = [balance]
    for k in range(1, last + 1):
        owed.append(owed[-1] - sum(flow[3] for flow in booked if flow[0] == k))
    fee = ((loan.get("closing_fee") or 0) + (loan.get("original_issue_discount") or 0)) * \
        loan["principal"]
    due = [(time, interest + principal) for _, time, interest, principal in booked]

    def worth(discount, amount):
        return lambda rate: sum(money * discount(time, rate) for time, money in due) - amount
    out, months = {}, []
    for neutral, basis in ((True, "risk_neutral"), (False, "real_world")):
        alive = [market.survival(k, neutral) for k in range(last + 1)]
        fails = [0.0] + [alive[k - 1] - alive[k] for k in range(1, last + 1)]

        def add(name, horizon, value, basis=basis):
            out[basis, name, horizon] = value
        for horizon, end in (("12", min(12, last)), ("0", last)):
            add("expected_loss", horizon, held * sum(
                lost * owed[k - 1] * market.discount(k / 12) * fails[k] for k in range(1, end + 1)))
            add("probability_of_default", horizon, 1 - alive[end])
        add("exposure_at_default", "0", held * sum(
            owed[k - 1] * fails[k] for k in range(1, last + 1)) / (1 - alive[last]))
        add("loss_given_default", "0", lost)
        for k in range(1, last + 1):
            interest = held * sum(flow[2] for flow in booked if flow[0] == k)
            principal = held * sum(flow[3] for flow in booked if flow[0] == k)
            months.append((basis, k, {
                "scheduled_interest": interest, "scheduled_principal": principal,
                "outstanding_principal": held * owed[k],
                "expected_interest": interest * alive[k],
                "expected_principal": principal * alive[k],
                "expected_recovery": held * market.recovery * owed[k - 1] * fails[k]}))
        if neutral:
            value = sum(money * market.discount(time) * math.exp(-market.spread * time) * alive[k]
                        for (k, *_), (time, money) in zip(booked, due))
            value += sum(market.recovery * owed[k - 1] * fails[k] * market.discount(k / 12) *
                         math.exp(-market.spread * k / 12) for k in range(1, last + 1))
            today_fee = fee if loan["closing"] == today else 0.0
            add("present_value", "0", held * (value + today_fee))
            add("price", "0", (value + today_fee) / balance)
            quoted = loan.get("quoted_price")
            amount = value if quoted is None else quoted * balance + accrued
            add("yield", "", root(worth(lambda t, y: (1 + y) ** -t, amount), -0.99, 10))
            add("discount_margin", "", root(worth(
                lambda t, s: market.discount(t) * math.exp(-s * t), amount), -3, 10))
            add("weighted_average_life", "", sum(f[3] * f[0] / 12 for f in booked) / balance)
            if accrued > 0:
                add("accrued_interest", "", held * accrued)
            continue
        unearned = (loan["maturity"] - today).days / (loan["maturity"] - loan["closing"]).days
        effective = root(worth(lambda t, y: (1 + y) ** -t, balance + accrued - fee * unearned),
                         -0.99, 50)
        for name, horizon, end in (("ecl_12m", "12", min(12, last)), ("ecl_lifetime", "0", last)):
            add(name, horizon, held * sum(lost * owed[k - 1] * (1 + effective) ** (-k / 12) *
                                          fails[k] for k in range(1, end + 1)))
        life = sum(money * k / 12 for (k, *_), (_, money) in zip(booked, due)) / sum(
            money for _, money in due)
        share = capital(1 - alive[min(12, last)], last, lost, life)
        add("risk_weight", "", 12.5 * share)
        add("capital_requirement", "", held * share * balance)
    return out, months
