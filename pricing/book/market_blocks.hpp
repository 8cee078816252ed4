#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/book/fields.hpp"
#include "pricing/market/market.hpp"

// The parts of read_market, one a block of the file that has lists or tables inside.
namespace lien::pricing {

// Markets in which a hardware is let; hardware.segments may price any of them.
inline constexpr std::array<std::string_view, 3> kSegments = {"spot", "term", "index"};

// How a curve may be written: a number, or a table of an axis and values.
struct CurveForm {
  std::string_view axis;    // "years"
  std::string_view values;  // "rates"
  Range range;
  Unit unit = Unit::plain;
};

// A flat number or a table in one of `forms`; months become years. Knots rise from above 0
// (months: from 0). A fault leaves the curve with one knot, so that nothing else complains.
[[nodiscard]] Curve read_curve(const TomlValue& value, std::string_view field,
                               const std::vector<CurveForm>& forms, const Scope& scope);
// The table form only: axis and values are keys of `table`.
[[nodiscard]] Curve read_knots(const TomlValue& table, const CurveForm& form,
                               std::string_view field, const Scope& scope);

// A list of exactly two numbers; a fault and zeros if it is something else.
[[nodiscard]] std::array<double, 2> read_pair(const TomlValue& list, std::string_view field,
                                              const Range& range, const Scope& scope);

// The tables of a list of tables (`[[hardware]]`); a fault and none if it is something else.
[[nodiscard]] std::vector<const TomlValue*> tables_of(const TomlValue* list, std::string_view field,
                                                      const Scope& scope);
// The value if it is a table; a fault and null if it is something else; null if absent.
[[nodiscard]] const TomlValue* table_of(const TomlValue* value, std::string_view field,
                                        const Scope& scope);

// "launches nvidia", or "launches" if the name cannot be read.
[[nodiscard]] std::string block_label(std::string_view noun, const TomlValue& table,
                                      std::string_view key);

[[nodiscard]] LaunchLine read_launch_line(const TomlValue& table,
                                          std::optional<Date> valuation_date, const Scope& top);
[[nodiscard]] Hardware read_hardware(const TomlValue& table, const Scope& top);
// has_credit: [credit] is there, which a credit_loading needs.
[[nodiscard]] Party read_party(const TomlValue& table, bool has_credit, const Scope& top);
// [[contagion]], [clearing], [[claim]]: what connects the parties, which are read already.
void read_network(const TomlValue& root, std::optional<Date> valuation_date, Market& market,
                  const Scope& top);
// A fault if `name` is none of `known`, the blocks [[block]] of the file.
void check_name(std::string_view field, const std::string& name, const Scalar& value,
                const std::vector<std::string>& known, const std::string& block,
                const Scope& scope);

}  // namespace lien::pricing
