#pragma once

#include "pricing/contract/limits.hpp"
#include "pricing/measures/parted_change.hpp"
#include "pricing/report/compared_run.hpp"
#include "pricing/report/story.hpp"

namespace lien::pricing {

// What two runs differ by, and how their books' numbers came from one to the other.
struct Comparison {
  Story story;
  std::size_t passed = 0;  // tolerances that some pair of numbers is beyond
};

// The numbers that the bridge follows, in its order, for part_change(). Throws InputError where the
// two runs report in different currencies or have no number in common.
[[nodiscard]] std::vector<FollowedNumber> followed_numbers(const ComparedRun& before,
                                                           const ComparedRun& after);
// True if the files of a setting (market, book) hold the same bytes, whatever they are called.
[[nodiscard]] bool same_files(const ComparedRun& before, const ComparedRun& after,
                              const std::string& setting);

// The bridge of the portfolio's baseline numbers from one run to another: contracts that are new or
// gone, and of those in both the change of balance at the old number per balance, and the rest.
// parted: the rest by terms, market, model and seed; null: as one step, and all of it from what the
// two directories hold. The steps sum to the change exactly. tolerances: none are looked at where
// there are none.
[[nodiscard]] Comparison compare_runs(const ComparedRun& before, const ComparedRun& after,
                                      const PartedChange* parted,
                                      const std::vector<Tolerance>& tolerances);

}  // namespace lien::pricing
