#include <algorithm>
#include <cmath>

#include "pricing/actus/machine.hpp"

// PAM, LAM, NAM and ANN. Source: ACTUS technical specification, sections 7.1, 7.2, 7.4 and 7.5.
namespace lien::pricing::actus {
namespace {

bool pays_from_principal_dates(const Terms& terms) {  // NAM, ANN: their payment holds interest
  return terms.type == ContractType::nam || terms.type == ContractType::ann;
}

// Interest dates up to maturity, capitalized ones among them.
std::vector<Time> interest_dates(const Terms& terms, const Plan& plan) {
  const Time start = *terms.initial_exchange, end = *plan.maturity;
  const Repeats& interest = terms.interest;
  if (!pays_from_principal_dates(terms)) {
    if (!interest.stated()) return {end};
    return repetitions(interest.first(start), interest.cycle, end, true, terms.month_ends);
  }
  // On its own dates until one cycle before the first payment, then on those of the payments.
  std::vector<Time> times;
  const Time last = terms.principal.cycle
                        ? terms.principal.first(start) - terms.principal.cycle->period
                        : terms.principal.first(start);
  if (interest.stated() && interest.first(start) <= last)
    times = repetitions(interest.first(start), interest.cycle, last, true, terms.month_ends);
  times.insert(times.end(), plan.redemptions.begin(), plan.redemptions.end());
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

void add_interest(Plan& plan, const Terms& terms) {
  if (!terms.nominal_rate) return;
  std::vector<Time> paid = interest_dates(terms, plan);
  if (terms.capitalization_end) {
    const auto first_paid = std::find_if(paid.begin(), paid.end(),
                                         [&](Time t) { return t > *terms.capitalization_end; });
    std::vector<Time> capitalized(paid.begin(), first_paid);
    if (capitalized.empty() || capitalized.back() != *terms.capitalization_end)
      capitalized.push_back(*terms.capitalization_end);
    add(plan, terms, EventType::interest_capitalized, capitalized);
    paid.erase(paid.begin(), first_paid);
  }
  add(plan, terms, EventType::interest_payment, paid);
}

// An annuity that states no payment fixes it a day before the first, and after every reset.
void add_payment_fixings(Plan& plan, const Terms& terms) {
  std::vector<Time> times;
  const Time day_before = plan.redemptions.front() - Period{0, 1};
  if (!terms.next_principal_payment && day_before >= *terms.initial_exchange)
    times.push_back(day_before);
  add(plan, terms, EventType::payment_fixed, times);
  std::vector<Planned> after_resets;
  for (const Planned& event : plan.events)
    if (event.type == EventType::rate_reset || event.type == EventType::rate_fixed)
      after_resets.push_back({event.scheduled, event.time, event.day, EventType::payment_fixed, 0});
  plan.events.insert(plan.events.end(), after_resets.begin(), after_resets.end());
}

// Payments that bring the notional to nothing, were the rate to stay.
double payments_needed(const Terms& terms, Time from, Time next) {
  double repaid = *terms.next_principal_payment;
  if (pays_from_principal_dates(terms))
    repaid -= *terms.notional * terms.nominal_rate.value_or(0) *
              year_fraction(terms.day_count, counted_day(from), counted_day(next), std::nullopt);
  if (repaid <= 0)
    throw TermError("nextPrincipalRedemptionPayment",
                    "never repays the contract, which has no maturityDate",
                    "add maturityDate or write a larger payment");
  constexpr double rounding = 1e-9;  // 5000/500 is ten payments
  return std::max(1.0, -std::floor(rounding - *terms.notional / repaid));
}

}  // namespace

Time maturity_of(const Terms& terms) {
  if (terms.maturity) return *terms.maturity;
  if (terms.amortization_end) return *terms.amortization_end;
  if (!terms.next_principal_payment || !terms.principal.cycle)
    throw TermError("maturityDate", "is missing, and nothing else says when the contract ends",
                    "add it, or nextPrincipalRedemptionPayment with cycleOfPrincipalRedemption");
  const Period cycle = terms.principal.cycle->period;
  const Time anchor = terms.principal.first(*terms.initial_exchange);
  const auto date = [&](int k) { return repeated(anchor, cycle, k, terms.month_ends); };
  int past = 0;  // payments before the status date
  while (date(past) < terms.status_date) ++past;
  const Time from = date(std::max(past - 1, 0));
  const double payments = payments_needed(terms, from, from + cycle);
  constexpr double most = 100'000;
  if (payments > most)
    throw TermError("nextPrincipalRedemptionPayment", "asks for more than 100000 payments",
                    "add maturityDate or write a larger payment");
  return date(past + static_cast<int>(payments) - 1);
}

std::vector<Time> redemption_dates(const Terms& terms, Time maturity) {
  return repetitions(terms.principal.first(*terms.initial_exchange), terms.principal.cycle,
                     maturity, true, terms.month_ends);
}

Plan plan_term_loan(const Contract& contract) {
  const Terms& terms = contract.terms;
  Plan plan;
  plan.maturity = terms.type == ContractType::pam ? *terms.maturity : maturity_of(terms);
  if (terms.type != ContractType::pam) {
    plan.redemptions = redemption_dates(terms, *plan.maturity);
    plan.level_dates = redemption_dates(terms, terms.amortization_end.value_or(*plan.maturity));
    std::vector<Time> times(plan.redemptions.begin(), plan.redemptions.end() - 1);
    add(plan, terms, EventType::principal_redemption, times);
  }
  add(plan, terms, EventType::maturity, {*plan.maturity});
  add_interest(plan, terms);
  add_common(plan, contract, *plan.maturity);
  if (terms.type == ContractType::ann) add_payment_fixings(plan, terms);
  return plan;
}

}  // namespace lien::pricing::actus
