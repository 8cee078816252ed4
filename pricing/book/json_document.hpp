#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/book/diagnostic.hpp"

namespace lien::pricing {

enum class JsonKind { null, flag, number, text, list, object };

struct JsonMember;

// A value of a JSON file, with the place of the key it stands under (of an item of a list: the
// list's; of the root: the start).
struct JsonValue {
  JsonKind kind = JsonKind::null;
  std::string text;   // of a text; of a number and a flag, as written
  double number = 0;  // of a number
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;  // in the order of the file
  int line = 1;
  int column = 1;

  [[nodiscard]] const JsonValue* find(std::string_view key) const;
};

struct JsonMember {
  std::string key;
  JsonValue value;
};

// Parses a whole file (RFC 8259). Empty, after one fault with line and column, if it is no JSON,
// names a key twice in one object, or nests deeper than 64.
[[nodiscard]] std::optional<JsonValue> parse_json(const std::string& file, const std::string& text,
                                                  std::vector<Diagnostic>& faults);

}  // namespace lien::pricing
