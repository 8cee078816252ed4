#include "pricing/book/actus_values.hpp"

#include <charconv>
#include <chrono>
#include <cmath>

#include "pricing/book/scalar.hpp"
#include "pricing/book/text_file.hpp"

namespace lien::pricing {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number value{};
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || text.empty()) return std::nullopt;
  return value;
}

std::optional<Date> date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = whole<int>(text.substr(0, 4)), month = whole<int>(text.substr(5, 2)),
             day = whole<int>(text.substr(8, 2));
  if (!year || !month || !day || *month < 1 || *day < 1) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year{*year},
                                        std::chrono::month{static_cast<unsigned>(*month)},
                                        std::chrono::day{static_cast<unsigned>(*day)}};
  if (!ymd.ok() || *year < 1901 || *year > 2199) return std::nullopt;
  return Date{ymd};
}

std::optional<actus::Time> time_of(std::string_view text) {
  const std::optional<Date> day = date(text.substr(0, 10));
  if (!day) return std::nullopt;
  const std::string_view clock = text.substr(std::min<std::size_t>(text.size(), 10));
  if (clock.empty() || clock == "T00:00" || clock == "T00:00:00") return actus::Time{*day, false};
  if (clock == "T23:59:59") return actus::Time{*day, true};
  if (clock == "T24:00:00" || clock == "T24:00")
    return actus::Time{*day + std::chrono::days{1}, false};
  return std::nullopt;
}

std::optional<actus::Period> period_of(std::string_view text) {
  if (text.size() < 3 || text.front() != 'P') return std::nullopt;
  const auto count = whole<int>(text.substr(1, text.size() - 2));
  constexpr int most = 4000;
  if (!count || *count < 0 || *count > most) return std::nullopt;
  switch (text.back()) {
    case 'D':
      return actus::Period{0, *count};
    case 'W':
      return actus::Period{0, *count * 7};
    case 'M':
      return actus::Period{*count, 0};
    case 'Q':
      return actus::Period{*count * 3, 0};
    case 'H':
      return actus::Period{*count * 6, 0};
    case 'Y':
      return actus::Period{*count * 12, 0};
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string shown(const JsonValue& value) {
  switch (value.kind) {
    case JsonKind::null:
      return "null";
    case JsonKind::list:
      return "a list";
    case JsonKind::object:
      return "an object";
    case JsonKind::text:
      return '"' + shown(std::string_view(value.text)) + '"';
    default:
      return shown(std::string_view(value.text));
  }
}

void TermScope::fault(const JsonValue& at, std::string_view term, std::string value,
                      std::string problem, std::string remedy) const {
  std::string field = label;
  if (!term.empty()) field += (field.empty() ? "" : " / ") + std::string(term);
  faults.push_back({{file, at.line, at.column},
                    std::move(field),
                    std::move(value),
                    std::move(problem),
                    std::move(remedy),
                    false});
}

std::optional<double> TermScope::number(const JsonValue& value, std::string_view term,
                                        double least) const {
  std::optional<double> x;
  if (value.kind == JsonKind::number) x = value.number;
  if (value.kind == JsonKind::text) x = whole<double>(trimmed(value.text));
  constexpr double most = 1e15;
  if (!x || !std::isfinite(*x) || std::abs(*x) > most) {
    fault(value, term, shown(value), "is no number", "write one of at most 1e15, such as 0.05");
    return std::nullopt;
  }
  if (*x < least) {
    fault(value, term, shown(value), "is too small", "write 0 or more");
    return std::nullopt;
  }
  return x;
}

std::optional<actus::Time> TermScope::time(const JsonValue& value, std::string_view term) const {
  std::optional<actus::Time> time;
  if (value.kind == JsonKind::text) time = time_of(trimmed(value.text));
  if (!time)
    fault(value, term, shown(value), "is no time that contracts know",
          "write a day of 1901 to 2199, 2013-01-31T00:00:00, or its end, 2013-01-31T23:59:59");
  return time;
}

std::optional<actus::Period> TermScope::period(const JsonValue& value,
                                               std::string_view term) const {
  std::optional<actus::Period> period;
  if (value.kind == JsonKind::text) {
    std::string_view text = trimmed(value.text);
    if (text.ends_with("L0") || text.ends_with("L1"))
      text.remove_suffix(2);  // ends as a cycle does
    period = period_of(text);
  }
  if (!period)
    fault(value, term, shown(value), "is no period",
          "write P, a whole number of at most 4000 and D, W, M, Q, H or Y: P3M");
  return period;
}

std::optional<actus::Cycle> TermScope::cycle(const JsonValue& value, std::string_view term) const {
  const std::string_view text =
      value.kind == JsonKind::text ? trimmed(value.text) : std::string_view();
  const std::size_t stub = text.size() < 2 ? 0 : text.size() - 2;
  const bool is_long = text.substr(stub) == "L0", is_short = text.substr(stub) == "L1";
  const auto period = is_long || is_short ? period_of(text.substr(0, stub)) : std::nullopt;
  if (!period || (period->months == 0 && period->days == 0)) {
    fault(value, term, shown(value), "is no cycle",
          "write a period and how it ends, L0 for a long or L1 for a short last one: P3ML1");
    return std::nullopt;
  }
  return actus::Cycle{*period, is_long};
}

std::optional<double> TermScope::rate(const JsonValue& value, std::string_view term) const {
  constexpr Range kRates = between(-1, 1);  // of a tape's coupon
  const std::optional<double> x = number(value, term);
  if (!x || kRates.holds(*x)) return x;
  fault(value, term, shown(value), must_lie_in(kRates), range_remedy(*x, kRates, Unit::rate));
  return std::nullopt;
}

std::optional<std::string> TermScope::text(const JsonValue& value, std::string_view term) const {
  if (value.kind == JsonKind::text && !trimmed(value.text).empty())
    return std::string(trimmed(value.text));
  fault(value, term, shown(value), "is no text", "write a text in quotes");
  return std::nullopt;
}

std::optional<int> TermScope::choice(const JsonValue& value, std::string_view term,
                                     std::string_view choices) const {
  const std::string_view text =
      value.kind == JsonKind::text ? trimmed(value.text) : std::string_view();
  std::string known;
  int position = 0;
  for (const std::string& choice : split(choices, '|')) {
    const std::vector<std::string> spellings = split(choice, '/');
    for (const std::string& spelling : spellings)
      if (spelling == text) return position;
    known += (known.empty() ? "" : ", ") + spellings.front();
    ++position;
  }
  fault(value, term, shown(value), "is not one of " + known, "write one of them");
  return std::nullopt;
}

}  // namespace lien::pricing
