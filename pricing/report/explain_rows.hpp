#pragma once

#include <string>

#include "pricing/report/finished_run.hpp"
#include "pricing/report/story.hpp"

namespace lien::pricing {

// Every row of measures.csv of the baseline about one id, its tests included.
[[nodiscard]] StoryTable measures_of(const FinishedRun& run, const std::string& level,
                                     const std::string& id);
// Its cash flows and its tests by month on the basis told; no rows where the run kept none.
[[nodiscard]] StoryTable cash_flows_of(const FinishedRun& run, const std::string& id);
[[nodiscard]] StoryTable tests_of(const FinishedRun& run, const std::string& id);
// What contracts.csv says is owed today; empty for what is no loan or lease.
[[nodiscard]] StoryCell balance_of(const FinishedRun& run, const std::string& id);

}  // namespace lien::pricing
