#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "pricing/actus/terms.hpp"

namespace lien::pricing::actus {

// In the order in which events of one moment take place: the dictionary's sequence, but draws with
// repayments, a call before the interest it makes due, and a payment after the rate it rests on.
enum class EventType {
  initial_exchange,      // IED
  fee_payment,           // FP
  principal_redemption,  // PR
  principal_increase,    // PI
  prepayment,            // PP
  execution,             // XD: a call, an exercise
  interest_payment,      // IP
  interest_capitalized,  // IPCI
  rate_fixed,            // RRF
  rate_reset,            // RR
  payment_fixed,         // PRF
  purchase,              // PRD
  termination,           // TD
  scaling,               // SC
  interest_base_fixed,   // IPCB
  maturity,              // MD
  settlement,            // STD
};
[[nodiscard]] std::string_view acronym(EventType type);

// One event and the state after it. Signs: money to the holder of the contract is positive, and so
// is a notional that is owed to it.
struct Event {
  Time time{};
  EventType type{};
  double payoff = 0;
  double notional = 0;
  std::optional<double> rate, accrued;    // a guarantee and a collateral have none
  std::optional<double> exercise_amount;  // these have this instead,
  std::optional<Time> exercise_date;      // and this once exercised
};

// The events after the status date up to `until`, in order. Errors: TermError.
[[nodiscard]] std::vector<Event> schedule(const Contract& contract);

}  // namespace lien::pricing::actus
