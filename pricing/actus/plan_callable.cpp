#include <algorithm>

#include "pricing/actus/machine.hpp"

// CLM and UMP: money without a fixed end, whose interest is added to it. Source: ACTUS technical
// specification, sections 7.6 and 7.7.
namespace lien::pricing::actus {
namespace {

const ObservedEvent* first_call(const Contract& contract) {
  for (const ObservedEvent& event : contract.observed.events)
    if (event.type == "XD" && event.time > contract.terms.status_date) return &event;
  return nullptr;
}

Time last_flow(const Contract& contract) {
  std::optional<Time> last = contract.until;
  for (const ObservedEvent& event : contract.observed.events)
    if (event.type == "PR" || event.type == "PI")
      last = last ? std::max(*last, event.time) : event.time;
  if (!last)
    throw TermError("to", "is missing, and nothing else ends the list of events",
                    "add the last date wanted beside terms");
  return *last;
}

// Paid on the maturity as it is stated, though interest is counted to a business day: so the
// standard's own case (clm10).
void add_end(Plan& plan, const Terms& terms, Time end) {
  const Time counted =
      terms.business_days.calculate_shifted ? terms.business_days.shifted(end) : end;
  for (const EventType type : {EventType::interest_payment, EventType::maturity})
    plan.events.push_back({end, end, counted_day(counted), type, 0});
}

// Interest is counted to the call and paid with the notional once the notice has run out.
void add_call(Plan& plan, const Terms& terms, Time call) {
  const Time paid = terms.business_days.shifted(call + terms.notice);
  const double notice_days = static_cast<double>((paid.day - call.day).count());
  add_fixed(plan, EventType::execution, call, notice_days);
  for (const EventType type : {EventType::interest_payment, EventType::settlement})
    plan.events.push_back({paid, paid, counted_day(call), type, 0});
}

}  // namespace

Plan plan_callable(const Contract& contract) {
  const Terms& terms = contract.terms;
  Plan plan;
  const ObservedEvent* call =
      terms.maturity || terms.type == ContractType::ump ? nullptr : first_call(contract);
  if (terms.maturity) {
    plan.maturity = *terms.maturity;
    add_end(plan, terms, *plan.maturity);
  } else if (call != nullptr) {
    plan.maturity = call->time;
    add_call(plan, terms, call->time);
  }
  const Time end = plan.maturity ? *plan.maturity : last_flow(contract);
  if (terms.type == ContractType::ump)
    for (const ObservedEvent& event : contract.observed.events) {
      if (event.type == "PR")
        add(plan, terms, EventType::principal_redemption, {event.time}, event.value);
      if (event.type == "PI")
        add(plan, terms, EventType::principal_increase, {event.time}, event.value);
    }
  if (terms.nominal_rate && terms.interest.stated())
    add(plan, terms, EventType::interest_capitalized,
        repetitions(terms.interest.anchor.value_or(*terms.initial_exchange), terms.interest.cycle,
                    end, false, terms.month_ends));
  add_common(plan, contract, end);
  return plan;
}

}  // namespace lien::pricing::actus
