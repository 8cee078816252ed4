#pragma once

#include <string>
#include <vector>

#include "pricing/contract/limits.hpp"

namespace lien::pricing {

// The limits and tolerances of a file; records with faults are left out. named: the line that names
// the file. Measures are not compared with those of the program: a limit that meets no number is
// told after the run, since a book may have none of them.
[[nodiscard]] Limits read_limits(const std::string& file, const Location& named,
                                 std::vector<Diagnostic>& faults);

}  // namespace lien::pricing
