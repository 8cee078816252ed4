#pragma once

#include <string>
#include <vector>

#include "pricing/contract/limits.hpp"
#include "pricing/report/table.hpp"

namespace lien::pricing {

// What the numbers of two runs make of one tolerance.
struct ToleranceResult {
  Tolerance tolerance;
  std::size_t compared = 0, beyond = 0;  // rows of measures.csv that both have
  std::size_t missing = 0;               // rows that one of them lacks: no difference is too small
  // The row farthest beyond the tolerance or nearest to it: where, and its two numbers.
  std::string worst;
  double before = 0, after = 0;

  [[nodiscard]] bool kept() const { return compared > 0 && beyond == 0 && missing == 0; }
};

[[nodiscard]] std::vector<ToleranceResult> hold_tolerances(const Table& before, const Table& after,
                                                           const std::vector<Tolerance>& all);

}  // namespace lien::pricing
