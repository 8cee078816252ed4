#include "engine/elementary/hypotenuse.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace lien::engine {
namespace {

// 64-bit mantissas are the reference: their own error is 1/2048 of a unit in the last place.
TEST(Hypotenuse, IsWithinAUnitInTheLastPlace) {
  std::mt19937_64 bits(11);
  std::uniform_real_distribution<double> log_size(-40.0, 40.0), log_ratio(-30.0, 30.0);
  double worst = 0.0;
  for (int i = 0; i < 1'000'000; ++i) {
    const double a = std::exp(log_size(bits)), b = a * std::exp(log_ratio(bits)) * (i % 2 ? 1 : -1);
    const double h = hypotenuse(a, b);
    const long double exact =
        std::sqrt(static_cast<long double>(a) * a + static_cast<long double>(b) * b);
    const double ulp = std::nextafter(h, std::numeric_limits<double>::infinity()) - h;
    worst = std::fmax(worst, static_cast<double>(std::abs(h - exact)) / ulp);
  }
  EXPECT_LE(worst, 1.0);
  EXPECT_GE(worst, 0.49);  // no better than rounding: the reference is what it is taken for
}

TEST(Hypotenuse, IsExactWhereItCanBe) {
  EXPECT_EQ(hypotenuse(3.0, -4.0), 5.0);
  EXPECT_EQ(hypotenuse(0.0, 0.0), 0.0);
  EXPECT_EQ(hypotenuse(0.0, -7.5), 7.5);
  EXPECT_EQ(hypotenuse(1.0, 1e-300), 1.0);
  EXPECT_TRUE(std::isnan(hypotenuse(std::nan(""), 1.0)));
  EXPECT_TRUE(std::isnan(hypotenuse(0.0, std::nan(""))));
}

}  // namespace
}  // namespace lien::engine
