#include "pricing/actus/machine.hpp"

#include <algorithm>
#include <utility>

// Payoffs and state transitions. Source: ACTUS technical specification, sections 7.1 to 7.7.
namespace lien::pricing::actus {
namespace {

double years(const Terms& terms, const Plan& plan, Date from, Date to) {
  std::optional<Date> maturity;
  if (plan.maturity) maturity = counted_day(*plan.maturity);
  return year_fraction(terms.day_count, from, to, maturity);
}

// NTIED states the first base alone: the standard's own case (lam18) counts later interest on what
// is owed, although the text of the standard would keep the first base.
void follow_notional(State& state, const Terms& terms) {
  if (terms.interest_base != InterestBase::lagged) state.base = state.notional;
}

void start(State& state, const Terms& terms, const Plan& plan, Date day) {
  state.notional = terms.sign * *terms.notional;
  state.rate = terms.nominal_rate.value_or(0);
  state.base = state.notional;
  if (terms.interest_base != InterestBase::outstanding && terms.interest_base_amount)
    state.base = terms.sign * *terms.interest_base_amount;
  if (terms.accrued_interest) {
    state.accrued = terms.sign * *terms.accrued_interest;
  } else if (terms.interest.anchor && counted_day(*terms.interest.anchor) < day) {
    state.accrued =
        years(terms, plan, counted_day(*terms.interest.anchor), day) * state.notional * state.rate;
  }
  state.day = day;
}

// A redemption takes what is left at most.
double capped(double payment, const State& state, int sign) {
  return sign * std::min(sign * payment, sign * state.notional);
}

double redeem(State& state, const Planned& event, const Terms& terms) {
  double amount = 0;
  switch (terms.type) {
    case ContractType::ump:
      amount = event.value;
      break;
    case ContractType::lax:
      amount = capped(terms.sign * event.value, state, terms.sign);
      break;
    case ContractType::lam:
      amount = capped(state.next_payment, state, terms.sign);
      break;
    default:  // what a level payment leaves after interest; less than nothing adds to the debt
      amount = capped(state.next_payment - state.accrued, state, terms.sign);
  }
  state.notional -= amount;
  follow_notional(state, terms);
  return state.notional_scale * amount;
}

double reset_rate(const State& state, const Planned& event, const Contract& contract) {
  const Terms& terms = contract.terms;

  const double index =
      observe(contract.observed, terms.rate_index, event.scheduled, "marketObjectCodeOfRateReset");
  const double spread = terms.type == ContractType::lax ? event.value : terms.rate_spread;
  double change = index * terms.rate_multiplier + spread - state.rate;
  if (terms.period_floor) change = std::max(change, *terms.period_floor);
  if (terms.period_cap) change = std::min(change, *terms.period_cap);
  double rate = state.rate + change;
  if (terms.life_floor) rate = std::max(rate, *terms.life_floor);
  if (terms.life_cap) rate = std::min(rate, *terms.life_cap);
  return rate;
}

void rescale(State& state, const Planned& event, const Contract& contract) {
  const Terms& terms = contract.terms;
  const double ratio = observe(contract.observed, terms.scaling_index, event.scheduled,
                               "marketObjectCodeOfScalingIndex") /
                       *terms.scaling_index_at_deal;
  if (terms.scales_notional) state.notional_scale = ratio;
  if (terms.scales_interest) state.interest_scale = ratio;
}

double pay_back(State& state) {
  const double payoff = state.notional_scale * state.notional +
                        state.interest_scale * state.accrued + state.fee_accrued;
  state.notional = state.accrued = state.fee_accrued = state.base = 0;
  return payoff;
}

double pay_interest(State& state) {
  const double payoff = state.interest_scale * state.accrued + state.interest_due;
  state.accrued = state.interest_due = 0;
  return payoff;
}

void capitalize(State& state, const Terms& terms) {
  state.notional += state.accrued;
  state.accrued = 0;
  follow_notional(state, terms);
}

double pay_fee(State& state, const Terms& terms) {
  const double payoff =
      terms.fee_basis == FeeBasis::absolute ? terms.sign * terms.fee_rate : state.fee_accrued;
  state.fee_accrued = 0;
  return payoff;
}

double terminate(State& state, const Terms& terms) {
  const double payoff = terms.sign * (terms.price_at_termination + state.accrued);
  state.notional = state.accrued = state.fee_accrued = state.base = 0;
  return payoff;
}

}  // namespace

void accrue(State& state, const Terms& terms, const Plan& plan, Date day) {
  if (day <= state.day) return;
  const double period = years(terms, plan, state.day, day);
  state.accrued += period * state.rate * state.base;
  if (terms.fee_basis == FeeBasis::notional)
    state.fee_accrued += period * terms.fee_rate * state.notional;
  state.day = day;
}

double carry_out(State& state, const Planned& event, const Contract& contract, const Plan& plan) {
  const Terms& terms = contract.terms;
  accrue(state, terms, plan, event.day);
  switch (event.type) {
    case EventType::initial_exchange:
      start(state, terms, plan, event.day);
      return -terms.sign * (*terms.notional + terms.premium_discount);
    case EventType::principal_redemption:
      return redeem(state, event, terms);
    case EventType::principal_increase: {
      const double drawn = (terms.type == ContractType::ump ? 1 : terms.sign) * event.value;
      state.notional += drawn;
      follow_notional(state, terms);
      return -state.notional_scale * drawn;
    }
    case EventType::prepayment:
      state.notional -= event.value;
      follow_notional(state, terms);
      return event.value;
    case EventType::interest_payment:
      return pay_interest(state);
    case EventType::interest_capitalized:
      capitalize(state, terms);
      return 0;
    case EventType::rate_fixed:
      state.rate = event.value;
      return 0;
    case EventType::rate_reset:
      state.rate = reset_rate(state, event, contract);
      return 0;
    case EventType::payment_fixed:
      state.next_payment = annuity(state, terms, plan, event.day, false);
      return 0;
    case EventType::purchase:
      return -terms.sign * (terms.price_at_purchase + state.accrued);
    case EventType::termination:
      return terminate(state, terms);
    case EventType::scaling:
      rescale(state, event, contract);
      return 0;
    case EventType::interest_base_fixed:
      state.base = state.notional;
      return 0;
    case EventType::fee_payment:
      return pay_fee(state, terms);
    case EventType::maturity:
    case EventType::settlement:
      return pay_back(state);
    case EventType::execution:
      if (event.value > 0) state.interest_due = std::exchange(state.accrued, 0.0);
      return 0;
  }
  return 0;
}

double annuity(const State& state, const Terms& terms, const Plan& plan, Date from,
               bool first_day) {
  // owed - payment x count = 0, both grown by the recursion of the balance itself; what interest
  // had accrued by `from` earns none until it is paid.
  double owed = state.notional, payments = 0, accrued = state.accrued;
  Date before = from;
  for (const Time time : plan.level_dates) {
    const Date day = counted_day(time);
    if (day < from || (day == from && !first_day)) continue;
    const double period = years(terms, plan, before, day) * state.rate;
    owed = owed * (1 + period) + accrued;
    payments = payments * (1 + period) + 1;
    accrued = 0;
    before = day;
  }
  return payments > 0 ? owed / payments : 0;
}

namespace {

bool fixes_payment_later(const Plan& plan, const Terms& terms) {
  const auto first = std::find_if(plan.events.begin(), plan.events.end(), [](const Planned& e) {
    return e.type == EventType::principal_redemption || e.type == EventType::payment_fixed;
  });
  return terms.type == ContractType::ann && first != plan.events.end() &&
         first->type == EventType::payment_fixed;
}

// Stated, or what repays the contract on the dates to come.
double first_payment(const Contract& contract, const Plan& plan) {
  const Terms& terms = contract.terms;
  if (terms.next_principal_payment) return terms.sign * *terms.next_principal_payment;
  const bool begun = *terms.initial_exchange <= terms.status_date;
  if (terms.type == ContractType::lam) {
    const auto to_come = std::count_if(plan.redemptions.begin(), plan.redemptions.end(),
                                       [&](Time t) { return t > terms.status_date; });
    return to_come > 0 ? terms.sign * *terms.notional / static_cast<double>(to_come) : 0;
  }
  if (terms.type != ContractType::ann || fixes_payment_later(plan, terms)) return 0;
  State owed;
  start(owed, terms, plan, counted_day(begun ? terms.status_date : *terms.initial_exchange));
  return annuity(owed, terms, plan, owed.day, !begun);
}

}  // namespace

State initial_state(const Contract& contract, const Plan& plan) {
  const Terms& terms = contract.terms;
  State state;
  const Date today = counted_day(terms.status_date);
  if (*terms.initial_exchange <= terms.status_date) {
    start(state, terms, plan, today);
    if (!terms.accrued_interest)
      state.accrued = plan.last_interest ? years(terms, plan, *plan.last_interest, today) *
                                               state.notional * state.rate
                                         : 0;
  }
  state.fee_accrued = terms.sign * terms.fee_accrued;
  state.notional_scale = terms.notional_scale;
  state.interest_scale = terms.interest_scale;
  state.next_payment = first_payment(contract, plan);
  state.day = today;
  return state;
}

State state_at(const Contract& contract, Time time) {
  const Plan plan = plan_events(contract);
  State state = initial_state(contract, plan);
  for (const Planned& event : plan.events)
    if (event.time <= time) carry_out(state, event, contract, plan);
  accrue(state, contract.terms, plan, counted_day(time));
  return state;
}

}  // namespace lien::pricing::actus
