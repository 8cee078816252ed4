#include "benches/jobs/j2_loan.hpp"

#include <cmath>
#include <random>

namespace lien::benches {

J2Loan j2_reference_loan() {
  constexpr double kPrincipal = 24e6, kHours = 730.0, kUnits = 1000.0;
  J2Loan loan{.units = kUnits,
              .floor = 0.01 / 12.0,
              .margin = 0.06 / 12.0,
              .reserve = 1.0e6,
              .reserve_cap = 1.8e6,
              .haircut = 0.10,
              .fixed_cost = 150'000.0,
              .recovery = 0.20,
              .max_loan_to_value = 0.85,
              .month = {}};
  for (std::size_t k = 1; k <= kJ2Months; ++k) {
    const double let = k <= 36 ? 0.6 * kUnits : 0.0;
    const double repaid = double(k - 1) / double(kJ2Months);
    loan.month[k] = {.contract_revenue = let * 2.10 * kHours * 0.95,
                     .free_units = kUnits - let,
                     .operating_cost = kUnits * 0.36 * kHours * std::exp(0.025 * double(k) / 12.0),
                     .opening_balance = kPrincipal * (1.0 - repaid),
                     .principal = kPrincipal / double(kJ2Months),
                     .ratio = 1.0 + 2e-6 * double(k)};
  }
  return loan;
}

J2Rows j2_reference_rows(std::size_t paths) {
  constexpr double kDt = 1.0 / 12.0;
  constexpr std::size_t kSize = kJ2RowMonths * kJ2Pitch;
  J2Rows rows{std::vector<double>(kSize, 1.0), std::vector<double>(kSize, 1.0),
              std::vector<double>(kSize, 1.0), std::vector<double>(kSize, 1.0),
              std::vector<double>(kSize, 1.0)};
  std::mt19937_64 words(20'260'930);
  std::normal_distribution<double> normal;
  for (std::size_t p = 0; p < paths; ++p) {
    double scarcity = 0.0, trend = 0.0, short_rate = 0.04, integral = 0.0;
    for (std::size_t k = 0; k < kJ2RowMonths; ++k) {
      const std::size_t at = k * kJ2Pitch + p;
      if (k > 0) {
        // Hazard and rate of the month are those known at its start.
        rows.survival[at] = std::exp(-0.03 * std::exp(-1.2 * scarcity) * kDt);
        rows.forward_return[at] = std::exp(short_rate * kDt);
        integral += short_rate * kDt;
        scarcity += -0.9 * scarcity * kDt + 0.40 * std::sqrt(kDt) * normal(words);
        trend += -0.10 * kDt + 0.18 * std::sqrt(kDt) * normal(words);
        short_rate += 0.08 * (0.04 - short_rate) * kDt + 0.012 * std::sqrt(kDt) * normal(words);
      }
      rows.spot_revenue[at] = 0.80 * 730.0 * 2.35 * std::exp(scarcity + trend);
      rows.resale_value[at] =
          300.0 + 31'600.0 * std::exp(0.5 * scarcity + trend - 0.20 * double(k) * kDt);
      rows.discount[at] = std::exp(-integral);
    }
  }
  return rows;
}

}  // namespace lien::benches
