#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/joint_step.hpp"
#include "engine/factors/regime.hpp"
#include "pricing/credit/hazard_curve.hpp"

namespace lien::pricing {
namespace {

constexpr double kMonth = 1.0 / 12;
constexpr double kNoHazard = -1e4;  // log of a hazard of 0

double log_hazard(double hazard) { return hazard > 0 ? engine::log(hazard) : kNoHazard; }

// One exact step of a density on the grid, in one regime: weight of each point it comes from.
struct Transition {
  std::vector<double> first_step;         // [points] mass after one step from 0
  std::vector<std::size_t> first, begin;  // [points] first source; where its weights begin
  std::vector<double> weight;             // weights of a target stand side by side
};

// The deviation of chi from its mean without regimes on a uniform grid. Sums on the grid are
// trapezoid sums of analytic functions that vanish at both ends: with a spacing of half a step's
// stdev their relative error is 2 exp(-8 pi^2), nothing.
struct DeviationGrid {
  std::vector<double> tilt;            // [points] exp(-loading deviation)
  std::vector<Transition> transition;  // one, or one a regime
  std::array<double, 2> leave{};       // probability that a month ends in the other regime
  std::size_t initial = 0;             // regime today
};

constexpr double kReach = 9;  // stdevs: a tail of 1e-19
// Widest spacing in the log hazard: exp(-dt e^x) is analytic up to pi / 2 beside the real line, so
// that a trapezoid sum of it errs by exp(-pi^2 / spacing), 6e-13 here.
constexpr double kWidestInLogHazard = 0.35;

Transition make_transition(const std::vector<double>& deviation, double spacing, double decay,
                           double shift, double stdev) {
  const auto mass = [&](double distance) {
    return engine::normal_density(distance / stdev) * spacing / stdev;
  };
  Transition out;
  const std::size_t points = deviation.size();
  for (std::size_t to = 0; to < points; ++to) {
    out.first_step.push_back(mass(deviation[to] - shift));
    out.begin.push_back(out.weight.size());
    std::size_t first = 0;
    for (std::size_t from = 0; from < points; ++from) {
      const double distance = deviation[to] - decay * deviation[from] - shift;
      if (std::abs(distance) > (kReach + 1) * stdev) continue;
      if (out.weight.size() == out.begin.back()) first = from;
      out.weight.push_back(mass(distance));
    }
    out.first.push_back(first);
  }
  out.begin.push_back(out.weight.size());
  return out;
}

DeviationGrid make_grid(const ScarcityLaw& law, double loading, std::size_t months) {
  constexpr double max_points = 4096;
  const auto variance = [&law](double years) {
    return law.volatility * law.volatility *
           engine::exponential_integral_factor(2 * law.mean_reversion, years);
  };
  const double step_stdev = std::sqrt(variance(kMonth));
  const double widest = variance(static_cast<double>(months) * kMonth);
  // Weighing a normal density with exp(-loading y) moves its mean by -loading times the variance;
  // regimes carry it towards their means.
  const double half_width = kReach * std::sqrt(widest) + std::abs(loading) * widest;
  DeviationGrid grid;
  std::vector<double> shifts = {0.0};
  double lowest = 0, highest = 0;
  if (law.regime) {
    const auto chain = engine::regime_law(law.regime->means, law.regime->rates, law.regime->initial,
                                          law.mean_reversion, kMonth);
    shifts = {chain.shift(0), chain.shift(1)};
    lowest = std::min({0.0, chain.means[0], chain.means[1]});
    highest = std::max({0.0, chain.means[0], chain.means[1]});
    grid.leave = chain.leave;
    grid.initial = static_cast<std::size_t>(chain.initial);
  }
  const double width = 2 * half_width + (highest - lowest);
  const double widest_spacing = std::min(step_stdev / 2, kWidestInLogHazard / std::abs(loading));
  const double intervals = std::min(std::ceil(width / widest_spacing), max_points);
  const double spacing = width / intervals;
  if (law.regime && spacing > step_stdev / 1.4)
    throw std::domain_error("scarcity.volatility is too small to fit a hazard under regimes");
  const double decay = engine::exp(-law.mean_reversion * kMonth);
  std::vector<double> deviation;
  for (std::size_t i = 0; i < static_cast<std::size_t>(intervals) + 1; ++i) {
    deviation.push_back(spacing * static_cast<double>(i) - (half_width - lowest));
    grid.tilt.push_back(engine::exp(-loading * deviation.back()));
  }
  for (const double shift : shifts)
    grid.transition.push_back(make_transition(deviation, spacing, decay, shift, step_stdev));
  return grid;
}

// Masses at the points, one list, or one a regime.
using Masses = std::vector<std::vector<double>>;

// At the end of a month the chain may have switched.
void switch_regimes(const DeviationGrid& grid, Masses& masses) {
  if (masses.size() < 2) return;
  for (std::size_t i = 0; i < masses[0].size(); ++i) {
    const double to_one = grid.leave[0] * masses[0][i], to_zero = grid.leave[1] * masses[1][i];
    masses[0][i] += to_zero - to_one;
    masses[1][i] += to_one - to_zero;
  }
}

// `survival` of mass 1 after the first month: it starts at 0 in today's regime.
Masses first_month(const DeviationGrid& grid, double survival) {
  Masses masses;
  for (std::size_t j = 0; j < grid.transition.size(); ++j) {
    masses.push_back(grid.transition[j].first_step);
    for (double& m : masses[j]) m *= j == grid.initial ? survival : 0.0;
  }
  switch_regimes(grid, masses);
  return masses;
}

// One exact step of a density, given as masses at the points.
Masses step(const DeviationGrid& grid, const Masses& masses) {
  Masses moved;
  for (std::size_t j = 0; j < masses.size(); ++j) {
    const Transition& t = grid.transition[j];
    std::vector<double> to_points(masses[j].size(), 0.0);
    for (std::size_t to = 0; to < to_points.size(); ++to)
      for (std::size_t i = t.begin[to], from = t.first[to]; i < t.begin[to + 1]; ++i, ++from)
        to_points[to] += t.weight[i] * masses[j][from];
    moved.push_back(std::move(to_points));
  }
  switch_regimes(grid, moved);
  return moved;
}

double total(const Masses& masses) {
  double sum = 0;
  for (const auto& mass : masses)
    for (const double m : mass) sum += m;
  return sum;
}

// Survivors of a month with the hazard exp(log_hazard) x tilt.
void survive(const DeviationGrid& grid, double log_hazard, Masses& masses) {
  const double scale = engine::exp(log_hazard) * kMonth;
  std::vector<double> kept;
  for (const double tilt : grid.tilt) kept.push_back(engine::exp(-scale * tilt));
  for (auto& mass : masses)
    for (std::size_t i = 0; i < mass.size(); ++i) mass[i] *= kept[i];
}

// The a at which the month's defaults, sum mass (1 - exp(-dt e^a tilt)), are `defaults`: Newton on
// their logarithm, nearly a line of slope one in a. It starts left of the root, where the
// defaults are bounded by the linear term, and stays there.
double solve_month(const DeviationGrid& grid, const Masses& masses, double defaults) {
  double linear = 0;
  for (const auto& mass : masses)
    for (std::size_t i = 0; i < mass.size(); ++i) linear += mass[i] * grid.tilt[i] * kMonth;
  double a = engine::log(defaults / linear);
  double error = 0;
  for (int newton = 0; newton < 12; ++newton) {
    const double scale = engine::exp(a) * kMonth;
    double sum = 0, slope = 0;
    for (const auto& mass : masses)
      for (std::size_t i = 0; i < mass.size(); ++i) {
        const double x = scale * grid.tilt[i];
        const double lost = -engine::expm1(-x);
        sum += mass[i] * lost;
        slope += mass[i] * x * (1 - lost);
      }
    error = sum - defaults;
    a -= engine::log(sum / defaults) * sum / slope;
  }
  if (!(std::abs(error) <= 1e-12 * total(masses))) {
    throw std::domain_error("the survival curve cannot be met at this loading");
  }
  return a;
}

// Without noise chi takes 2^k values, which no grid holds.
void refuse_regimes_without_volatility(const ScarcityLaw& law) {
  if (law.regime && law.volatility == 0)
    throw std::domain_error("scarcity.volatility must be above 0 to fit a hazard under regimes");
}

}  // namespace

std::vector<double> scarcity_means(const ScarcityLaw& law, std::size_t months) {
  const double decay = engine::exp(-law.mean_reversion * kMonth);
  const double drifted =
      law.drift * engine::exponential_integral_factor(law.mean_reversion, kMonth);
  std::vector<double> means;
  double mean = law.initial;
  for (std::size_t k = 0; k < months; ++k) {
    means.push_back(mean);
    mean = decay * mean + drifted;
  }
  return means;
}

std::vector<double> fit_log_hazards(const std::vector<double>& hazards, double loading,
                                    bool fit_survival, const ScarcityLaw& law) {
  std::vector<double> result;
  for (const double hazard : hazards) result.push_back(log_hazard(hazard));
  if (!fit_survival || loading == 0 || hazards.empty()) return result;

  // Mean and drift only move a_k: the rest is the fit of a factor that starts at 0 without drift,
  // with regimes if there are any.
  const std::vector<double> means = scarcity_means(law, hazards.size());
  for (std::size_t k = 0; k < hazards.size(); ++k) {
    if (hazards[k] > 0) result[k] += loading * means[k];
  }
  refuse_regimes_without_volatility(law);
  if (law.volatility == 0) return result;  // deterministic, and month 1 always is

  const DeviationGrid grid = make_grid(law, loading, hazards.size());
  double survival = engine::exp(-hazards[0] * kMonth);
  Masses masses = first_month(grid, survival);
  for (std::size_t k = 1; k < hazards.size(); ++k) {
    survival *= engine::exp(-hazards[k] * kMonth);
    if (hazards[k] > 0) {
      const double a = solve_month(grid, masses, total(masses) - survival);
      result[k] = a + loading * means[k];
      survive(grid, a, masses);
    }
    masses = step(grid, masses);
  }
  return result;
}

std::vector<double> expected_survival(const std::vector<double>& log_hazards, double loading,
                                      const ScarcityLaw& law) {
  std::vector<double> result = {1.0};
  if (log_hazards.empty()) return result;
  const std::vector<double> means = scarcity_means(law, log_hazards.size());
  const auto centred = [&](std::size_t k) { return log_hazards[k] - loading * means[k]; };
  if (loading != 0) refuse_regimes_without_volatility(law);
  if (law.volatility == 0 || loading == 0) {
    for (std::size_t k = 0; k < log_hazards.size(); ++k) {
      result.push_back(result.back() * engine::exp(-engine::exp(centred(k)) * kMonth));
    }
    return result;
  }
  const DeviationGrid grid = make_grid(law, loading, log_hazards.size());
  result.push_back(engine::exp(-engine::exp(centred(0)) * kMonth));
  Masses masses = first_month(grid, result.back());
  for (std::size_t k = 1; k < log_hazards.size(); ++k) {
    survive(grid, centred(k), masses);
    result.push_back(total(masses));
    masses = step(grid, masses);
  }
  return result;
}

}  // namespace lien::pricing
