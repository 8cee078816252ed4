#include "engine/schedule/integer_totals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace lien::engine {
namespace {

using Rational = boost::multiprecision::cpp_rational;
using WholeNumber = boost::multiprecision::cpp_int;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

Rational power_of_two(int exponent) {
  const WholeNumber power = WholeNumber(1) << std::abs(exponent);
  return exponent >= 0 ? Rational(power) : Rational(WholeNumber(1), power);
}

// A double is a rational number: 53 bits and a power of two.
Rational exactly(double x) {
  int exponent = 0;
  const double mantissa = std::frexp(x, &exponent);
  return Rational(WholeNumber(static_cast<long long>(std::ldexp(mantissa, 53)))) *
         power_of_two(exponent - 53);
}

// x in units, rounded to the nearest whole number, halves to even.
WholeNumber whole_units(double x, const Rational& unit) {
  const Rational units = exactly(x) / unit;
  const WholeNumber twice = 2 * numerator(units), over = denominator(units);
  WholeNumber below = twice / (2 * over);  // truncated
  if (twice < below * 2 * over) --below;
  const WholeNumber rest = twice - below * 2 * over;  // in [0, 2 over)
  if (rest > over || (rest == over && below % 2 != 0)) ++below;
  return below;
}

// Sums of every size a task can bring: from under a unit to far above the scale.
std::vector<double> task_sums(std::size_t count, double largest, unsigned seed) {
  std::mt19937_64 draw(seed);
  std::uniform_real_distribution<double> exponent(-60, 0), sign(-1, 1);
  std::vector<double> sums(count);
  for (double& x : sums) x = largest * sign(draw) * std::exp2(exponent(draw));
  return sums;
}

double total(const std::vector<double>& sums, double scale) {
  IntegerTotals totals(std::vector<double>{scale});
  for (const double x : sums) totals.add(&x);
  EXPECT_EQ(totals.first_non_finite(), totals.size());
  return totals.value(0);
}

TEST(IntegerTotals, AreTheExactSumOfTheRoundedTasks) {
  for (const double scale : {1.0, 0x1p-40, 0x1p60}) {
    for (const double largest : {1e-9, 1.0, 1e6, 1e15}) {
      const auto sums = task_sums(500, largest * scale, 1);
      const Rational unit = power_of_two(std::ilogb(scale) - 40);
      WholeNumber units = 0;
      for (const double x : sums) units += whole_units(x, unit);
      const Rational expected = Rational(units) * unit;
      const Rational error = exactly(total(sums, scale)) - expected;
      // The total itself is rounded once, to a double.
      EXPECT_LE(abs(error), abs(expected) * power_of_two(-53)) << scale << ' ' << largest;
    }
  }
}

TEST(IntegerTotals, RoundATaskByHalfAUnitAtMost) {
  const auto sums = task_sums(1000, 100.0, 2);
  Rational exact = 0;
  for (const double x : sums) exact += exactly(x);
  const Rational error = abs(exactly(total(sums, 1.0)) - exact);
  EXPECT_LE(error, 1000 * power_of_two(-41) + abs(exact) * power_of_two(-53));
}

TEST(IntegerTotals, HaveNoOrder) {
  auto sums = task_sums(2000, 1e9, 3);
  const double first = total(sums, 1.0);
  std::mt19937_64 draw(4);
  for (int i = 0; i < 20; ++i) {
    std::shuffle(sums.begin(), sums.end(), draw);
    EXPECT_EQ(total(sums, 1.0), first);
  }
  // Ranks: any split into parts, added up afterwards.
  for (const std::size_t parts : {2U, 3U, 7U, 16U}) {
    std::vector<IntegerTotals> ranks(parts, IntegerTotals(std::vector<double>{1.0}));
    for (std::size_t i = 0; i < sums.size(); ++i) ranks[i % parts].add(&sums[i]);
    IntegerTotals all(std::vector<double>{1.0});
    for (const auto& rank : ranks) all.add(rank);
    EXPECT_EQ(all.value(0), first);
  }
}

// Doubles added in another order do move: the property above is not one of any sum.
TEST(IntegerTotals, GuardAgainstWhatPlainDoublesDo) {
  auto sums = task_sums(2000, 1e9, 3);
  const auto plain = [&sums] {
    double sum = 0;
    for (const double x : sums) sum += x;
    return sum;
  };
  const double first = plain();
  std::sort(sums.begin(), sums.end());
  EXPECT_NE(plain(), first);
}

TEST(IntegerTotals, CancelExactly) {
  const std::vector<double> sums = {0x1p79, 1.0, 0x1p-40, -0x1p79, -1.0};
  EXPECT_EQ(total(sums, 1.0), 0x1p-40);
  EXPECT_EQ(total({0x1p-42, 0x1p-42}, 1.0), 0.0);  // under half a unit each
  EXPECT_EQ(total({0x1p-41}, 1.0), 0.0);           // a half, to even
  EXPECT_EQ(total({0x1.8p-40}, 1.0), 0x1p-39);     // one and a half, to even
  EXPECT_EQ(total({}, 1.0), 0.0);
}

TEST(IntegerTotals, KeepHugeSumsUpToTwoToTheEightieth) {
  for (const double x : {0x1p21, 0x1.23456789abcdep22, 0x1.fffffffffffffp60, -0x1.8p70, 0x1p79})
    EXPECT_EQ(total({x}, 1.0), x);
  EXPECT_EQ(total(std::vector<double>(100, 0x1.23456789abcdep72), 1.0), 100 * 0x1.23456789abcdep72);
}

TEST(IntegerTotals, RememberWhichNumberWasNotFinite) {
  const std::vector<double> scales(5, 1.0);
  for (const double bad : {kNotANumber, kInfinity, -kInfinity, 0x1p80, -1e30, 1e308}) {
    IntegerTotals totals(scales);
    std::vector<double> sums = {1, 2, 3, bad, 5};
    totals.add(sums.data());
    sums = {1, 2, 3, 4, bad};
    totals.add(sums.data());
    EXPECT_EQ(totals.first_non_finite(), 3U) << bad;
    EXPECT_EQ(totals.value(2), 6.0);  // the others go on
    EXPECT_EQ(totals.value(4), 5.0);
    IntegerTotals all(scales);
    all.add(totals);
    EXPECT_EQ(all.first_non_finite(), 3U);
  }
}

TEST(IntegerTotals, RoundAScaleUpToAPowerOfTwo) {
  // 5 counts as 8: the unit is 2^-37, and half of it is lost.
  EXPECT_EQ(total({0x1p-37}, 5.0), 0x1p-37);
  EXPECT_EQ(total({0x1p-39}, 5.0), 0.0);
  EXPECT_EQ(total({0x1p-39}, 2.0), 0x1p-39);
}

TEST(IntegerTotals, RefuseAScaleThatIsNone) {
  for (const double scale : {0.0, -1.0, kNotANumber, kInfinity})
    EXPECT_THROW(IntegerTotals(std::vector<double>{1.0, scale}), std::invalid_argument) << scale;
}

TEST(IntegerTotals, GoOnFromTheirUnits) {
  const std::vector<double> scales{1.0, 3e9, 1e-7};
  const double first[] = {0.1, -2e11, 3e-7}, second[] = {1e300, 5.5, -1e-9};
  IntegerTotals whole(scales), before(scales), after(scales);
  before.add(first);
  after.restore(before.units(), before.first_non_finite());
  for (IntegerTotals* totals : {&whole, &after}) {
    if (totals == &whole) totals->add(first);
    totals->add(second);
  }
  for (std::size_t i = 0; i < scales.size(); ++i) EXPECT_EQ(after.value(i), whole.value(i)) << i;
  EXPECT_EQ(after.first_non_finite(), 0U);
  IntegerTotals again(scales);
  again.restore(after.units(), after.first_non_finite());
  EXPECT_EQ(again.first_non_finite(), 0U);
  EXPECT_THROW(again.restore(whole.units().first(2), 2), std::invalid_argument);
  EXPECT_THROW(again.restore(whole.units(), 4), std::invalid_argument);
}

}  // namespace
}  // namespace lien::engine
