#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pricing/market/market.hpp"

// How numbers and foreign texts look in what people read. No locale and no printf: the same bytes
// everywhere.
namespace lien::pricing {

// "1,234.57": rounded to `decimals`, thousands apart; "n/a" for a missing value.
[[nodiscard]] std::string fixed_text(double value, int decimals);
// The same with its sign always written, for changes.
[[nodiscard]] std::string signed_text(double value, int decimals);
// The shortest text that reads back as the same double, and with 17 significant digits.
[[nodiscard]] std::string round_trip_text(double value);
[[nodiscard]] std::string seventeen_digits(double value);
// "0.00424163": so many significant digits, no zeros at the end.
[[nodiscard]] std::string significant_text(double value, int digits);
// "48,000"
[[nodiscard]] std::string integer_text(std::uint64_t value);
// "2026-09-30"
[[nodiscard]] std::string iso_text(Date date);

// Decimals that leave two significant digits of a standard error, between 0 and 4; `otherwise`
// where there is none.
[[nodiscard]] int decimals_for(double standard_error, int otherwise);

// A money unit for people: "USD m" for a book of a million or more, "USD k", "USD".
struct MoneyUnit {
  double size = 1;
  std::string label;
};
[[nodiscard]] MoneyUnit money_unit(double largest_amount, std::string_view currency);

// Foreign text that is safe to print: control characters (those a terminal obeys, C1 ones included)
// and bytes that are no UTF-8 become \xNN. Characters in `kept` stay.
[[nodiscard]] std::string without_controls(std::string_view text, std::string_view kept = "");

}  // namespace lien::pricing
