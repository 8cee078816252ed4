#pragma once

#include "pricing/contract/limits.hpp"
#include "pricing/report/compared_run.hpp"
#include "pricing/report/story.hpp"

namespace lien::pricing {

// What two runs differ by, and how their books' numbers came from one to the other.
struct Comparison {
  Story story;
  std::size_t passed = 0;  // tolerances that some pair of numbers is beyond
};

// The bridge of the portfolio's baseline numbers from one run to another: contracts that are new or
// gone, and of those in both the change of balance at the old number per balance, and of that
// number. The steps sum to the change exactly; what contracts do not add up to is a step of its
// own. tolerances: none are looked at where there are none. Throws InputError where the two runs
// report in different currencies.
[[nodiscard]] Comparison compare_runs(const ComparedRun& before, const ComparedRun& after,
                                      const std::vector<Tolerance>& tolerances);

}  // namespace lien::pricing
