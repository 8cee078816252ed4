#pragma once

#include <string>
#include <variant>
#include <vector>

#include "pricing/book/scalar.hpp"
#include "pricing/contract/run_settings.hpp"
#include "pricing/market/market.hpp"

namespace lien::pricing {

// One number, curve or date of a market that an input path can name: `block.field`, or
// `block.id.field` where the block comes once an id.
struct MarketInput {
  std::string block;
  std::string id;  // empty: the block stands once
  std::string field;
  std::variant<double*, Curve*, Date*, int*> target;  // a curve: all its values; int: a choice
  Range range{};
  Party* credit_curve_of = nullptr;  // the hazard is fitted to this
  // Rows with a month are points of this path, of this kind of shock and in this range; null: none
  // may have one.
  MonthPath* months = nullptr;
  Shock months_shock = Shock::relative;
  Range months_range = at_least(-1);
  // Rows `level` with a month are points of this path, in this range; null: none may be.
  MonthPath* levels = nullptr;
  Range levels_range = above(0);

  [[nodiscard]] std::string path() const;
  // True if `pattern` is this path, or is it with `*` for the id.
  [[nodiscard]] bool matches(const std::string& pattern) const;
};

// Every input of this market, from the same field tables as its reader; fields that the market
// leaves out are none. Pointers into `market`.
[[nodiscard]] std::vector<MarketInput> market_inputs(Market& market);

}  // namespace lien::pricing
