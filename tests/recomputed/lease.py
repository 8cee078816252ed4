"""What docs/model.md says of a lease of hardware of a certain value, from that document alone."""
import math

from loan import MONTHS, Grid, add_months, root


def signed_time(day, grid):
    """Model time, before the valuation date too."""
    if day > grid.today:
        return grid.time(day)
    k = 0
    while add_months(grid.today, k - 1) >= day:
        k -= 1
    before, after = add_months(grid.today, k - 1), add_months(grid.today, k)
    return (k - 1 + (day - before).days / (after - before).days) / 12


def rents(lease):
    step, days = MONTHS[lease["frequency"]], [lease["start"]]
    while days[-1] < lease["end"]:
        days.append(min(add_months(lease["start"], step * len(days)), lease["end"]))
    out = []
    for i, (first, last) in enumerate(zip(days, days[1:])):
        whole = add_months(lease["start"], step * (i + 1))
        money = lease["rent"] * (1 + (lease.get("rent_growth") or 0)) ** (i * step // 12)
        out.append((first if lease["rent_timing"] == "advance" else last,
                    money * (last - first).days / (whole - first).days))
    return out


def share_of_month(grid, k, lease):
    before, after = add_months(grid.today, k - 1), add_months(grid.today, k)
    covered = (min(lease["end"], after) - max(lease["start"], before)).days
    return max(0, covered) / (after - before).days


def measures(lease, market, hardware, today):
    """{(basis, measure, horizon): value}. hardware: its value, hourly cost and a sale's terms."""
    grid, units = Grid(today), lease["units"]
    all_rents, last = rents(lease), grid.month(lease["end"])
    option, guaranteed = lease["end_option"], lease.get("guaranteed_residual") or 0.0
    agreed = {"fixed_price": lease.get("option_price") or 0.0, "one_dollar": 1.0}.get(option, 0.0)
    owed_residual = guaranteed or agreed
    cost = units * lease["purchase_price"]
    worth = units * hardware["value"]
    returned = max(worth - units * (lease.get("return_cost") or 0.0), guaranteed)
    residual = {"none": returned, "fair_market_value": worth, "one_dollar": 1.0,
                "fixed_price": agreed if worth > agreed else returned}[option]
    start, end = signed_time(lease["start"], grid), grid.time(lease["end"])

    since_start = [(signed_time(day, grid), money) for day, money in all_rents]

    def from_start(rate):
        return owed_residual * (1 + rate) ** (start - end) + sum(
            money * (1 + rate) ** (start - time) for time, money in since_start)
    implicit = root(lambda rate: from_start(rate) - cost, 0, 20) if from_start(0) > cost else None

    def then(k, time):  # of money at `time`, in month end k
        if implicit is None:
            return market.discount(time) / market.discount(k / 12)
        return (1 + implicit) ** (k / 12 - time)

    def investment(k):
        return sum(money * then(k, grid.time(day)) for day, money in all_rents
                   if grid.month(day) > k) + (owed_residual * then(k, end) if last > k else 0.0)
    # Of a start to come nothing is owed before it.
    begins = grid.month(lease["start"])
    claims = [investment(k) if k >= begins else 0.0 for k in range(last + 1)]
    to_come = [(day, money) for day, money in all_rents
               if day > today or day == today == lease["start"]]
    outstanding = claims[0] + sum(money for day, money in to_come if day == today)
    deposit, lag = lease.get("deposit") or 0.0, hardware["lag"]
    costs = [0.0] + [0.0 if lease["net"] else 730 * units * hardware["cost"] *
                     share_of_month(grid, k, lease) for k in range(1, last + 1)]
    sale = max(0.0, worth * (1 - hardware["haircut"]) - hardware["fixed_cost"] -
               hardware["holding_cost"] * units * lag)
    flows = [(grid.time(day), money) for day, money in to_come]
    flows += [(k / 12, -costs[k]) for k in range(1, last + 1)]
    if deposit and lease["start"] >= today:
        flows.append((max(start, 0.0), deposit))
    flows.append((end, -deposit))
    rate = implicit
    if rate is None:
        due = [(grid.time(day), money) for day, money in to_come] + [(end, owed_residual)]
        amount = sum(money * market.discount(time) for time, money in due)
        rate = root(lambda y: sum(money * (1 + y) ** -t for t, money in due) - amount, -0.99, 20)
    out = {}
    for neutral, basis in ((True, "risk_neutral"), (False, "real_world")):
        alive = [market.survival(k, neutral) for k in range(last + 1)]
        fails = [0.0] + [alive[k - 1] - alive[k] for k in range(1, last + 1)]

        def fair(time):
            return market.discount(time) * math.exp(-market.spread * time)
        value = residual * fair(end) * alive[last]
        for time, money in flows:
            value += money * fair(time) * alive[max(0, math.ceil(12 * time - 1e-9))]
        losses, credit = {}, {}
        for k in range(1, last + 1):
            claim, s = max(0.0, claims[k - 1] - deposit), k + lag
            paid = min(claim, sale) + market.recovery * (claim - min(claim, sale))
            back = max(0.0, deposit - claims[k - 1]) if k > begins else 0.0
            value += fails[k] * ((paid + max(0.0, sale - claim)) * fair(s / 12) -
                                 back * fair(k / 12))
            for horizon in ("12", "0") if k <= 12 else ("0",):
                losses[horizon] = losses.get(horizon, 0.0) + fails[k] * (
                    claim * market.discount(k / 12) - paid * market.discount(s / 12))
                credit[horizon] = credit.get(horizon, 0.0) + fails[k] * (
                    claim * (1 + rate) ** (-k / 12) - paid * (1 + rate) ** (-s / 12))
        for horizon, loss in losses.items():
            out[basis, "expected_loss", horizon] = loss
        out[basis, "probability_of_default", "0"] = 1 - alive[last]
        if not neutral:
            out[basis, "ecl_12m", "12"], out[basis, "ecl_lifetime", "0"] = (
                credit["12"], credit["0"])
            continue
        out[basis, "present_value", "0"] = value
        if outstanding > 0 and lease["start"] <= today:
            out[basis, "price", "0"] = value / outstanding
        out[basis, "residual_value", "0"] = residual * fair(end) * alive[last]
        quoted = lease.get("quoted_price")
        promised = flows + [(end, owed_residual if quoted else residual)]
        amount = quoted * outstanding if quoted else value

        def over(rate, promised=promised, amount=amount):
            return sum(money * (1 + rate) ** -time for time, money in promised) - amount
        # None where the flows turn negative at last, as a deposit to give back may make them.
        if over(-0.99) > 0 > over(10) and (not quoted or lease["start"] <= today):
            out[basis, "yield", ""] = root(over, -0.99, 10)
        if lease["start"] >= today:
            annuity = sum(money / lease["rent"] * fair(grid.time(day)) for day, money in to_come)
            out[basis, "fair_rate", ""] = (cost * fair(max(start, 0.0)) - residual * fair(end)
                                           ) / annuity
    return out
