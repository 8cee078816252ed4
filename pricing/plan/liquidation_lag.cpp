#include <algorithm>
#include <chrono>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile.hpp"

namespace lien::pricing {

int whole_lag(double lag_months) { return static_cast<int>(std::floor(lag_months + 0.5)); }

std::vector<double> lag_distribution(double mean_months, double stdev_months) {
  const double spread = stdev_months / mean_months;
  const double variance = engine::log1p(spread * spread), stdev = std::sqrt(variance);
  const double log_mean = engine::log(mean_months) - variance / 2;
  std::vector<double> cumulative;
  for (int j = 0; j <= kLongestLag; ++j) {
    const double below = engine::normal_cdf((engine::log(j + 0.5) - log_mean) / stdev);
    if (below >= 1 - kLagCut) break;
    cumulative.push_back(below);
  }
  cumulative.push_back(1.0);
  return cumulative;
}

int longest_lag(double mean_months, double stdev_months) {
  if (!(stdev_months > 0) || !(mean_months > 0)) return whole_lag(mean_months);
  return static_cast<int>(lag_distribution(mean_months, stdev_months).size()) - 1;
}

int lag_left(int lag, Date default_date, Date valuation_date) {
  using namespace std::chrono;
  const year_month_day then(default_date), now(valuation_date);
  int passed = static_cast<int>((now.year() / now.month() - then.year() / then.month()).count());
  const bool ends = now.day() == (now.year() / now.month() / last).day();
  if (then.day() > now.day() && !ends) --passed;
  return std::max(lag - passed - 1, 0);
}

}  // namespace lien::pricing
