#pragma once

#include <optional>
#include <string>

#include "pricing/contract/terms.hpp"

namespace lien::pricing {

enum class InstrumentKind { forward, call, put, future, swap, cap, floor, bond };
enum class Underlying {
  rental_rate,
  log_rental_rate,
  resale_value,
  zero_coupon_bond,
  launch_count,
  forward_rental_rate,
  power,
  floating_rate
};

// A small entry a desk has, or a hedge that a vehicle holds: a forward, an option, a swap on a
// simulated series.
struct Instrument {
  Instrument();  // these six: instrument.cpp
  Instrument(const Instrument&);
  Instrument(Instrument&&) noexcept;
  Instrument& operator=(const Instrument&);
  Instrument& operator=(Instrument&&) noexcept;
  ~Instrument();

  std::string id;
  InstrumentKind kind = InstrumentKind::forward;
  Underlying on = Underlying::rental_rate;
  std::string hardware;   // rental_rate, log_rental_rate, forward_rental_rate, resale_value
  std::string segment{};  // rental_rate, log_rental_rate; empty: rental_rate itself
  std::string line;       // launch_count
  double strike = 0;
  Date expiry{};
  std::optional<Date> delivery;  // maturity of a zero-coupon bond; month of a forward rent
  double quantity = 1;
  bool long_position = true;
  bool bermudan = false;  // may be exercised at every step; else at expiry only
  // swap, cap, floor: periods from start (default: the valuation date) to expiry
  std::optional<Date> start{};
  Frequency frequency = Frequency::monthly;
  bool month_average = false;  // settles on the mean of the month that ends then
  std::string counterparty{};  // party that owes what it pays us; empty: never fails
  // bond
  std::string party{};
  double coupon = 0;
  bool continuous = false;  // the coupon accrues and is paid at every moment
  // A hedge of a vehicle alone.
  std::string vehicle{};          // its id; empty: an instrument of its own
  std::string tranche{};          // floating_rate: sized by its principal, on its periods and rate
  std::optional<double> ratio{};  // share of that principal; power: of the cost that follows it
  std::optional<Date> last{};     // a scenario's: what is paid after it falls away
  Location where;
};

// As faults name it: "instrument H-1", "vehicle ddtl-4 hedge rate-swap".
[[nodiscard]] inline std::string label_of(const Instrument& terms) {
  return terms.vehicle.empty() ? "instrument " + terms.id
                               : "vehicle " + terms.vehicle + " hedge " + terms.id;
}

}  // namespace lien::pricing
