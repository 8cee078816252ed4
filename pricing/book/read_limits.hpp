#pragma once

#include <map>
#include <string>
#include <vector>

#include "pricing/contract/limits.hpp"

namespace lien::pricing {

// What a run has that a limit may name.
struct LimitNames {
  std::vector<std::string> scenarios;  // the baseline and premium runs too; empty: not known
  std::vector<double> confidences;     // of its tail measures; empty: not known
  // By level what it has there; a level that is not there: not known.
  std::map<std::string, std::vector<std::string>> ids{};
};

// The limits and tolerances of a file; records with faults are left out. named: the line that names
// the file. A measure that no run writes, or not at the level, a scenario, a confidence and an
// `of` that this run lacks are faults; a limit that still meets no number is told after the run,
// since a book may have none of a measure.
[[nodiscard]] Limits read_limits(const std::string& file, const Location& named,
                                 const LimitNames& known, std::vector<Diagnostic>& faults);

}  // namespace lien::pricing
