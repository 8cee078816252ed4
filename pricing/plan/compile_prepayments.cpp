#include <algorithm>
#include <stdexcept>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile_vehicles.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/market_laws.hpp"

// The borrower's option to prepay: when it may, and what the market asks instead (docs/model.md,
// "Prepayment").
namespace lien::pricing {
namespace {

// Years for which one of what is owed after payment i stays owed, on average.
double average_life(const LoanSchedule& schedule, std::size_t i, const TimeGrid& grid) {
  const std::vector<LoanPayment>& payments = schedule.payments;
  double sum = 0;
  if (!schedule.draws.empty() && schedule.draws.back().date > payments[i].end) {
    // What is drawn later is no part of it: it is repaid in proportion to what is owed.
    double kept = 1;
    for (std::size_t j = i + 1; j < payments.size(); ++j) {
      sum += kept * (grid.time_of(payments[j].end) - grid.time_of(payments[j - 1].end));
      if (payments[j].opening > 0) kept *= 1 - payments[j].principal / payments[j].opening;
    }
    return sum;
  }
  for (std::size_t j = i + 1; j < payments.size(); ++j)
    sum +=
        payments[j].opening * (grid.time_of(payments[j].end) - grid.time_of(payments[j - 1].end));
  return sum / payments[i + 1].opening;
}

// All-in and continuous, of a year of 365 days.
double yearly_cost(const Loan& loan) {
  const double payments = 12.0 / static_cast<int>(loan.frequency);
  const double year = loan.day_count == DayCount::actual_360 ? 365.0 / 360.0 : 1.0;
  return payments * engine::log1p(loan.coupon * year / payments);
}

// The zero rate of `life` years at t, zero + loading x.
void set_zero_rate(const CompileInput& input, double t, double life, double& zero,
                   double& loading) {
  const engine::FactorLaw law = factor_law_of(*input.market);
  const Curve& curve = input.market->rates.zero_curve;
  const auto variance = [&law](double years) {
    return engine::integrated_rate_variance(law.rate_mean_reversion, law.rate_volatility, years);
  };
  const double end = t + life;
  const double forward = zero_rate(curve, end) * end - zero_rate(curve, t) * t;
  const double convexity = (variance(life) - variance(end) + variance(t)) / 2;
  zero = (forward - convexity) / life;
  loading = engine::exponential_integral_factor(law.rate_mean_reversion, life) / life;
}

}  // namespace

PrepaymentPlan compile_prepayment(const CompileInput& input, const Loan& loan,
                                  const LoanSchedule& schedule, const LoanSchedule* early,
                                  const TimeGrid& grid, const Plan& plan, std::size_t months) {
  PrepaymentPlan out;
  const std::string credit = credit_party(input.book->vehicles[*loan.vehicle]);
  out.party = party_index(*input.market, credit);
  const PartyPlan& party = plan.parties[out.party];
  if (party.copula_month >= 0)
    throw std::domain_error(
        "has a prepayment_spread, and a copula has no hazard that the market's margin could be "
        "for: remove one of them");
  const Party& terms = input.market->parties[out.party];
  const double ratio = plan.real_world ? terms.risk_neutral_ratio : 1.0;
  out.may.assign(months + 1, 0);
  out.credit.assign(months + 1, 0.0);
  if (!loan.floating) out.zero = out.loading = out.credit;
  out.spread = *loan.prepayment_spread;
  out.penalty = loan.prepayment_penalty;
  out.own = loan.floating ? loan.margin : yearly_cost(loan);
  out.liquidity = input.market->rates.liquidity_spread;
  const std::vector<LoanPayment>& payments = schedule.payments;
  for (std::size_t i = 0; i + 1 < payments.size(); ++i) {
    const auto k = static_cast<std::size_t>(grid.month_of(payments[i].booked));
    if (k > months || payments[i].end < loan.prepayment_start.value_or(loan.closing)) continue;
    // Before the first draw by schedule, or after the last repayment, nothing is owed, but for lots
    // that come before their mean delivery: on the terms of the schedule without delay.
    const auto owes = [i](const LoanSchedule& of) {
      return i + 1 < of.payments.size() && of.payments[i + 1].opening > 0;
    };
    if (!owes(schedule) && (early == nullptr || !owes(*early))) continue;
    out.may[k] = 1;
    const std::size_t next = std::min(k + 1, static_cast<std::size_t>(plan.steps));
    out.credit[k] = (1 - terms.recovery) * ratio * engine::exp(party.log_hazard[next]);
    if (!loan.floating)
      set_zero_rate(input, plan.years(static_cast<int>(k)),
                    average_life(owes(schedule) ? schedule : *early, i, grid), out.zero[k],
                    out.loading[k]);
  }
  return out;
}

}  // namespace lien::pricing
