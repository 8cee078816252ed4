// Job J1: three correlated mean-reverting log prices, exact monthly steps, a capped collateral
// value at the end. Every contender simulates this law, so their means agree within Monte Carlo
// error and their times can be compared.
//
//   x' = decay x + shift + mixing z,   P = exp(x),   net = P1 + .8 P2 + .5 P3 - 1.2
//   S = sum of net over months 1..60,  collateral = max(0, .6 S) + 12 P1 + 10 P2 + 8 P3 at month 60
//   payoff = min(110, collateral)
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace lien::benches {

inline constexpr std::size_t kJ1Factors = 3;
inline constexpr std::size_t kJ1Months = 60;
inline constexpr std::size_t kJ1Paths = 100'000;
inline constexpr double kJ1MonthYears = 1.0 / 12.0;
inline constexpr double kJ1Items = double(kJ1Paths) * double(kJ1Months) * double(kJ1Factors);

inline constexpr std::array<double, 3> kJ1ReversionSpeed{1.2, 0.8, 0.5};  // per year
inline constexpr std::array<double, 3> kJ1Level{2.0, 1.1, 0.6};           // exp of the log's mean
inline constexpr std::array<double, 3> kJ1Volatility{0.45, 0.40, 0.35};   // per square-root year
inline constexpr std::array<double, 3> kJ1Start{2.4, 1.3, 0.8};           // price today
inline constexpr std::array<std::array<double, 3>, 3> kJ1Correlation{
    {{1.0, 0.6, 0.4}, {0.6, 1.0, 0.5}, {0.4, 0.5, 1.0}}};
inline constexpr std::array<double, 3> kJ1RentWeight{1.0, 0.8, 0.5};
inline constexpr std::array<double, 3> kJ1EndWeight{12.0, 10.0, 8.0};
inline constexpr double kJ1Cost = 1.2;
inline constexpr double kJ1IncomeShare = 0.6;
inline constexpr double kJ1Cap = 110.0;

// One exact step: decay and shift of each log price, and its covariance with its lower Cholesky
// factor `mixing`. The covariance is that of the step, rho s_i s_j (1 - e^{-(a_i + a_j) dt}) /
// (a_i + a_j), not rho times two standard deviations.
struct J1Step {
  std::array<double, 3> decay, shift;
  std::array<std::array<double, 3>, 3> covariance, mixing;
};

[[nodiscard]] inline J1Step j1_step() {
  J1Step step{};
  for (std::size_t i = 0; i < kJ1Factors; ++i) {
    step.decay[i] = std::exp(-kJ1ReversionSpeed[i] * kJ1MonthYears);
    step.shift[i] = (1.0 - step.decay[i]) * std::log(kJ1Level[i]);
    for (std::size_t j = 0; j < kJ1Factors; ++j) {
      const double speed = kJ1ReversionSpeed[i] + kJ1ReversionSpeed[j];
      step.covariance[i][j] = kJ1Correlation[i][j] * kJ1Volatility[i] * kJ1Volatility[j] *
                              -std::expm1(-speed * kJ1MonthYears) / speed;
    }
  }
  for (std::size_t i = 0; i < kJ1Factors; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double rest = step.covariance[i][j];
      for (std::size_t k = 0; k < j; ++k) rest -= step.mixing[i][k] * step.mixing[j][k];
      step.mixing[i][j] = i == j ? std::sqrt(rest) : rest / step.mixing[j][j];
    }
  }
  return step;
}

// E[S], closed form: every price is lognormal at every month.
[[nodiscard]] inline double j1_expected_income() {
  double income = 0.0;
  for (std::size_t month = 1; month <= kJ1Months; ++month) {
    const double t = double(month) * kJ1MonthYears;
    income -= kJ1Cost;
    for (std::size_t i = 0; i < kJ1Factors; ++i) {
      const double a = kJ1ReversionSpeed[i];
      const double mean =
          std::log(kJ1Level[i]) + std::log(kJ1Start[i] / kJ1Level[i]) * std::exp(-a * t);
      const double variance =
          kJ1Volatility[i] * kJ1Volatility[i] * -std::expm1(-2.0 * a * t) / (2.0 * a);
      income += kJ1RentWeight[i] * std::exp(mean + 0.5 * variance);
    }
  }
  return income;
}

// Totals over paths, and what every contender reports from them.
struct J1Totals {
  double payoff = 0.0, payoff_square = 0.0, income = 0.0, income_square = 0.0;

  void add(double path_income, double end_value) {
    const double collateral = std::fmax(0.0, kJ1IncomeShare * path_income) + end_value;
    const double path_payoff = std::fmin(kJ1Cap, collateral);
    payoff += path_payoff;
    payoff_square += path_payoff * path_payoff;
    income += path_income;
    income_square += path_income * path_income;
  }
};

struct J1Estimate {
  double mean, standard_error;                // of the payoff
  double income_mean, income_standard_error;  // of S
};

[[nodiscard]] inline J1Estimate j1_estimate(const J1Totals& t) {
  const double n = double(kJ1Paths);
  const auto error = [n](double sum, double square) {
    return std::sqrt((square / n - sum / n * (sum / n)) / (n - 1.0));
  };
  return {t.payoff / n, error(t.payoff, t.payoff_square), t.income / n,
          error(t.income, t.income_square)};
}

}  // namespace lien::benches
