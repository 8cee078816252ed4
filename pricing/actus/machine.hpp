#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pricing/actus/schedule.hpp"

// Inside of pricing/actus: planned events, and the state machine that carries them out. One machine
// serves PAM, LAM, NAM, ANN, LAX, CLM and UMP: what differs is which events a contract plans and
// what a redemption pays.
namespace lien::pricing::actus {

struct Planned {
  Time scheduled{};  // by its cycle: an index is observed then
  Time time{};       // when it happens: shifted to a business day
  Date day{};        // the day its interest is counted to
  EventType type{};
  double value = 0;  // of a step of LAX or an observed event: money, or a rate or spread
};

struct Plan {
  std::vector<Planned> events;  // sorted
  std::optional<Time> maturity;
  std::vector<Time> redemptions;      // LAM, NAM, ANN: principal dates, the maturity among them
  std::vector<Time> level_dates;      // ANN: those that its level payment is reckoned over
  std::optional<Date> last_interest;  // paid by the status date
};

// One kind of event on `times`, shifted as the contract says.
void add(Plan& plan, const Terms& terms, EventType type, const std::vector<Time>& times,
         double value = 0);
// At a date the contract names itself: not shifted.
void add_fixed(Plan& plan, EventType type, Time time, double value = 0);

// The plans of each family; sorted, past events and those after a termination left out.
[[nodiscard]] Plan plan_events(const Contract& contract);
// Parts of them, in plan_*.cpp.
[[nodiscard]] Plan plan_term_loan(const Contract& contract);  // PAM, LAM, NAM, ANN
[[nodiscard]] Plan plan_exotic(const Contract& contract);     // LAX
[[nodiscard]] Plan plan_callable(const Contract& contract);   // CLM, UMP
// What most have: initial exchange, purchase, termination, resets, scaling, fees, prepayments.
void add_common(Plan& plan, const Contract& contract, Time end);

// The end of a LAM, NAM or ANN, as stated or as its payments bring about. Its principal dates.
[[nodiscard]] Time maturity_of(const Terms& terms);
[[nodiscard]] std::vector<Time> redemption_dates(const Terms& terms, Time maturity);

struct State {
  double notional = 0, rate = 0, accrued = 0;
  double base = 0;          // what interest is counted on
  double next_payment = 0;  // LAM: principal; NAM, ANN: principal and interest; signed
  double fee_accrued = 0;
  double interest_due = 0;  // of a call, from its notice to its payment
  double notional_scale = 1, interest_scale = 1;
  Date day{};  // to which interest is counted
};
[[nodiscard]] State initial_state(const Contract& contract, const Plan& plan);
// Counts interest and fees to `day`.
void accrue(State& state, const Terms& terms, const Plan& plan, Date day);
// Carries out one event; returns its payoff.
double carry_out(State& state, const Planned& event, const Contract& contract, const Plan& plan);
// The state of a contract after everything up to and at `time`.
[[nodiscard]] State state_at(const Contract& contract, Time time);

// The payment that repays notional and accrued interest from `from` in equal parts.
// first_day: a payment on `from` itself is one of them.
[[nodiscard]] double annuity(const State& state, const Terms& terms, const Plan& plan, Date from,
                             bool first_day);

// Latest value of a series at or before `time`. TermError names `term`.
[[nodiscard]] double observe(const Observations& observed, const std::string& code, Time time,
                             const char* term);

[[nodiscard]] std::vector<Event> schedule_cap_floor(const Contract& contract);
[[nodiscard]] std::vector<Event> schedule_enhancement(const Contract& contract);  // CEG, CEC

}  // namespace lien::pricing::actus
