#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pricing/market/market.hpp"

// What the agreements of tapes and of structured books have in common.
namespace lien::pricing {

// Where a row of a tape stands, and in which column (1-based, bytes) each of its cells begins.
struct RowSource {
  std::string file;
  int line = 0;
  std::vector<std::pair<std::string, int>> columns;  // field name, column; only cells given
  std::vector<int> lines;  // TOML: the line of each of `columns`; a tape has one line a row

  // The place of `field` in this row; column 0 where the row does not give it.
  [[nodiscard]] Location at(const std::string& field) const {
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i].first == field)
        return {file, i < lines.size() ? lines[i] : line, columns[i].second};
    return {file, line, 0};
  }
};

enum class Frequency { monthly = 1, quarterly = 3, semiannual = 6, annual = 12 };  // in months
enum class DayCount { actual_360, actual_365, thirty_360 };
enum class Amortization {
  level,
  straight_line,
  bullet,
  balloon,
  // of tranches of vehicles alone
  custom,
  depreciated_cost,
  sculpted
};
enum class Recourse { full, none };

// What a test or a sale takes a unit's value to be. by_law: the hardware's own resale law.
enum class Mark { by_law, income, cost, market, ask, rental_multiple, curve };
// A mark that names the hardware's own law takes a unit for its resale value, as no mark does;
// income is that value, market and ask are parts of it.
[[nodiscard]] constexpr bool is_resale_value(Mark mark, ResaleLaw law) noexcept {
  switch (mark) {
    case Mark::cost:
      return false;
    case Mark::rental_multiple:
      return law == ResaleLaw::rental_multiple;
    case Mark::curve:
      return law == ResaleLaw::curve;
    default:
      return true;
  }
}

enum class RentTiming { advance, arrears };
enum class EndOption { none, fair_market_value, fixed_price, one_dollar };

}  // namespace lien::pricing
