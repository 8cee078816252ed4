#include "tests/pricing/random_book.hpp"

#include <cmath>

#include "pricing/plan/calendar.hpp"

namespace lien::pricing {
namespace {

using Draw = std::mt19937_64;

double between(Draw& draw, double low, double high) {
  return low + (high - low) * std::uniform_real_distribution<double>(0, 1)(draw);
}
int whole(Draw& draw, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(draw);
}
bool chance(Draw& draw, double probability) { return between(draw, 0, 1) < probability; }

template <class T>
T one_of(Draw& draw, std::initializer_list<T> choices) {
  return *(choices.begin() + whole(draw, 0, static_cast<int>(choices.size()) - 1));
}

Hardware random_hardware(Draw& draw, const std::string& id) {
  Hardware h;
  h.id = id;
  h.rental_rate = between(draw, 1.5, 3.5);
  h.wear = between(draw, 0, 0.05);
  h.scarcity_loading = between(draw, 0.5, 1.5);
  h.frontier_loading = between(draw, 0.5, 1.5);
  Utilization u;
  u.mean = 0.8;
  if (chance(draw, 0.5)) {
    u.moves = true;
    u.min = 0.35;
    u.max = 0.97;
    u.scarcity_loading = 1.5;
  }
  h.utilization = u;
  h.operating_cost = between(draw, 0.3, 0.6);
  h.operating_cost_growth = between(draw, 0, 0.05);
  return h;
}

Party party(const std::string& id, double hazard, double recovery, double loading) {
  Party p;
  p.id = id;
  p.hazard = {{1}, {hazard}};
  p.recovery = recovery;
  p.scarcity_loading = loading;
  return p;
}

// A month count from a date, on its own day.
Date months_on(Date date, int months) { return add_months(date, months, false); }

}  // namespace

Market random_market(Draw& draw) {
  Market market;
  market.currency = "USD";
  market.rates.zero_curve = {{1, 4}, {between(draw, 0.01, 0.06), between(draw, 0.01, 0.06)}};
  market.rates.liquidity_spread = between(draw, 0, 0.02);
  market.rates.hull_white = HullWhite{0.08, 0.02};
  market.scarcity = Scarcity{0.9, 0.5, between(draw, -0.3, 0.3), 0.1};
  market.frontier = Frontier{-0.1, 0.25, 0.04, false};
  market.correlation = {0.3, 0.25, 0.1};
  LaunchLine line;
  line.line = "line";
  line.law = LaunchLaw::weibull;
  line.shape = 2.1;
  line.mean_years = 1.0;
  line.years_since_last = 0.6;
  line.hazard_premium = 0.25;
  line.drop_mean = 0.25;
  line.drop_stdev = 0.1;
  line.drop_premium = 0.3;
  line.ramp = RampLaw::exponential;
  line.ramp_years = 0.5;
  market.launches.push_back(line);
  Hardware multiple = random_hardware(draw, "multiple"), curve = random_hardware(draw, "curve");
  multiple.line = "line";
  multiple.resale = Resale{};
  multiple.resale->law = ResaleLaw::rental_multiple;
  multiple.resale->multiple = between(draw, 4000, 12000);
  curve.resale = Resale{};
  curve.resale->law = ResaleLaw::curve;
  curve.resale->curve = {{0.5, 3}, {between(draw, 15000, 30000), between(draw, 3000, 10000)}};
  // Beside the law of each, what the marks read.
  multiple.useful_life_years = 5;
  curve.useful_life_years = 3;
  curve.resale->multiple = between(draw, 4000, 12000);
  multiple.idiosyncratic = OwnNoise{2, 0.3};
  multiple.utilization->noise = {3, 0.8};
  multiple.utilization->min = 0.35;
  multiple.utilization->max = 0.97;
  curve.idiosyncratic = OwnNoise{0, 0.1};
  market.power = Power{{1.5, 0.4}, 1.2};
  market.correlation.scarcity_power = 0.3;
  multiple.power_share = 0.4;
  multiple.attrition = 0.03;
  multiple.segments["term"] = {0.1, {1, 0.3}};
  curve.segments = {{"term", {-0.2, {}}}, {"spot", {0.05, {0, 0.1}}}};
  market.hardware = {multiple, curve};
  market.liquidation = Liquidation{between(draw, 0, 0.3), between(draw, 0, 1e5),
                                   between(draw, 0, 40), one_of(draw, {0.0, 1.0, 6.0})};
  market.parties = {party("borrower", 0.15, 0.35, 1.5), party("customer", 0.25, 0.4, -0.5),
                    party("guarantor", 0.3, 0.4, 0.0)};
  // Of scarcity's mean reversion: their hazards are fitted on one line, and compile fast.
  market.credit = Credit{0.9};
  market.correlation.scarcity_credit = 0.5;
  market.parties[0].credit_loading = 0.7;
  market.parties[1].hazard_volatility = 0.6;
  market.parties[1].hazard_mean_reversion = 0.9;
  return market;
}

Loan random_loan(Draw& draw, Date valuation_date, int number) {
  Loan loan;
  loan.id = "loan-" + std::to_string(number);
  const bool today = chance(draw, 0.2);
  loan.closing = today ? valuation_date
                       : months_on(valuation_date, -whole(draw, 1, 30)) -
                             std::chrono::days(chance(draw, 0.5) ? whole(draw, 0, 27) : 0);
  loan.maturity = months_on(loan.closing, 12 * whole(draw, 3, 5));
  if (loan.maturity <= valuation_date) loan.maturity = months_on(valuation_date, 20);
  loan.frequency = one_of(
      draw, {Frequency::monthly, Frequency::monthly, Frequency::quarterly, Frequency::semiannual});
  loan.day_count = one_of(draw, {DayCount::actual_360, DayCount::actual_365, DayCount::thirty_360});
  loan.amortization = one_of(draw, {Amortization::level, Amortization::straight_line,
                                    Amortization::bullet, Amortization::balloon});
  if (loan.amortization != Amortization::bullet && chance(draw, 0.3)) loan.balloon = 0.2;
  if (chance(draw, 0.3)) loan.interest_only_months = 12;
  loan.units = whole(draw, 100, 2000);
  loan.principal = loan.units * between(draw, 8000, 40000);
  loan.floating = chance(draw, 0.5);
  loan.coupon = loan.floating ? 0 : between(draw, 0.05, 0.14);
  loan.margin = between(draw, 0.02, 0.07);
  if (chance(draw, 0.5)) loan.floor = between(draw, 0.0, 0.05);
  if (number % 2 == 0) loan.cap = loan.floor.value_or(0.02) + 0.015;
  loan.current_rate = 0.09;
  loan.closing_fee = chance(draw, 0.5) ? 0.01 : 0;
  loan.held = one_of(draw, {1.0, 0.5, 0.3});
  if (chance(draw, 0.8)) loan.borrower = "borrower";
  if (chance(draw, 0.15)) return loan;  // unsecured
  loan.hardware = one_of<std::string>(draw, {"multiple", "curve"});
  if (number % 3 == 0) loan.segment = "term";
  loan.recourse = chance(draw, 0.6) ? Recourse::none : Recourse::full;
  if (chance(draw, 0.4)) loan.in_service = loan.closing + std::chrono::days(whole(draw, -200, 500));
  if (chance(draw, 0.3)) loan.operating_cost = between(draw, 0.2, 0.7);
  if (chance(draw, 0.3)) loan.liquidation_haircut = between(draw, 0, 0.5);
  if (chance(draw, 0.3)) loan.liquidation_lag_months = one_of(draw, {0.0, 3.0, 6.0});
  if (chance(draw, 0.6)) {
    loan.customer = "customer";
    loan.contract_share = between(draw, 0.3, 1);
    loan.contract_rate = between(draw, 1, 4);
    loan.take_or_pay = between(draw, 0.7, 1);
    loan.relet_months = whole(draw, 0, 6);
    if (chance(draw, 0.5)) loan.contract_start = loan.closing + std::chrono::days(45);
    loan.contract_end = valuation_date + std::chrono::days(whole(draw, -100, 1500));
  }
  if (chance(draw, 0.5)) loan.reserve_initial = loan.principal * between(draw, 0, 0.1);
  if (chance(draw, 0.5)) loan.reserve_target = loan.principal * between(draw, 0, 0.1);
  if (chance(draw, 0.5)) loan.min_debt_service_coverage_ratio = between(draw, 0.8, 2);
  if (chance(draw, 0.5)) loan.max_loan_to_value = between(draw, 0.5, 1.2);
  loan.purchase_price = between(draw, 15000, 40000);
  loan.mark = one_of(draw, {Mark::by_law, Mark::by_law, Mark::cost, Mark::rental_multiple});
  if (loan.hardware == "curve" && chance(draw, 0.2)) loan.mark = Mark::curve;
  return loan;
}

Lease random_lease(Draw& draw, Date valuation_date, int number) {
  Lease lease;
  lease.id = "lease-" + std::to_string(number);
  lease.lessee = "borrower";
  lease.hardware = one_of<std::string>(draw, {"multiple", "curve"});
  lease.units = whole(draw, 50, 800);
  lease.purchase_price = between(draw, 20000, 40000);
  lease.start = chance(draw, 0.3)
                    ? valuation_date
                    : months_on(valuation_date, -whole(draw, 1, 20)) -
                          std::chrono::days(chance(draw, 0.5) ? whole(draw, 0, 27) : 0);
  lease.end = months_on(lease.start, 12 * whole(draw, 2, 4));
  lease.frequency = one_of(draw, {Frequency::monthly, Frequency::quarterly});
  lease.rent = lease.units * *lease.purchase_price * between(draw, 0.02, 0.035) *
               static_cast<int>(lease.frequency);
  lease.timing = one_of(draw, {RentTiming::advance, RentTiming::arrears});
  lease.rent_growth = chance(draw, 0.3) ? 0.03 : 0;
  lease.net = chance(draw, 0.5);
  lease.end_option = one_of(draw, {EndOption::none, EndOption::fair_market_value,
                                   EndOption::fixed_price, EndOption::one_dollar});
  lease.option_price =
      lease.end_option == EndOption::fixed_price ? lease.units * between(draw, 3000, 12000) : 0;
  if (chance(draw, 0.5)) lease.guaranteed_residual = lease.units * between(draw, 3000, 12000);
  if (chance(draw, 0.5)) lease.residual_guarantor = "guarantor";
  if (chance(draw, 0.5)) lease.return_cost = between(draw, 0, 300);
  return lease;
}

}  // namespace lien::pricing
