#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/kernels/random_rows.hpp"
#include "engine/statistics/tail.hpp"

// Known answers at the level of the function that computes them; tests/validation has the rest.
namespace lien::pricing {
namespace {

double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

// Case O33: loss 100 - V_1, price drift -0.25, sigma 0.40. Its values are those of the closed form
//   VaR = 100 (1 - exp(m + s z)), ES = 100 (1 - exp(-0.25) N(z - s) / (1 - q)), z = N^-1(1 - q).
struct LognormalTail {
  double confidence, z, value_at_risk, expected_shortfall;
};
constexpr LognormalTail kO33[] = {
    {0.99, -2.3263478740408408, 71.64988642405937, 75.06300726938544},
    {0.999, -3.0902323061678136, 79.11403789837267, 81.20750451888357},
};
constexpr double kLogMean = -0.25 - 0.40 * 0.40 / 2, kSigma = 0.40;

TEST(TailOf, ReproducesTheLognormalTailsOfCaseO33) {
  constexpr std::size_t kPaths = std::size_t{1} << 18;
  std::vector<double> row[4];
  for (auto& r : row) r.resize(kPaths);
  engine::normal_rows({0x0033, 0x0120}, 0, 0, row[0].data(), row[1].data(), row[2].data(),
                      row[3].data(), kPaths);
  std::vector<double> losses;
  for (const auto& r : row)
    for (const double z : r) losses.push_back(100 - 100 * std::exp(kLogMean + kSigma * z));
  const auto n = static_cast<double>(losses.size());
  std::sort(losses.begin(), losses.end());
  for (const LognormalTail& o33 : kO33) {
    const double q = o33.confidence;
    EXPECT_NEAR(100 * (1 - std::exp(kLogMean + kSigma * o33.z)), o33.value_at_risk, 1e-9);
    EXPECT_NEAR(100 * (1 - std::exp(-0.25) * normal_cdf(o33.z - kSigma) / (1 - q)),
                o33.expected_shortfall, 1e-9);

    const engine::TailEstimate got = engine::tail_of(losses, q);
    // Asymptotic error of a quantile: sqrt(q (1 - q) / n) over the density there.
    const double density = std::exp(-o33.z * o33.z / 2) / std::sqrt(2 * 3.14159265358979323846) /
                           (kSigma * (100 - o33.value_at_risk));
    const double error = std::sqrt(q * (1 - q) / n) / density;
    const double reported = (got.value_at_risk_high - got.value_at_risk_low) / (2 * 1.96);
    const double shortfall_error =
        (got.expected_shortfall_high - got.expected_shortfall_low) / (2 * 1.96);
    EXPECT_NEAR(got.value_at_risk, o33.value_at_risk, 4 * error) << q;
    // The width rests on the 4 sqrt(n q (1-q)) losses inside: 5 % noise at 99 %, 9 % at 99.9 %.
    EXPECT_NEAR(reported / error, 1, q < 0.995 ? 0.12 : 0.25) << q;
    EXPECT_NEAR(got.expected_shortfall, o33.expected_shortfall, 4 * shortfall_error) << q;
    EXPECT_LT(shortfall_error, 2 * error) << q;
    EXPECT_LT(error, 1e-2 * o33.value_at_risk) << q;
    EXPECT_NEAR(got.cumulative_probability, q, 1e-6) << q;
  }
}

}  // namespace
}  // namespace lien::pricing
