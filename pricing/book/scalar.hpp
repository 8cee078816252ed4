#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/book/diagnostic.hpp"
#include "pricing/market/market.hpp"

namespace lien::pricing {

// cell: text of a CSV cell, whose type the field decides; the others: what TOML says it is.
enum class ScalarKind { cell, text, integer, real, flag, date, list, table, other };

// One value as written, from a cell or a key. A view: the text belongs to the file's bytes.
struct Scalar {
  ScalarKind kind = ScalarKind::cell;
  std::string_view text;
  double number = 0;
  std::int64_t integer = 0;
  bool flag = false;
  Date date{};
  int line = 0;
  int column = 0;
};

// The thing whose fields are being read: how a fault about it is labelled and where it goes.
struct Scope {
  std::vector<Diagnostic>& faults;
  const std::string& file;
  std::string label;           // "loan L-204"; empty at the top of a file
  bool configuration = false;  // in run.toml
  std::string prefix{};        // "drop." while the parts of drop are read

  void fault(int line, int column, std::string_view field, std::string value, std::string problem,
             std::string remedy = {}) const;
  // About a value: place and text are the value's own.
  void fault(const Scalar& value, std::string_view field, std::string problem,
             std::string remedy = {}) const;
  [[nodiscard]] std::string field_label(std::string_view field) const;
  // The scope of a table inside this one.
  [[nodiscard]] Scope part(std::string_view field) const;
};

struct Range {
  double low = -1e15;
  double high = 1e15;
  bool low_open = false;
  bool high_open = false;

  [[nodiscard]] bool holds(double x) const noexcept {
    return (low_open ? x > low : x >= low) && (high_open ? x < high : x <= high);
  }
};
[[nodiscard]] constexpr Range at_least(double low) { return {low, 1e15, false, false}; }
[[nodiscard]] constexpr Range above(double low) { return {low, 1e15, true, false}; }
[[nodiscard]] constexpr Range between(double low, double high) { return {low, high, false, false}; }
// "must lie in (0, 1]"
[[nodiscard]] std::string must_lie_in(const Range& range);

// What a number measures: decides the remedy offered when it is out of range.
// price: a share of par.
enum class Unit { plain, share, rate, price };

// What to write instead of x, which lies outside the range; empty where nothing is likely.
[[nodiscard]] std::string range_remedy(double x, const Range& range, Unit unit);

// Each returns empty after one fault if the value is not of the type or outside the range. Numbers:
// the whole cell by std::from_chars, never NaN, infinite or above 1e15 in size.
[[nodiscard]] std::optional<double> read_number(const Scalar& value, std::string_view field,
                                                const Range& range, Unit unit, const Scope& scope);
[[nodiscard]] std::optional<std::int64_t> read_integer(const Scalar& value, std::string_view field,
                                                       const Range& range, const Scope& scope);
[[nodiscard]] std::optional<Date> read_date(const Scalar& value, std::string_view field,
                                            const Scope& scope);
[[nodiscard]] std::optional<bool> read_flag(const Scalar& value, std::string_view field,
                                            const Scope& scope);
[[nodiscard]] std::optional<std::string> read_text(const Scalar& value, std::string_view field,
                                                   const Scope& scope);
// [A-Za-z0-9._-]{1,64}
[[nodiscard]] std::optional<std::string> read_id(const Scalar& value, std::string_view field,
                                                 const Scope& scope);
// Position of the value in `choices` ("full|none"); one of `later` is refused as not supported yet.
[[nodiscard]] std::optional<int> read_choice(const Scalar& value, std::string_view field,
                                             std::string_view choices, std::string_view later,
                                             const Scope& scope);

// True if the value states what holds anyway: a field of a later version may say that.
[[nodiscard]] bool states_neutral(const Scalar& value, std::string_view neutral);

// Faults that every reader words alike.
void refuse_later(const Scalar& value, std::string_view field, std::string_view remedy,
                  const Scope& scope);
void refuse_unknown(int line, int column, std::string_view name, const std::string& what,
                    const std::vector<std::string>& known, const Scope& scope);
[[nodiscard]] std::string did_you_mean(std::string_view name, const std::vector<std::string>& known,
                                       std::string otherwise);
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

inline constexpr std::string_view kNotInThisVersion = "is not supported in this version";

}  // namespace lien::pricing
