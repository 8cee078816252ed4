#include "pricing/book/scalar.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "pricing/book/text_file.hpp"

namespace lien::pricing {
namespace {

constexpr double kLargest = 1e15;

std::string as_written(const Scalar& value) {
  if (value.kind == ScalarKind::list) return "a list";
  if (value.kind == ScalarKind::table) return "a table";
  if (value.kind == ScalarKind::text) return '"' + shown(value.text) + '"';
  return shown(value.text);
}

// The shortest text of a bound of a field, without an exponent.
std::string plain(double x) {
  std::array<char, 64> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), x, std::chars_format::fixed);
  return error == std::errc{} ? std::string(text.data(), end) : std::string("?");
}

std::string wrong_type(const Scalar& value, std::string_view wanted) {
  const bool spaces = value.kind == ScalarKind::cell && !value.text.empty() &&
                      (value.text.front() == ' ' || value.text.back() == ' ');
  return "must be " + std::string(wanted) + (spaces ? ", without spaces around it" : "");
}

// A cell or a TOML number as a double; empty if it is neither.
std::optional<double> number_of(const Scalar& value) {
  if (value.kind == ScalarKind::real) return value.number;
  if (value.kind == ScalarKind::integer) return static_cast<double>(value.integer);
  if (value.kind != ScalarKind::cell) return std::nullopt;
  double x = 0;
  const char* const end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, x);
  if (stop != end || value.text.empty()) return std::nullopt;
  // from_chars keeps x when 1e400 does not fit; infinity lets the caller say what is wrong.
  if (error == std::errc::result_out_of_range) return HUGE_VAL;
  return error == std::errc{} ? std::optional(x) : std::nullopt;
}

// 11.5 / 100 is 0.11499999999999999 to the last bit.
std::string rounded_hundredth(double x) {
  std::array<char, 32> rounded{};
  std::snprintf(rounded.data(), rounded.size(), "%.6g", x / 100);
  return rounded.data();
}

bool is_id(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  for (const char c : text) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !digit && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

int position(std::string_view text, std::string_view choices) {
  const std::vector<std::string> names = split(choices, '|');
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<int>(i);
  return -1;
}

}  // namespace

std::string range_remedy(double x, const Range& range, Unit unit) {
  if (unit == Unit::price && x > range.high)
    return x > 200 ? "write a share of par: 0.97 is a price of 97"
                   : "write a share of par: " + rounded_hundredth(x) + " is a price of " + plain(x);
  if (unit == Unit::plain || x <= 1 || range.high > 1) return {};
  if (x > 100) return "write a share: 0.115 is 11.5 %";
  return "write a share: " + rounded_hundredth(x) + " is " + plain(x) + " %";
}

std::string Scope::field_label(std::string_view field) const {
  const std::string name = prefix + std::string(field);
  return label.empty() || name.empty() ? label + name : label + " / " + name;
}

Scope Scope::part(std::string_view field) const {
  Scope inner = *this;
  inner.prefix += std::string(field) + '.';
  return inner;
}

void Scope::fault(int line, int column, std::string_view field, std::string value,
                  std::string problem, std::string remedy) const {
  faults.push_back({{file, line, column},
                    field_label(field),
                    std::move(value),
                    std::move(problem),
                    std::move(remedy),
                    configuration});
}

void Scope::fault(const Scalar& value, std::string_view field, std::string problem,
                  std::string remedy) const {
  fault(value.line, value.column, field, as_written(value), std::move(problem), std::move(remedy));
}

std::string must_lie_in(const Range& range) {
  if (range.low <= -kLargest && range.high >= kLargest) return "must be a number";
  if (range.high >= kLargest)
    return (range.low_open ? "must be above " : "must be at least ") + plain(range.low);
  if (range.low <= -kLargest)
    return (range.high_open ? "must be below " : "must be at most ") + plain(range.high);
  return std::string("must lie in ") + (range.low_open ? '(' : '[') + plain(range.low) + ", " +
         plain(range.high) + (range.high_open ? ')' : ']');
}

std::optional<double> read_number(const Scalar& value, std::string_view field, const Range& range,
                                  Unit unit, const Scope& scope) {
  const std::optional<double> x = number_of(value);
  if (!x) {
    const bool quoted = value.kind == ScalarKind::text;
    scope.fault(
        value, field, wrong_type(value, "a number"),
        quoted ? "write it without quotes" : "write digits with a point: 12000000 or 0.115");
    return std::nullopt;
  }
  if (std::isnan(*x)) {
    scope.fault(value, field, "must be a number", "leave it out if it is not known");
    return std::nullopt;
  }
  if (std::abs(*x) > kLargest) {
    scope.fault(value, field, "must be at most 1e15 in size");
    return std::nullopt;
  }
  if (!range.holds(*x)) {
    scope.fault(value, field, must_lie_in(range), range_remedy(*x, range, unit));
    return std::nullopt;
  }
  return *x == 0 ? 0.0 : *x;  // -0 would print as another number
}

