#include "pricing/plan/strip.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/market_laws.hpp"
#include "pricing/plan/noises.hpp"
#include "pricing/plan/power_cost.hpp"

namespace lien::pricing {
namespace {

constexpr double kHoursPerMonth = 730;
constexpr int kMostNodes = 16;

// Lagrange polynomials of the nodes, in the variable sqrt(h), at months 1 .. longest:
// [month - 1][node].
std::vector<double> lagrange_table(const std::vector<int>& nodes, int longest) {
  std::vector<double> roots;
  for (const int node : nodes) roots.push_back(std::sqrt(static_cast<double>(node)));
  std::vector<double> table;
  table.reserve(static_cast<std::size_t>(longest) * nodes.size());
  for (int h = 1; h <= longest; ++h) {
    const double x = std::sqrt(static_cast<double>(h));
    for (std::size_t j = 0; j < nodes.size(); ++j) {
      double value = 1;
      for (std::size_t i = 0; i < nodes.size(); ++i)
        if (i != j) value *= (x - roots[i]) / (roots[j] - roots[i]);
      table.push_back(value);
    }
  }
  return table;
}

std::vector<int> rounded_points(int points, int longest) {
  // Chebyshev points of the second kind: the ends belong to them. cos by the engine's own.
  const double low = 1.0, high = std::sqrt(static_cast<double>(longest));
  std::vector<int> nodes;
  for (int i = 0; i < points; ++i) {
    const double c = points == 1 ? 0 : engine::sin_cos_two_pi(0.5 * i / (points - 1)).second;
    const double s = (low + high) / 2 - (high - low) / 2 * c;
    nodes.push_back(static_cast<int>(std::floor(s * s + 0.5)));
  }
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  return nodes;
}

}  // namespace

std::vector<int> strip_nodes(int longest_life_months) {
  if (longest_life_months <= kMostNodes) {
    std::vector<int> all;
    for (int h = 1; h <= longest_life_months; ++h) all.push_back(h);
    return all;
  }
  // Whole months merge near 1: take more points until 16 are distinct.
  std::vector<int> nodes;
  for (int points = kMostNodes; points < 8 * kMostNodes; ++points) {
    std::vector<int> next = rounded_points(points, longest_life_months);
    if (static_cast<int>(next.size()) > kMostNodes) break;
    nodes = std::move(next);
  }
  return nodes;
}

StripMonth strip_month(const StripLaw& law, double h) {
  const Market& market = *law.market;
  const Hardware& hardware = *law.hardware;
  const bool neutral = law.drifts == MeasureBasis::risk_neutral;
  const double t = h / 12.0;
  const engine::FactorLaw factors = factor_law_of(market);
  StripMonth month{};
  month.variance =
      engine::log_price_variance(factors, hardware.scarcity_loading, hardware.frontier_loading, t);
  if (hardware.idiosyncratic) {
    month.variance += engine::noise_variance(noise_law(*hardware.idiosyncratic), t);
    month.idiosyncratic = -engine::expm1(-hardware.idiosyncratic->mean_reversion * t);
  }
  const double kappa = market.scarcity ? market.scarcity->mean_reversion : 0;
  month.scarcity = hardware.scarcity_loading * -engine::expm1(-kappa * t);
  double drift = 0;
  if (market.frontier)
    drift += hardware.frontier_loading *
             (market.frontier->log_drift() - (neutral ? market.frontier->risk_premium : 0)) * t;
  if (market.scarcity && neutral)
    drift -= hardware.scarcity_loading * market.scarcity->risk_premium *
             engine::exponential_integral_factor(kappa, t);
  month.constant =
      drift - (hardware.wear + hardware.operating_cost_growth) * t + month.variance / 2;
  if (const auto regime = regime_law_of(market)) {
    const int steps = static_cast<int>(h);  // regimes live on the monthly grid
    const auto first = engine::regime_transforms(*regime, hardware.scarcity_loading, steps).back();
    const auto second =
        engine::regime_transforms(*regime, 2 * hardware.scarcity_loading, steps).back();
    month.regime_mean = first;
    for (std::size_t j = 0; j < 2; ++j) month.regime_variance[j] = second[j] - 2 * first[j];
  }
  return month;
}

double strip_discount(const StripLaw& law, double k, int h) {
  const Hardware& hardware = *law.hardware;
  const Resale& resale = *hardware.resale;
  const double t = h / 12.0;
  double discount = 0;
  if (resale.operator_rate) {
    discount = engine::exp(-*resale.operator_rate * t);
  } else {
    const Curve& curve = law.market->rates.zero_curve;
    discount = discount_factor(curve, (k + h) / 12.0) / discount_factor(curve, k / 12.0) *
               engine::exp(-resale.liquidity_spread * t);
  }
  return kHoursPerMonth * (1 - resale.transaction_cost) * discount *
         engine::exp(hardware.operating_cost_growth * t);
}

StripWeights::StripWeights(const StripLaw& law, const std::vector<int>& nodes, int steps,
                           int longest_life, int steps_per_year)
    : nodes_(nodes.size()),
      longest_life_(static_cast<std::size_t>(longest_life)),
      by_month_(!law.hardware->resale->operator_rate) {
  const std::vector<double> lagrange = lagrange_table(nodes, longest_life);
  const int last = by_month_ ? steps : 0;
  weights_.reserve(static_cast<std::size_t>(last + 1) * (longest_life_ + 1) * nodes_);
  std::vector<double> sums(nodes_);
  for (int k = 0; k <= last; ++k) {
    std::fill(sums.begin(), sums.end(), 0.0);
    weights_.insert(weights_.end(), sums.begin(), sums.end());
    for (int h = 1; h <= longest_life; ++h) {
      const double discount = strip_discount(law, 12.0 * k / steps_per_year, h);
      const double* const at_month = &lagrange[static_cast<std::size_t>(h - 1) * nodes_];
      for (std::size_t j = 0; j < nodes_; ++j) sums[j] += discount * at_month[j];
      weights_.insert(weights_.end(), sums.begin(), sums.end());
    }
  }
}

double exact_strip(const StripLaw& law, const StripState& state, double cost, double scrap, int k,
                   int life) {
  double sum = 0;
  for (int h = 1; h <= life; ++h) {
    const StripMonth month = strip_month(law, h);
    const auto at = static_cast<std::size_t>(h - 1);
    const double mean = state.launch_mean.empty() ? 0 : state.launch_mean[at];
    const double more = state.launch_variance.empty() ? 0 : state.launch_variance[at];
    const double moneyness = state.log_moneyness - month.scarcity * state.scarcity -
                             month.idiosyncratic * state.idiosyncratic + month.constant + mean +
                             month.regime_mean[state.regime];
    const double variance = month.variance + more + month.regime_variance[state.regime];
    const double factor =
        power_factor(power_cost(*law.market, *law.hardware, h / 12.0), state.power);
    sum += strip_discount(law, k, h) * factor *
           engine::black_call(moneyness - log_power_factor(factor), std::max(variance, 0.0));
  }
  return cost * sum + scrap;
}

}  // namespace lien::pricing
