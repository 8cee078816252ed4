#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/book/scalar.hpp"

namespace lien::pricing {

struct TomlEntry;

// A value of a TOML file with the place where it stands. Our own small tree, so that the parsing
// library is included by one source file only and every reader sees places in bytes.
struct TomlValue {
  ScalarKind kind = ScalarKind::text;
  std::string text;  // a string's content; of anything else what was written
  double number = 0;
  std::int64_t integer = 0;
  bool flag = false;
  Date date{};
  int line = 0;
  int column = 0;
  std::vector<TomlValue> items;    // of a list
  std::vector<TomlEntry> entries;  // of a table, in the order of the file

  [[nodiscard]] bool is_list() const noexcept { return kind == ScalarKind::list; }
  [[nodiscard]] bool is_table() const noexcept { return kind == ScalarKind::table; }
  // The value of `key`, or null.
  [[nodiscard]] const TomlValue* find(std::string_view key) const noexcept;
  [[nodiscard]] Scalar scalar() const noexcept;
};

struct TomlEntry {
  std::string key;
  int line = 0;
  int column = 0;
  TomlValue value;
};

// The tree of one TOML text, or empty with a fault: not UTF-8, or the first error of syntax.
[[nodiscard]] std::optional<TomlValue> parse_toml(const std::string& file, std::string_view text,
                                                  std::vector<Diagnostic>& faults);

}  // namespace lien::pricing
