#pragma once

#include <cstddef>
#include <cstdint>

#include "pricing/plan/plan.hpp"

// Row kernels that turn factors into what contracts observe. Rows are [paths] doubles, 64-byte
// aligned; paths is a multiple of 8. Compiled once per instruction set; the same bits on each.
namespace lien::pricing {

// out = factor x exp(loading x row): discount factors (loading -1 on the integral), 1/P (on x).
void exponential_row(double factor, double loading, const double* row, double* out,
                     std::size_t paths) noexcept;
// out = numerator / denominator.
void quotient_row(const double* numerator, const double* denominator, double* out,
                  std::size_t paths) noexcept;

// ln R = constant + scarcity_loading chi + frontier_loading xi, then launches are taken off.
void log_rent_row(double constant, double scarcity_loading, double frontier_loading,
                  const double* scarcity, const double* frontier, double* log_rent,
                  std::size_t paths) noexcept;
// log_rent -= loading x effect.
void take_launches_off(double loading, const double* effect, double* log_rent,
                       std::size_t paths) noexcept;
// utilization = min + (max - min)/(1 + exp(-(constant + loading chi + eta))), or the constant one.
//   noise: eta; null where the hardware has none
void utilization_row(const HardwarePlan& hardware, const double* scarcity, const double* noise,
                     double* utilization, std::size_t paths) noexcept;
// spot = utilization x exp(log_rent).
void spot_row(const double* utilization, const double* log_rent, double* spot,
              std::size_t paths) noexcept;

// out = ln row; row > 0 (a value of 0 counts as 1e-300).
void log_row(const double* row, double* out, std::size_t paths) noexcept;

// bins[p] = what is whole of (row - low) x inverse_width, from 0 to most. bins: of any
// alignment.
void bin_row(const double* row, double low, double inverse_width, int most, std::int32_t* bins,
             std::size_t paths) noexcept;

// One party over one month: accumulated += dt exp(log_hazard - loading chi_before);
// survival = exp(-accumulated); default_month = min(default_month, accumulated > clock ? month :
// never).
void party_month(double log_hazard, double loading, double dt_years, double month,
                 const double* scarcity_before, const double* clock, double* accumulated,
                 double* survival, double* default_month, std::size_t paths) noexcept;
// survival = default_month > month ? 1 : 0.
void sampled_survival_row(double month, const double* default_month, double* survival,
                          std::size_t paths) noexcept;
// living += uniform <= survival ? 1 : 0.
void count_living_row(const double* uniform, const double* survival, double* living,
                      std::size_t paths) noexcept;

}  // namespace lien::pricing
