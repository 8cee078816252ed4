#include "pricing/market/rating.hpp"

#include <array>
#include <cstddef>

namespace lien::pricing {
namespace {

// S&P and Fitch, then Moody's, side by side.
constexpr std::array<std::array<std::string_view, 2>, 21> kGrades = {
    {{"AAA", "Aaa"}, {"AA+", "Aa1"},   {"AA", "Aa2"},    {"AA-", "Aa3"},   {"A+", "A1"},
     {"A", "A2"},    {"A-", "A3"},     {"BBB+", "Baa1"}, {"BBB", "Baa2"},  {"BBB-", "Baa3"},
     {"BB+", "Ba1"}, {"BB", "Ba2"},    {"BB-", "Ba3"},   {"B+", "B1"},     {"B", "B2"},
     {"B-", "B3"},   {"CCC+", "Caa1"}, {"CCC", "Caa2"},  {"CCC-", "Caa3"}, {"CC", "Ca"},
     {"C", "C"}}};

}  // namespace

std::optional<int> rating_grade(std::string_view rating) noexcept {
  for (std::size_t grade = 0; grade < kGrades.size(); ++grade)
    for (const std::string_view name : kGrades[grade])
      if (name == rating) return static_cast<int>(grade);
  return std::nullopt;
}

}  // namespace lien::pricing