std::optional<std::int64_t> read_integer(const Scalar& value, std::string_view field,
                                         const Range& range, const Scope& scope) {
  std::int64_t whole = value.integer;
  bool exact = value.kind == ScalarKind::integer;
  if (value.kind == ScalarKind::cell) {
    const char* const end = value.text.data() + value.text.size();
    const auto [stop, error] = std::from_chars(value.text.data(), end, whole);
    exact = error == std::errc{} && stop == end;
  }
  if (!exact) {  // spreadsheets write 1000 as 1000.0
    const std::optional<double> x = number_of(value);
    if (!x || !(std::abs(*x) <= kLargest) || *x != std::floor(*x)) {
      scope.fault(value, field, wrong_type(value, "a whole number"));
      return std::nullopt;
    }
    whole = static_cast<std::int64_t>(*x);
  }
  if (!range.holds(static_cast<double>(whole))) {
    scope.fault(value, field, must_lie_in(range));
    return std::nullopt;
  }
  return whole;
}

std::optional<Date> read_date(const Scalar& value, std::string_view field, const Scope& scope) {
  if (value.kind == ScalarKind::date) return value.date;
  const std::string_view t = value.text;
  const auto digits = [&](std::size_t from, std::size_t count) {
    int number = 0;
    for (std::size_t i = from; i < from + count; ++i) {
      if (t[i] < '0' || t[i] > '9') return -1;
      number = 10 * number + (t[i] - '0');
    }
    return number;
  };
  if (value.kind == ScalarKind::cell && t.size() == 10 && t[4] == '-' && t[7] == '-') {
    const int y = digits(0, 4), m = digits(5, 2), d = digits(8, 2);
    if (y >= 0 && m >= 0 && d >= 0) {
      const std::chrono::year_month_day date{std::chrono::year(y),
                                             std::chrono::month(static_cast<unsigned>(m)),
                                             std::chrono::day(static_cast<unsigned>(d))};
      if (date.ok()) return std::chrono::sys_days(date);
      scope.fault(value, field, "is no day of the calendar");
      return std::nullopt;
    }
  }
  scope.fault(value, field, wrong_type(value, "a date"),
              value.kind == ScalarKind::text ? "write it without quotes: 2026-09-30"
                                             : "write year, month and day: 2026-09-30");
  return std::nullopt;
}

std::optional<bool> read_flag(const Scalar& value, std::string_view field, const Scope& scope) {
  if (value.kind == ScalarKind::flag) return value.flag;
  if (value.kind == ScalarKind::cell && value.text == "true") return true;
  if (value.kind == ScalarKind::cell && value.text == "false") return false;
  scope.fault(value, field, wrong_type(value, "true or false"));
  return std::nullopt;
}

std::optional<std::string> read_text(const Scalar& value, std::string_view field,
                                     const Scope& scope) {
  if (value.kind == ScalarKind::cell || value.kind == ScalarKind::text)
    return std::string(value.text);
  scope.fault(value, field, "must be text", "write it in quotes");
  return std::nullopt;
}

std::optional<std::string> read_id(const Scalar& value, std::string_view field,
                                   const Scope& scope) {
  std::optional<std::string> text = read_text(value, field, scope);
  if (!text || is_id(*text)) return text;
  scope.fault(value, field, wrong_type(value, "1 to 64 of A-Z a-z 0-9 . _ -"),
              text->size() > 64 ? "shorten it" : "");
  return std::nullopt;
}

std::optional<int> read_choice(const Scalar& value, std::string_view field,
                               std::string_view choices, std::string_view later,
                               const Scope& scope) {
  const std::vector<std::string> names = split(choices, '|');
  std::string listed;
  for (std::size_t i = 0; i < names.size(); ++i)
    listed += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  const bool text = value.kind == ScalarKind::cell || value.kind == ScalarKind::text;
  if (text) {
    if (const int k = position(value.text, choices); k >= 0) return k;
    if (!value.text.empty() && position(value.text, later) >= 0) {
      scope.fault(value, field, std::string(kNotInThisVersion), "write " + listed);
      return std::nullopt;
    }
  }
  scope.fault(value, field, wrong_type(value, listed),
              text ? did_you_mean(value.text, names, "") : "write it in quotes");
  return std::nullopt;
}

bool states_neutral(const Scalar& value, std::string_view neutral) {
  if (neutral.empty()) return false;
  if (value.text == neutral) return true;
  const std::optional<double> x = number_of(value);
  const Scalar wanted{ScalarKind::cell, neutral, 0, 0, false, {}, 0, 0};
  return x && number_of(wanted) && *x == *number_of(wanted);
}

void refuse_later(const Scalar& value, std::string_view field, std::string_view remedy,
                  const Scope& scope) {
  scope.fault(value.line, value.column, field, "", std::string(kNotInThisVersion),
              std::string(remedy));
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known,
                         std::string otherwise) {
  const std::string near = nearest_name(name, known);
  return near.empty() ? otherwise : "did you mean " + near + "?";
}

void refuse_unknown(int line, int column, std::string_view name, const std::string& what,
                    const std::vector<std::string>& known, const Scope& scope) {
  scope.fault(line, column, shown(name), "", "is not a known " + what,
              did_you_mean(name, known, "remove it"));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at; (at = text.find(separator, from)) != std::string_view::npos; from = at + 1)
    parts.emplace_back(text.substr(from, at - from));
  parts.emplace_back(text.substr(from));
  return parts;
}

}  // namespace lien::pricing
