#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pricing/actus/terms.hpp"
#include "pricing/book/json_document.hpp"

namespace lien::pricing {

// The term being read: how a fault about it is labelled and where it goes. Every reader returns
// empty after one fault.
struct TermScope {
  std::vector<Diagnostic>& faults;
  const std::string& file;
  std::string label;  // "contract pam01"

  void fault(const JsonValue& at, std::string_view term, std::string value, std::string problem,
             std::string remedy) const;

  // Numbers may be JSON texts, spaces around them: "  500". Size at most 1e15.
  [[nodiscard]] std::optional<double> number(const JsonValue& value, std::string_view term,
                                             double least = -1e15) const;
  // A rate a year in the range of a tape's coupon, [-1, 1].
  [[nodiscard]] std::optional<double> rate(const JsonValue& value, std::string_view term) const;
  // 2013-01-01, 2013-01-01T00:00, 2013-01-01T00:00:00, 2013-12-31T23:59:59 or ..T24:00:00; years
  // 1901 to 2199.
  [[nodiscard]] std::optional<actus::Time> time(const JsonValue& value,
                                                std::string_view term) const;
  // P3M, P2W, P0D: years, halves, quarters, months, weeks or days.
  [[nodiscard]] std::optional<actus::Period> period(const JsonValue& value,
                                                    std::string_view term) const;
  // P3ML0 with a long, P3ML1 with a short last period; longer than nothing.
  [[nodiscard]] std::optional<actus::Cycle> cycle(const JsonValue& value,
                                                  std::string_view term) const;
  [[nodiscard]] std::optional<std::string> text(const JsonValue& value,
                                                std::string_view term) const;
  // Position among "SD|EOM"; spellings that mean the same follow a slash: "OOO/000|IOO/I00".
  [[nodiscard]] std::optional<int> choice(const JsonValue& value, std::string_view term,
                                          std::string_view choices) const;
};

// A value as a message shows it.
[[nodiscard]] std::string shown(const JsonValue& value);

}  // namespace lien::pricing
