#include <algorithm>

#include "pricing/actus/machine.hpp"

// LAX: dates and amounts in steps. Source: ACTUS technical specification, section 7.3.
namespace lien::pricing::actus {
namespace {

constexpr int kMostRepayments = 100'000;

Time start_of(const Step& step) { return *step.repeats.anchor; }

// The dates of step i before the next step begins, or, in the last one, before `end`.
std::vector<Time> dates(const std::vector<Step>& steps, std::size_t i, Time end, bool month_ends) {
  const bool last = i + 1 == steps.size();
  const Time stop = last ? end : std::min(end, start_of(steps[i + 1]));
  return repetitions(start_of(steps[i]), steps[i].repeats.cycle, stop, false, month_ends);
}

// When the steps have repaid everything.
Time repaid_on(const Terms& terms) {
  const std::vector<Step>& steps = terms.principal_steps;
  double owed = *terms.notional;
  constexpr double rounding = 1e-9;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Repeats& repeats = steps[i].repeats;
    for (int k = 0; k < kMostRepayments; ++k) {
      if (k > 0 && !repeats.cycle) break;
      const Time time = k == 0
                            ? *repeats.anchor
                            : repeated(*repeats.anchor, repeats.cycle->period, k, terms.month_ends);
      if (i + 1 < steps.size() && time >= start_of(steps[i + 1])) break;
      if (i + 1 == steps.size() && steps[i].increases) break;
      owed += steps[i].increases ? steps[i].value : -steps[i].value;
      if (owed <= rounding * *terms.notional) return time;
    }
  }
  throw TermError("arrayNextPrincipalRedemptionPayment",
                  "never repays the contract, which has no maturityDate",
                  "add maturityDate or write larger payments");
}

}  // namespace

Plan plan_exotic(const Contract& contract) {
  const Terms& terms = contract.terms;
  Plan plan;
  plan.maturity = terms.maturity ? *terms.maturity : repaid_on(terms);
  const Time end = *plan.maturity;
  const auto each = [&](const std::vector<Step>& steps, EventType up, EventType down) {
    for (std::size_t i = 0; i < steps.size(); ++i)
      add(plan, terms, steps[i].increases ? up : down, dates(steps, i, end, terms.month_ends),
          steps[i].value);
  };
  each(terms.principal_steps, EventType::principal_increase, EventType::principal_redemption);
  each(terms.rate_steps, EventType::rate_reset, EventType::rate_fixed);
  if (terms.nominal_rate) {
    each(terms.interest_steps, EventType::interest_payment, EventType::interest_payment);
    add(plan, terms, EventType::interest_payment, {end});
  }
  add(plan, terms, EventType::maturity, {end});
  add_common(plan, contract, end);
  return plan;
}

}  // namespace lien::pricing::actus
