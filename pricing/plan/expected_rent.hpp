#pragma once

#include <utility>
#include <vector>

#include "pricing/contract/run_settings.hpp"
#include "pricing/plan/strip.hpp"

namespace lien::pricing {

// Lines of launches that age a hardware, as (index in the market, loading): its launch_loadings,
// else its own line with loading 1. Loadings of 0 are left out.
[[nodiscard]] std::vector<std::pair<std::size_t, double>> line_loadings(const Market& market,
                                                                        const Hardware& hardware);

// ln E[R(t_k)] on one basis seen from today, entry k, without scenario paths and the shift of a
// forward curve (forward_shift.hpp); R_0 = 1 for a hardware that earns nothing. Exact: lognormal
// factors, the uncertain drift of the real-world basis included, times the transforms of launches
// and regimes. On a grid of other steps than months, launches are known at month ends and run
// linearly between them; without launches every step is exact.
[[nodiscard]] std::vector<double> expected_log_rents(const Market& market, const Hardware& hardware,
                                                     MeasureBasis basis, Date valuation_date,
                                                     int steps, int steps_per_year = 12);

// ln E[R(t_k)^power], power other than 0, entry k of whole months; as above and as exact.
[[nodiscard]] std::vector<double> expected_log_powers(const Market& market,
                                                      const Hardware& hardware, MeasureBasis basis,
                                                      Date valuation_date, int months,
                                                      double power);

// E[ln R(t_k)] and its standard deviation, both to second order in launches, the deviation in
// regimes too: the middle of a fan's bins. Without the shift of a forward curve.
struct LogRentSpread {
  std::vector<double> mean, stdev;
};
[[nodiscard]] LogRentSpread log_rent_spread(const Market& market, const Hardware& hardware,
                                            MeasureBasis basis, Date valuation_date, int steps,
                                            int steps_per_year = 12);

// Launches as the strip sees them from today for `life` months: sums over lines of l_1 - pipeline
// and of l_2 - 2 l_1.
[[nodiscard]] StripState strip_state_today(const Market& market, const Hardware& hardware,
                                           MeasureBasis drifts, Date valuation_date, int life);

}  // namespace lien::pricing
