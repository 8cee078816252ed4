#include <algorithm>

#include "pricing/actus/machine.hpp"

namespace lien::pricing::actus {
namespace {

std::vector<Time> dates(const Repeats& repeats, const Terms& terms, Time end, bool include_end) {
  return repetitions(repeats.first(*terms.initial_exchange), repeats.cycle, end, include_end,
                     terms.month_ends);
}

void add_rate_resets(Plan& plan, const Terms& terms, Time end) {
  if (!terms.rate_reset.stated()) return;
  std::vector<Time> times = dates(terms.rate_reset, terms, end, false);
  if (terms.next_reset_rate) {
    const auto next =
        std::find_if(times.begin(), times.end(), [&](Time t) { return t > terms.status_date; });
    if (next != times.end()) {
      add(plan, terms, EventType::rate_fixed, {*next}, *terms.next_reset_rate);
      times.erase(next);
    }
  }
  add(plan, terms, EventType::rate_reset, times);
}

}  // namespace

void add(Plan& plan, const Terms& terms, EventType type, const std::vector<Time>& times,
         double value) {
  for (const Time time : times) {
    const Time there = terms.business_days.shifted(time);
    const Time counted = terms.business_days.calculate_shifted ? there : time;
    plan.events.push_back({time, there, counted_day(counted), type, value});
  }
}

void add_fixed(Plan& plan, EventType type, Time time, double value) {
  plan.events.push_back({time, time, counted_day(time), type, value});
}

void add_common(Plan& plan, const Contract& contract, Time end) {
  const Terms& terms = contract.terms;
  add_fixed(plan, EventType::initial_exchange, *terms.initial_exchange);
  if (terms.purchase) add_fixed(plan, EventType::purchase, *terms.purchase);
  if (terms.termination) add_fixed(plan, EventType::termination, *terms.termination);
  if (terms.type != ContractType::lax) add_rate_resets(plan, terms, end);
  if (terms.scales_interest || terms.scales_notional)
    if (terms.scaling.stated())
      add(plan, terms, EventType::scaling, dates(terms.scaling, terms, end, false));
  if (terms.interest_base == InterestBase::lagged && terms.interest_base_dates.stated())
    add(plan, terms, EventType::interest_base_fixed,
        dates(terms.interest_base_dates, terms, end, false));
  if (terms.fee_rate != 0 && terms.fee.stated())
    add(plan, terms, EventType::fee_payment, dates(terms.fee, terms, end, true));
  if (terms.prepayable)
    for (const ObservedEvent& event : contract.observed.events)
      if (event.type == "PP" && event.time < end)
        add(plan, terms, EventType::prepayment, {event.time}, event.value);
}

Plan plan_events(const Contract& contract) {
  const Terms& terms = contract.terms;
  Plan plan;
  switch (terms.type) {
    case ContractType::lax:
      plan = plan_exotic(contract);
      break;
    case ContractType::clm:
    case ContractType::ump:
      plan = plan_callable(contract);
      break;
    default:
      plan = plan_term_loan(contract);
  }
  const auto earlier = [](const Planned& a, const Planned& b) {
    return a.time != b.time ? a.time < b.time : a.type < b.type;
  };
  std::stable_sort(plan.events.begin(), plan.events.end(), earlier);
  for (const Planned& event : plan.events)
    if (event.type == EventType::interest_payment && event.time <= terms.status_date)
      plan.last_interest = event.day;
  std::erase_if(plan.events, [&](const Planned& e) { return e.time <= terms.status_date; });
  const auto end = std::find_if(plan.events.begin(), plan.events.end(),
                                [](const Planned& e) { return e.type == EventType::termination; });
  if (end != plan.events.end()) plan.events.erase(end + 1, plan.events.end());
  return plan;
}

double observe(const Observations& observed, const std::string& code, Time time, const char* term) {
  const auto series = observed.series.find(code);
  if (series == observed.series.end())
    throw TermError(term, "names the series '" + code + "', which dataObserved lacks",
                    "add it to dataObserved");
  const auto& values = series->second;
  const auto after = std::upper_bound(values.begin(), values.end(), time,
                                      [](Time t, const auto& value) { return t < value.first; });
  if (after == values.begin())
    throw TermError(term, "series '" + code + "' begins after an event that asks for it",
                    "add an earlier value to dataObserved");
  return (after - 1)->second;
}

}  // namespace lien::pricing::actus
