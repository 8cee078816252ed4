#include <algorithm>
#include <cmath>

#include "pricing/actus/machine.hpp"

// CEG and CEC: a guarantee, and collateral, on other contracts. Source: ACTUS technical
// specification, sections 7.17 and 7.18.
namespace lien::pricing::actus {
namespace {

bool covers(const Terms& terms, const std::string& contract) {
  return std::any_of(terms.structure.begin(), terms.structure.end(), [&](const Reference& part) {
    return part.role == Role::covered && part.id == contract;
  });
}

Contract covered_contract(const Contract& contract, const Reference& part) {
  Contract covered;
  covered.terms = *part.contract;
  covered.observed = contract.observed;
  return covered;
}

// Owed under one covered contract at `time`, >= 0 for a claim.
double exposure(const Contract& contract, const Reference& part, Time time) {
  const Terms& terms = contract.terms;
  if (terms.exposure == Exposure::market_value)
    return observe(contract.observed, part.contract->market_object, time, "marketObjectCode");
  const Contract covered = covered_contract(contract, part);
  const State state = state_at(covered, time);
  const bool interest = terms.exposure == Exposure::notional_and_interest;
  return covered.terms.sign * (state.notional + (interest ? state.accrued : 0));
}

// What the enhancement covers at `time`, >= 0.
double covered_amount(const Contract& contract, Time time) {
  const Terms& terms = contract.terms;
  if (terms.notional) return terms.coverage * *terms.notional;
  double sum = 0;
  for (const Reference& part : terms.structure)
    if (part.role == Role::covered) sum += exposure(contract, part, time);
  return terms.coverage * sum;
}

double collateral_value(const Contract& contract, Time time) {
  double sum = 0;
  for (const Reference& part : contract.terms.structure)
    if (part.role == Role::covering)
      sum +=
          part.quantity * observe(contract.observed, part.market_object, time, "contractStructure");
  return sum;
}

Time end_of(const Contract& contract) {
  if (contract.terms.maturity) return *contract.terms.maturity;
  Time last = contract.terms.status_date;
  for (const Reference& part : contract.terms.structure) {
    if (part.role != Role::covered) continue;
    if (!part.contract)
      throw TermError("maturityDate", "is missing, and a covered contract is named by its id alone",
                      "add it");
    for (const Event& event : schedule(covered_contract(contract, part)))
      last = std::max(last, event.time);
  }
  return last;
}

const ObservedEvent* credit_event(const Contract& contract, Time end) {
  for (const ObservedEvent& event : contract.observed.events)
    if (event.type == "CE" && event.time > contract.terms.status_date && event.time <= end &&
        event.performance == contract.terms.credit_event && covers(contract.terms, event.contract))
      return &event;
  return nullptr;
}

double years(const Terms& terms, Time from, Time to) {
  return year_fraction(terms.day_count, counted_day(from), counted_day(to), std::nullopt);
}

// The fee of a period that runs from `from` to `due`, as far as it has accrued by `to`.
double fee(const Contract& contract, Time from, Time to, Time due) {
  const Terms& terms = contract.terms;
  if (terms.fee_basis == FeeBasis::notional)
    return terms.fee_rate * covered_amount(contract, to) * years(terms, from, to);
  return terms.fee_rate * (to == due ? 1 : years(terms, from, to) / years(terms, from, due));
}

// Adds the fees before an exercise, or up to and on `end`. Returns what has accrued since the last
// of them, which an exercise settles too.
double add_fees(std::vector<Event>& events, const Contract& contract, Time end, bool exercised) {
  const Terms& terms = contract.terms;
  if (terms.fee_rate == 0 || !terms.fee.stated()) return 0;
  Time before = terms.purchase.value_or(terms.status_date);
  const Time anchor = terms.fee.first(before);
  double accrued = terms.fee_accrued;  // by the status date, of the first fee to come
  const auto add = [&](Time time) {
    const double due = accrued + fee(contract, before, time, time);
    if (time > terms.status_date) {
      events.push_back({terms.business_days.shifted(time), EventType::fee_payment, terms.sign * due,
                        terms.sign * covered_amount(contract, time), std::nullopt, std::nullopt,
                        0.0, std::nullopt});
      accrued = 0;
    }
    before = time;
  };
  Time next = anchor;
  for (int k = 1; next < end; ++k) {
    add(next);
    if (!terms.fee.cycle) break;
    next = repeated(anchor, terms.fee.cycle->period, k, terms.month_ends);
  }
  if (exercised) return terms.fee.cycle ? accrued + fee(contract, before, end, next) : accrued;
  if (terms.fee.cycle) add(end);
  return 0;
}

void add_exercise(std::vector<Event>& events, const Contract& contract, Time time, double fees) {
  const Terms& terms = contract.terms;
  const double covered = covered_amount(contract, time);
  const double paid = terms.type == ContractType::cec
                          ? std::min(covered, collateral_value(contract, time))
                          : covered;
  events.push_back({time, EventType::execution, 0, terms.sign * covered, std::nullopt, std::nullopt,
                    terms.sign * paid, time});
  const Time settled = terms.business_days.shifted(time + terms.settlement);
  events.push_back({settled, EventType::settlement, terms.sign * (paid + fees), 0, std::nullopt,
                    std::nullopt, terms.sign * paid, time});
}

}  // namespace

std::vector<Event> schedule_enhancement(const Contract& contract) {
  const Terms& terms = contract.terms;
  const Time end = end_of(contract);
  const ObservedEvent* exercise = credit_event(contract, end);
  std::vector<Event> events;
  double fees = 0;
  if (terms.type == ContractType::ceg) {
    if (terms.purchase)
      events.push_back({*terms.purchase, EventType::purchase, -terms.sign * terms.price_at_purchase,
                        terms.sign * covered_amount(contract, *terms.purchase), std::nullopt,
                        std::nullopt, 0.0, std::nullopt});
    fees =
        add_fees(events, contract, exercise != nullptr ? exercise->time : end, exercise != nullptr);
  }
  if (exercise != nullptr)
    add_exercise(events, contract, exercise->time, fees);
  else
    events.push_back({terms.business_days.shifted(end), EventType::maturity, 0, 0, std::nullopt,
                      std::nullopt, 0.0, std::nullopt});
  std::erase_if(events, [&](const Event& event) {
    const bool settles = event.type == EventType::settlement;
    return event.time <= terms.status_date ||
           (contract.until && !settles && event.time > *contract.until);
  });
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.time != b.time ? a.time < b.time : a.type < b.type;
  });
  return events;
}

}  // namespace lien::pricing::actus
