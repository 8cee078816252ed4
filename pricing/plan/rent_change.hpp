#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "pricing/contract/run_settings.hpp"

// What moves the expected rent of a hardware, part by part, in closed form. Source: docs/model.md,
// "Where an expected rent goes".
namespace lien::pricing {

// Parts of ln E[R(t)] - ln R(0). All but the last add up to E[ln R(t)] - ln R(0).
enum RentPart : std::size_t {
  kTrend = 0,         // drift of the frontier price
  kLaunches = 1,      // drops of launches to come, and of past ones still on their way
  kScarcity = 2,      // reversion of scarcity to its mean, and its premium
  kWear = 3,          //
  kForwardCurve = 4,  // shift that fits a given forward curve
  kConvexity = 5,     // ln of a mean over the mean of the ln: the mean counts high rents more
  kRentParts = 6,
};

// "trend", "launches", ...: as measures.csv names a part.
[[nodiscard]] const char* rent_part_name(RentPart part);

struct RentChange {
  std::array<double, kRentParts> log_parts{};

  [[nodiscard]] double mean_of_log() const;  // E[ln R(t)] - ln R(0)
  [[nodiscard]] double log_of_mean() const;  // ln E[R(t)] - ln R(0)
  // The parts in money, adding up to E[R(t)] - R(0): each its share of the logarithm times the
  // logarithmic mean of R(0) and E[R(t)], so that no order of the parts is preferred.
  [[nodiscard]] std::array<double, kRentParts> money_parts(double rent_today) const;
};

// Entry k: the change to month k on one basis, seen from today, without scenario paths. Error 1e-9
// of the launch part.
[[nodiscard]] std::vector<RentChange> rent_changes(const Market& market, const Hardware& hardware,
                                                   MeasureBasis basis, Date valuation_date,
                                                   int months);

}  // namespace lien::pricing
