#include "pricing/report/text_form.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace lien::pricing {
namespace {

// Length of the UTF-8 sequence at the start of `text`, 0 if it is none (overlong forms, surrogates
// and values above U+10FFFF are none).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  const unsigned second = byte(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool outside = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
  return overlong || outside ? 0 : length;
}

void append_escaped(std::string& out, char c) {
  constexpr char digits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += "\\x";
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

}  // namespace

std::string without_controls(std::string_view text, std::string_view kept) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool control = (first < 0x20 && kept.find(text.front()) == std::string_view::npos) ||
                         first == 0x7F ||
                         (first == 0xC2 && length == 2 &&  // C1: U+0080 to U+009F
                          static_cast<unsigned char>(text[1]) < 0xA0);
    const std::size_t taken = length == 0 ? 1 : length;
    for (const char c : text.substr(0, taken)) {
      if (control || length == 0)
        append_escaped(out, c);
      else
        out += c;
    }
    text.remove_prefix(taken);
  }
  return out;
}

std::string fixed_text(double value, int decimals) {
  if (!std::isfinite(value)) return "n/a";
  char text[512];
  const auto end =
      std::to_chars(text, text + sizeof text, std::abs(value), std::chars_format::fixed, decimals);
  std::string digits(text, end.ptr);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  // A character: of a string g++ 12 warns, falsely, where it inlines this.
  for (std::size_t i = point; i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  const bool zero = digits.find_first_of("123456789") == std::string::npos;
  return value < 0 && !zero ? "-" + digits : digits;
}

std::string signed_text(double value, int decimals) {
  const std::string text = fixed_text(value, decimals);
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return std::isfinite(value) && value > 0 && !zero ? "+" + text : text;
}

std::string round_trip_text(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string seventeen_digits(double value) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 17);
  return {text, end.ptr};
}

std::string significant_text(double value, int digits) {
  char text[40];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits);
  return {text, end.ptr};
}

std::string integer_text(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string iso_text(Date date) {
  const std::chrono::year_month_day day(date);
  const auto two = [](unsigned n) { return std::string(n < 10 ? "-0" : "-") + std::to_string(n); };
  return std::to_string(static_cast<int>(day.year())) + two(static_cast<unsigned>(day.month())) +
         two(static_cast<unsigned>(day.day()));
}

int decimals_for(double standard_error, int otherwise) {
  if (!std::isfinite(standard_error) || standard_error <= 0) return otherwise;
  int decimals = 0;
  // Until the rounded error keeps two digits: 0.95 and above would need one decimal.
  for (double scaled = standard_error; scaled < 9.5 && decimals < 4; scaled *= 10) ++decimals;
  return decimals;
}

MoneyUnit money_unit(double largest_amount, std::string_view currency) {
  const std::string label(currency);
  if (largest_amount >= 1e6) return {1e6, label + " m"};
  if (largest_amount >= 1e4) return {1e3, label + " k"};
  return {1, label};
}

}  // namespace lien::pricing
