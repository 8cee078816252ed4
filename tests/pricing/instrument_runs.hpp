#pragma once

#include <cmath>
#include <optional>
#include <string>

#include "pricing/measures/value_book.hpp"
#include "tests/pricing/sample_market.hpp"

// Small runs of instruments through the whole program, for tests against closed forms.
namespace lien::pricing {

// Nothing random and no interest: each test switches its own drivers on. Hardware "chip" rents
// at 2.
inline Inputs quiet_inputs() {
  Inputs inputs;
  inputs.settings.valuation_date = kSampleDate;
  inputs.settings.paths = 1 << 15;
  inputs.settings.threads = 1;
  inputs.market.currency = "USD";
  inputs.market.file = "market.toml";
  inputs.market.rates.zero_curve = {{1}, {0.0}};
  Hardware chip;
  chip.id = "chip";
  chip.rental_rate = 2;
  inputs.market.hardware = {chip};
  return inputs;
}

// Expires after two years, month 24.
inline Instrument on_chip(InstrumentKind kind, Underlying on, double strike) {
  Instrument out;
  out.id = kind == InstrumentKind::forward ? "forward" : "option";
  out.kind = kind;
  out.on = on;
  out.hardware = "chip";
  out.strike = strike;
  out.expiry = std::chrono::year(2028) / std::chrono::month(9) / std::chrono::day(30);
  return out;
}

struct Measured {
  double value, error;
};
inline std::optional<Measured> measured(const RunTables& tables, const std::string& basis,
                                        const std::string& id, const std::string& measure) {
  const Table& t = tables.measures;
  for (std::size_t r = 0; r < t.rows(); ++r)
    if (t.column("measure_basis").texts[r] == basis && t.column("id").texts[r] == id &&
        t.column("measure").texts[r] == measure)
      return Measured{t.column("value").numbers[r], t.column("standard_error").numbers[r]};
  return std::nullopt;
}

// E[(F e^{s Z - s^2/2} - K)^+], by the C library.
inline double black(double forward, double strike, double stdev) {
  const double d = std::log(forward / strike) / stdev + stdev / 2;
  const auto cdf = [](double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; };
  return forward * cdf(d) - strike * cdf(d - stdev);
}

}  // namespace lien::pricing
