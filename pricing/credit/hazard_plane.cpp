#include "pricing/credit/hazard_plane.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/joint_step.hpp"
#include "engine/factors/regime.hpp"

namespace lien::pricing {
namespace {

constexpr double kMonth = 1.0 / 12;
constexpr double kReach = 8;  // stdevs: a tail of 1e-15
constexpr double kSpacingInSteps = 1 / 1.4, kWidestInLogHazard = 0.35;
constexpr double kMostPoints = 1 << 16;

struct Covariance {
  double first = 0, second = 0, both = 0;
};

Covariance covariance_after(const HazardLines& lines, double years) {
  const HazardLine &a = lines.lines[0], &b = lines.lines[1];
  const auto over = [years](double speed) {
    return engine::exponential_integral_factor(speed, years);
  };
  return {a.variance_rate * over(2 * a.mean_reversion),
          b.variance_rate * over(2 * b.mean_reversion),
          lines.covariance_rate * over(a.mean_reversion + b.mean_reversion)};
}

}  // namespace

HazardPlane::Axis HazardPlane::make_axis(double low, double high, double widest_spacing) {
  Axis axis;
  const double intervals = std::ceil((high - low) / widest_spacing);
  if (!(intervals < kMostPoints))
    throw std::domain_error("two of the factors that move the hazard are nearly one");
  axis.spacing = (high - low) / intervals;
  for (std::size_t i = 0; i < static_cast<std::size_t>(intervals) + 1; ++i)
    axis.at.push_back(low + axis.spacing * static_cast<double>(i));
  return axis;
}

std::vector<double> HazardPlane::make_start(const Axis& axis, double shift, double stdev) {
  std::vector<double> masses;
  for (const double to : axis.at)
    masses.push_back(engine::normal_density((to - shift) / stdev) * axis.spacing / stdev);
  return masses;
}

HazardPlane::Band HazardPlane::make_band(const Axis& axis, double decay, double shift,
                                         double stdev) {
  Band band;
  for (const double to : axis.at) {
    band.begin.push_back(band.weight.size());
    std::size_t first = 0;
    for (std::size_t from = 0; from < axis.at.size(); ++from) {
      const double distance = to - decay * axis.at[from] - shift;
      if (std::abs(distance) > kReach * stdev) continue;
      if (band.weight.size() == band.begin.back()) first = from;
      band.weight.push_back(engine::normal_density(distance / stdev) * axis.spacing / stdev);
    }
    band.first.push_back(first);
  }
  band.begin.push_back(band.weight.size());
  return band;
}

HazardPlane::HazardPlane(const HazardLines& lines, std::size_t months) {
  const Covariance one = covariance_after(lines, kMonth);
  const double slope = one.both / one.first;
  const double first_stdev = std::sqrt(one.first);
  const double left = one.second - slope * one.both;
  if (!(left > 1e-12 * one.second))
    throw std::domain_error("two of the factors that move the hazard are nearly one");
  const double second_stdev = std::sqrt(left);
  // Weighing a normal density with exp(-y_0 - y_1) moves its mean by the covariances with the sum.
  double first_half = 0, second_half = 0;
  for (std::size_t k = 1; k <= months; ++k) {
    const Covariance at = covariance_after(lines, static_cast<double>(k) * kMonth);
    const double moved = at.first + at.both;
    const double variance = at.second - 2 * slope * at.both + slope * slope * at.first;
    first_half = std::max(first_half, kReach * std::sqrt(at.first) + std::abs(moved));
    second_half = std::max(second_half, kReach * std::sqrt(std::max(variance, left)) +
                                            std::abs(at.second + at.both - slope * moved));
  }
  std::vector<double> shifts = {0.0};
  double lowest = 0, highest = 0;
  const double first_decay = engine::exp(-lines.lines[0].mean_reversion * kMonth);
  const double second_decay = engine::exp(-lines.lines[1].mean_reversion * kMonth);
  if (lines.regime) {
    const Regime& regime = *lines.regime;
    const auto chain = engine::regime_law(regime.means, regime.rates, regime.initial,
                                          lines.lines[0].mean_reversion, kMonth);
    shifts = {chain.shift(0), chain.shift(1)};
    lowest = std::min({0.0, chain.means[0], chain.means[1]});
    highest = std::max({0.0, chain.means[0], chain.means[1]});
    leave_ = chain.leave;
    initial_ = static_cast<std::size_t>(chain.initial);
  }
  const double back_low = std::min(-slope * lowest, -slope * highest);
  const double back_high = std::max(-slope * lowest, -slope * highest);
  const double weight = std::max(std::abs(1 + slope), 1e-3);  // of y_0 in the log hazard, at one w
  first_ = make_axis(lowest - first_half, highest + first_half,
                     std::min(first_stdev * kSpacingInSteps, kWidestInLogHazard / weight));
  second_ = make_axis(back_low - second_half, back_high + second_half,
                      std::min(second_stdev * kSpacingInSteps, kWidestInLogHazard));
  if (static_cast<double>(first_.at.size()) * static_cast<double>(second_.at.size()) > kMostPoints)
    throw std::domain_error("the loadings need more points than the grid of two factors has");
  for (const double y : first_.at)
    for (const double w : second_.at) tilt_.push_back(engine::exp(-((1 + slope) * y + w)));
  for (const double shift : shifts) {
    Transition transition{make_band(first_, first_decay, shift, first_stdev),
                          {},
                          make_start(first_, shift, first_stdev),
                          make_start(second_, -slope * shift, second_stdev)};
    for (const double y : first_.at)
      transition.along.push_back(make_band(second_, second_decay,
                                           slope * (second_decay - first_decay) * y - slope * shift,
                                           second_stdev));
    transitions_.push_back(std::move(transition));
  }
}

// At the end of a month the chain may have switched.
void HazardPlane::switch_regimes() {
  if (masses_.size() < 2) return;
  for (std::size_t i = 0; i < tilt_.size(); ++i) {
    const double to_one = leave_[0] * masses_[0][i], to_zero = leave_[1] * masses_[1][i];
    masses_[0][i] += to_zero - to_one;
    masses_[1][i] += to_one - to_zero;
  }
}

void HazardPlane::start(double survival) {
  masses_.clear();
  for (std::size_t j = 0; j < transitions_.size(); ++j) {
    const Transition& t = transitions_[j];
    const double now = j == initial_ ? survival : 0.0;
    std::vector<double> mass;
    for (const double across : t.start_across)
      for (const double along : t.start_along) mass.push_back(now * across * along);
    masses_.push_back(std::move(mass));
  }
  switch_regimes();
}

double HazardPlane::total() const {
  double sum = 0;
  for (const auto& mass : masses_)
    for (const double m : mass) sum += m;
  return sum;
}

void HazardPlane::survive(double a) {
  const double scale = engine::exp(a) * kMonth;
  for (std::size_t i = 0; i < tilt_.size(); ++i) {
    const double kept = engine::exp(-scale * tilt_[i]);
    for (auto& mass : masses_) mass[i] *= kept;
  }
}

// Newton on the logarithm of the month's defaults, nearly a line of slope one in a, from the left
// of the root, where the defaults are bounded by the linear term.
double HazardPlane::solve(double survival) const {
  std::vector<double> at = masses_[0];
  for (std::size_t j = 1; j < masses_.size(); ++j)
    for (std::size_t i = 0; i < at.size(); ++i) at[i] += masses_[j][i];
  const double living = total(), defaults = living - survival;
  double linear = 0;
  for (std::size_t i = 0; i < at.size(); ++i) linear += at[i] * tilt_[i] * kMonth;
  double a = engine::log(defaults / linear);
  for (int newton = 0; newton < 12; ++newton) {
    const double scale = engine::exp(a) * kMonth;
    double sum = 0, slope = 0;
    for (std::size_t i = 0; i < at.size(); ++i) {
      const double x = scale * tilt_[i];
      const double lost = -engine::expm1(-x);
      sum += at[i] * lost;
      slope += at[i] * x * (1 - lost);
    }
    const double error = sum - defaults;
    a -= engine::log(sum / defaults) * sum / slope;
    // Each round squares the error: after this one nothing is left of it.
    if (std::abs(error) <= 1e-10 * defaults) return a;
  }
  throw std::domain_error("the survival curve cannot be met at this loading");
}

void HazardPlane::step() {
  const std::size_t across = first_.at.size(), along = second_.at.size();
  for (std::size_t j = 0; j < masses_.size(); ++j) {
    const Transition& t = transitions_[j];
    std::vector<double> between(across * along, 0.0), moved(across * along, 0.0);
    for (std::size_t y = 0; y < across; ++y) {
      const double* const from = masses_[j].data() + y * along;
      const Band& band = t.along[y];
      for (std::size_t to = 0; to < along; ++to)
        for (std::size_t i = band.begin[to], w = band.first[to]; i < band.begin[to + 1]; ++i, ++w)
          between[y * along + to] += band.weight[i] * from[w];
    }
    for (std::size_t to = 0; to < across; ++to)
      for (std::size_t i = t.across.begin[to], y = t.across.first[to]; i < t.across.begin[to + 1];
           ++i, ++y)
        for (std::size_t w = 0; w < along; ++w)
          moved[to * along + w] += t.across.weight[i] * between[y * along + w];
    masses_[j] = std::move(moved);
  }
  switch_regimes();
}

}  // namespace lien::pricing
