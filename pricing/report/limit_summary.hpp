#pragma once

#include <string>
#include <vector>

#include "pricing/report/table.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {

// One limit over all the numbers it matches: the one nearest to its bound, or farthest past it.
struct LimitLine {
  std::string limit;
  std::string what;   // "expected_shortfall 12 m 99 %, portfolio"
  std::string where;  // "rates_up, real_world" of that number; "no such number" where none matched
  std::string bound;  // "at most 150.0"
  std::string value;  // with its standard error where it has one
  std::size_t matched = 0, not_kept = 0;
};

// In the order of the file. Money in the unit, shares in per cent.
[[nodiscard]] std::vector<LimitLine> limit_lines(const Table& limits, const MoneyUnit& money);

// The lines as a block of the terminal's output; empty without limits.
[[nodiscard]] std::string limit_block(const Table& limits, const MoneyUnit& money);
// The same as a section of report.html.
[[nodiscard]] std::string limits_section(const Table& limits, const MoneyUnit& money);

}  // namespace lien::pricing
