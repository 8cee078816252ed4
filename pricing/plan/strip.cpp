#include "pricing/plan/strip.hpp"

#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/market_laws.hpp"
#include "pricing/plan/noises.hpp"
#include "pricing/plan/power_cost.hpp"

namespace lien::pricing {
namespace {

constexpr double kHoursPerMonth = 730;

// Variable of the polynomials of the segment that starts at month `first`.
double segment_variable(int first, int h) { return std::sqrt(static_cast<double>(h - first + 1)); }

// Nodes of a segment of this many months. The least that keep 5e-5 for the launch laws of
// tests/pricing/resale_rows_test.cpp are 16 at 96 months, 14 at 60, 11 at 36, 9 at 24, 7 at 12.
int node_count(int months) {
  return static_cast<int>(std::floor(4.5 + 1.25 * std::sqrt(static_cast<double>(months))));
}

// Months of the segment [first, last] nearest to Chebyshev points of the second kind (the ends
// belong to them), at most `count`.
std::vector<int> segment_nodes(int first, int last, int count) {
  std::vector<int> nodes;
  if (last - first + 1 <= count) {
    for (int h = first; h <= last; ++h) nodes.push_back(h);
    return nodes;
  }
  const double low = 1.0, high = segment_variable(first, last);
  // Whole months merge near the start: take more points until `count` are distinct.
  for (int points = count; points < 8 * count; ++points) {
    std::vector<int> next;
    for (int i = 0; i < points; ++i) {
      const double c = engine::sin_cos_two_pi(0.5 * i / (points - 1)).second;
      const double s = (low + high) / 2 - (high - low) / 2 * c;
      next.push_back(first - 1 + static_cast<int>(std::floor(s * s + 0.5)));
    }
    std::sort(next.begin(), next.end());
    next.erase(std::unique(next.begin(), next.end()), next.end());
    if (static_cast<int>(next.size()) > count) break;
    nodes = std::move(next);
  }
  return nodes;
}

// Lagrange polynomials of the nodes at months 1 .. longest, zero outside their segment:
// [month - 1][node].
std::vector<double> lagrange_table(const StripNodes& nodes, int longest) {
  const std::size_t count = nodes.months.size();
  std::vector<double> table(static_cast<std::size_t>(longest) * count, 0.0);
  std::size_t segment = 0;
  for (int h = 1; h <= longest; ++h) {
    while (segment + 1 < nodes.first_month.size() && h >= nodes.first_month[segment + 1]) ++segment;
    const int start = nodes.first_month[segment];
    const auto first = static_cast<std::size_t>(nodes.first_node[segment]);
    const auto last = segment + 1 < nodes.first_node.size()
                          ? static_cast<std::size_t>(nodes.first_node[segment + 1])
                          : count;
    const double x = segment_variable(start, h);
    double* const row = &table[static_cast<std::size_t>(h - 1) * count];
    for (std::size_t j = first; j < last; ++j) {
      const double own = segment_variable(start, nodes.months[j]);
      row[j] = 1;
      for (std::size_t i = first; i < last; ++i) {
        const double other = segment_variable(start, nodes.months[i]);
        if (i != j) row[j] *= (x - other) / (own - other);
      }
    }
  }
  return table;
}

}  // namespace

StripNodes strip_nodes(int longest_life_months, const StripBends& bends, int more) {
  StripNodes out;
  out.first_month.push_back(1);
  const auto start_at = [&](double month) {
    if (month > 1 && month <= longest_life_months)
      out.first_month.push_back(static_cast<int>(month));
  };
  start_at(bends.within + 1.0);
  // The months at and after a bend start anew.
  for (const double bend : bends.at) start_at(std::ceil(bend - 1e-9));
  std::sort(out.first_month.begin(), out.first_month.end());
  out.first_month.erase(std::unique(out.first_month.begin(), out.first_month.end()),
                        out.first_month.end());
  for (std::size_t s = 0; s < out.first_month.size(); ++s) {
    const int first = out.first_month[s];
    const int last =
        s + 1 < out.first_month.size() ? out.first_month[s + 1] - 1 : longest_life_months;
    out.first_node.push_back(static_cast<int>(out.months.size()));
    const int months = last - first + 1;
    const auto nodes =
        segment_nodes(first, last, last <= bends.within ? months : node_count(months) + more);
    out.months.insert(out.months.end(), nodes.begin(), nodes.end());
  }
  return out;
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

StripWeights::StripWeights(const StripLaw& law, const std::vector<StripNodes>& nodes,
                           int longest_life, int steps_per_year) {
  const bool by_step = !law.hardware->resale->operator_rate;
  std::vector<std::size_t> shown;  // step of the run for which each table was made
  std::vector<double> lagrange;
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    std::size_t known = shown.size();
    if (!by_step)
      for (std::size_t t = 0; t < shown.size() && known == shown.size(); ++t)
        if (nodes[shown[t]] == nodes[k]) known = t;
    table_of_.push_back(known);
    if (known < shown.size()) continue;
    const int longest = std::min(longest_life, nodes[k].months.back());
    const std::size_t count = nodes[k].months.size();
    if (k == 0 || !(nodes[k] == nodes[k - 1])) lagrange = lagrange_table(nodes[k], longest);
    shown.push_back(k);
    Table& table = tables_.emplace_back();
    table.nodes = count;
    std::vector<double> sums(count, 0.0);
    table.weights = sums;
    for (int h = 1; h <= longest; ++h) {
      const double discount =
          strip_discount(law, 12.0 * static_cast<double>(k) / steps_per_year, h);
      const double* const at_month = &lagrange[static_cast<std::size_t>(h - 1) * count];
      for (std::size_t j = 0; j < count; ++j) sums[j] += discount * at_month[j];
      table.weights.insert(table.weights.end(), sums.begin(), sums.end());
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
