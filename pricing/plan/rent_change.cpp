#include "pricing/plan/rent_change.hpp"

#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/forward_shift.hpp"

namespace lien::pricing {
namespace {

// E[ln R(t_k)]; exact without launches.
std::vector<double> mean_logs(const Market& market, const Hardware& hardware, MeasureBasis basis,
                              Date valuation_date, int months) {
  return log_rent_spread(market, hardware, basis, valuation_date, months).mean;
}

// -E[X_k - X_0] of the hardware's lines, each times its loading: the derivative at 0 of the
// transform ln E[exp(-q (X_k - X_0))], by central differences of fourth order, whatever the law of
// the launches and of their ramp. The step balances truncation and the transform's own 1e-12.
std::vector<double> launch_part(const Market& market, const Hardware& hardware, MeasureBasis basis,
                                Date valuation_date, int months) {
  constexpr double step = 0.02;
  std::vector<double> part(static_cast<std::size_t>(months) + 1, 0.0);
  const auto loadings = line_loadings(market, hardware);
  if (loadings.empty()) return part;
  for (const auto& [multiple, weight] :
       {std::pair{1.0, 8.0}, {-1.0, -8.0}, {2.0, -1.0}, {-2.0, 1.0}}) {
    Hardware scaled = hardware;
    scaled.launch_loadings.clear();
    for (const auto& [line, loading] : loadings)
      scaled.launch_loadings[market.launches[line].line] = multiple * step * loading;
    const StripState state = strip_state_today(market, scaled, basis, valuation_date, months);
    for (std::size_t h = 0; h < state.launch_mean.size(); ++h)
      part[h + 1] += weight * state.launch_mean[h] / (12 * step);
  }
  return part;
}

}  // namespace

const char* rent_part_name(RentPart part) {
  constexpr const char* names[] = {"trend", "launches",      "scarcity",
                                   "wear",  "forward_curve", "convexity"};
  return names[part];
}

double RentChange::mean_of_log() const { return log_of_mean() - log_parts[kConvexity]; }

double RentChange::log_of_mean() const {
  double sum = 0;
  for (const double part : log_parts) sum += part;
  return sum;
}

std::array<double, kRentParts> RentChange::money_parts(double rent_today) const {
  const double all = log_of_mean();
  const double scale = all == 0 ? rent_today : rent_today * engine::expm1(all) / all;
  std::array<double, kRentParts> parts{};
  for (std::size_t i = 0; i < kRentParts; ++i) parts[i] = scale * log_parts[i];
  return parts;
}

std::vector<RentChange> rent_changes(const Market& market, const Hardware& hardware,
                                     MeasureBasis basis, Date valuation_date, int months) {
  // One driver after another is taken out; their logs add, so that the order is none.
  Market calm = market;
  calm.launches.clear();
  Hardware plain = hardware;
  const auto means = [&](const Market& m, const Hardware& h) {
    return mean_logs(m, h, basis, valuation_date, months);
  };
  const auto all = means(calm, plain);
  calm.scarcity.reset();
  const auto without_scarcity = means(calm, plain);
  calm.frontier.reset();
  const auto without_trend = means(calm, plain);
  plain.wear = 0;
  const auto without_wear = means(calm, plain);
  const auto launches = launch_part(market, hardware, basis, valuation_date, months);
  const auto expected = expected_log_rents(market, hardware, basis, valuation_date, months);
  const auto shifts = forward_shifts(market, hardware, valuation_date, months);
  std::vector<RentChange> out(static_cast<std::size_t>(months) + 1);
  for (std::size_t k = 1; k < out.size(); ++k) {
    auto& parts = out[k].log_parts;
    parts[kTrend] = without_scarcity[k] - without_trend[k];
    parts[kLaunches] = launches[k];
    parts[kScarcity] = all[k] - without_scarcity[k];
    parts[kWear] = without_trend[k] - without_wear[k];
    parts[kConvexity] = expected[k] - expected[0] - out[k].log_of_mean();
    parts[kForwardCurve] = shifts.empty() ? 0.0 : shifts[k];
  }
  return out;
}

}  // namespace lien::pricing
