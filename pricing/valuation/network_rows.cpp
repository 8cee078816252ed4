#include "pricing/valuation/network_rows.hpp"

#include "engine/elementary/elementary.hpp"

namespace lien::pricing {

void rest_of_month_row(double dt_years, const double* clock, const double* before,
                       const double* accumulated, double* rest, std::size_t paths) noexcept {
  for (std::size_t p = 0; p < paths; ++p) {
    const bool now = accumulated[p] > clock[p] && before[p] <= clock[p];
    rest[p] = now ? dt_years * ((accumulated[p] - clock[p]) / (accumulated[p] - before[p])) : 0.0;
  }
}

void run_kick_row(const KickPlan& kick, double* level, double* carry, double* accumulated,
                  std::size_t paths) noexcept {
  for (std::size_t p = 0; p < paths; ++p) {
    accumulated[p] += carry[p] + level[p] * kick.month_integral;
    level[p] *= kick.month_decay;
    carry[p] = 0;
  }
}

void start_kick_row(const KickPlan& kick, double month, const double* default_month,
                    const double* rest, double* level, double* carry, std::size_t paths) noexcept {
  for (std::size_t p = 0; p < paths; ++p) {
    if (default_month[p] != month) continue;
    const double lost = -engine::expm1(-kick.decay * rest[p]);
    carry[p] = kick.jump * (kick.decay > 0 ? lost / kick.decay : rest[p]);
    level[p] = kick.jump * (1 - lost);
  }
}

}  // namespace lien::pricing
