#pragma once

#include <cstddef>
#include <cstdint>

namespace lien::pricing {

// How many paths earn less than a unit costs to run: this month, and in some month so far.
enum UnderCost : std::size_t { kUnderNow = 0, kUnderEver = 1, kUnderCosts = 2 };

// spot: [paths] utilization x rent, hourly; cost: hourly, times factor [paths] unless that is null.
// ever: [paths] 1 where an earlier month was under cost, else 0; this month is added to it. counts:
// [kUnderCosts], added to. paths a multiple of 8.
void count_under_cost(const double* spot, double cost, const double* factor, double* ever,
                      std::size_t paths, std::uint32_t* counts) noexcept;

}  // namespace lien::pricing
