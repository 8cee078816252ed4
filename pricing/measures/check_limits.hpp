#pragma once

#include "pricing/contract/limits.hpp"
#include "pricing/report/table.hpp"

namespace lien::pricing {

// One row of the table `limits` for every number of `measures` that a limit matches, in the order
// of the limits; a limit that matches none has one row without a number, and counts as not kept:
// nobody should rest on a bound that measures nothing. The bound itself is inside.
[[nodiscard]] Table check_limits(const Limits& limits, const Table& measures);

// Rows of that table that were not kept.
[[nodiscard]] std::size_t limits_passed(const Table& limits);

}  // namespace lien::pricing
