#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/joint_step.hpp"
#include "pricing/credit/hazard_curve.hpp"

namespace lien::pricing {
namespace {

constexpr double kMonth = 1.0 / 12;
constexpr double kNoHazard = -1e4;  // log of a hazard of 0

double log_hazard(double hazard) { return hazard > 0 ? engine::log(hazard) : kNoHazard; }

// Mean of chi at the start of month k, k = 1..months.
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

// The deviation of chi from its mean on a uniform grid, and one exact step of its density. Sums on
// the grid are trapezoid sums of analytic functions that vanish at both ends: with a spacing of
// half a step's stdev their relative error is 2 exp(-8 pi^2), nothing.
struct DeviationGrid {
  std::vector<double> tilt;        // [points] exp(-loading deviation)
  std::vector<double> first_step;  // [points] mass after one step from 0
  std::vector<double> transition;  // [to][from], only [first, last) of a row is not zero
  std::vector<std::size_t> first, last;
};

DeviationGrid make_grid(const ScarcityLaw& law, double loading, std::size_t months) {
  constexpr double reach = 9;  // stdevs: a tail of 1e-19
  constexpr double max_points = 4096;
  const auto variance = [&law](double years) {
    return law.volatility * law.volatility *
           engine::exponential_integral_factor(2 * law.mean_reversion, years);
  };
  const double step_stdev = std::sqrt(variance(kMonth));
  const double widest = variance(static_cast<double>(months) * kMonth);
  // Weighing a normal density with exp(-loading y) moves its mean by -loading times the variance.
  const double half_width = reach * std::sqrt(widest) + std::abs(loading) * widest;
  const double intervals = std::min(std::ceil(2 * half_width / (step_stdev / 2)), max_points);
  const double spacing = 2 * half_width / intervals;
  const double decay = engine::exp(-law.mean_reversion * kMonth);
  const auto points = static_cast<std::size_t>(intervals) + 1;

  DeviationGrid grid;
  const auto deviation = [&](std::size_t i) {
    return spacing * static_cast<double>(i) - half_width;
  };
  const auto mass = [&](double distance) {
    return engine::normal_density(distance / step_stdev) * spacing / step_stdev;
  };
  grid.transition.assign(points * points, 0.0);
  for (std::size_t to = 0; to < points; ++to) {
    grid.tilt.push_back(engine::exp(-loading * deviation(to)));
    grid.first_step.push_back(mass(deviation(to)));
    std::size_t first = points, last = 0;
    for (std::size_t from = 0; from < points; ++from) {
      const double distance = deviation(to) - decay * deviation(from);
      if (std::abs(distance) > (reach + 1) * step_stdev) continue;
      grid.transition[to * points + from] = mass(distance);
      first = std::min(first, from);
      last = from + 1;
    }
    grid.first.push_back(std::min(first, last));
    grid.last.push_back(last);
  }
  return grid;
}

// One exact step of a density, given as masses at the points.
std::vector<double> step(const DeviationGrid& grid, const std::vector<double>& mass) {
  const std::size_t points = mass.size();
  std::vector<double> moved(points, 0.0);
  for (std::size_t to = 0; to < points; ++to) {
    for (std::size_t from = grid.first[to]; from < grid.last[to]; ++from) {
      moved[to] += grid.transition[to * points + from] * mass[from];
    }
  }
  return moved;
}

double total(const std::vector<double>& mass) {
  double sum = 0;
  for (const double m : mass) sum += m;
  return sum;
}

// Survivors of a month with the hazard exp(log_hazard) x tilt.
void survive(const DeviationGrid& grid, double log_hazard, std::vector<double>& mass) {
  const double scale = engine::exp(log_hazard) * kMonth;
  for (std::size_t i = 0; i < mass.size(); ++i) mass[i] *= engine::exp(-scale * grid.tilt[i]);
}

// The a at which the month's defaults, sum mass (1 - exp(-dt e^a tilt)), are `defaults`: Newton on
// their logarithm, nearly a line of slope one in a. It starts left of the root, where the
// defaults are bounded by the linear term, and stays there.
double solve_month(const DeviationGrid& grid, const std::vector<double>& mass, double defaults) {
  double linear = 0;
  for (std::size_t i = 0; i < mass.size(); ++i) linear += mass[i] * grid.tilt[i] * kMonth;
  double a = engine::log(defaults / linear);
  double error = 0;
  for (int newton = 0; newton < 12; ++newton) {
    const double scale = engine::exp(a) * kMonth;
    double sum = 0, slope = 0;
    for (std::size_t i = 0; i < mass.size(); ++i) {
      const double x = scale * grid.tilt[i];
      const double lost = -engine::expm1(-x);
      sum += mass[i] * lost;
      slope += mass[i] * x * (1 - lost);
    }
    error = sum - defaults;
    a -= engine::log(sum / defaults) * sum / slope;
  }
  if (!(std::abs(error) <= 1e-12 * total(mass))) {
    throw std::domain_error("the survival curve cannot be met at this loading");
  }
  return a;
}

}  // namespace

std::vector<double> fit_log_hazards(const std::vector<double>& hazards, double loading,
                                    bool fit_survival, const ScarcityLaw& law) {
  std::vector<double> result;
  for (const double hazard : hazards) result.push_back(log_hazard(hazard));
  if (!fit_survival || loading == 0 || hazards.empty()) return result;

  // Mean and drift only move a_k: the rest is the fit of a factor that starts at 0 without drift.
  const std::vector<double> means = scarcity_means(law, hazards.size());
  for (std::size_t k = 0; k < hazards.size(); ++k) {
    if (hazards[k] > 0) result[k] += loading * means[k];
  }
  if (law.volatility == 0) return result;  // deterministic, and month 1 always is

  const DeviationGrid grid = make_grid(law, loading, hazards.size());
  std::vector<double> mass = grid.first_step;
  double survival = engine::exp(-hazards[0] * kMonth);
  for (double& m : mass) m *= survival;
  for (std::size_t k = 1; k < hazards.size(); ++k) {
    survival *= engine::exp(-hazards[k] * kMonth);
    if (hazards[k] > 0) {
      const double a = solve_month(grid, mass, total(mass) - survival);
      result[k] = a + loading * means[k];
      survive(grid, a, mass);
    }
    mass = step(grid, mass);
  }
  return result;
}

std::vector<double> expected_survival(const std::vector<double>& log_hazards, double loading,
                                      const ScarcityLaw& law) {
  std::vector<double> result = {1.0};
  if (log_hazards.empty()) return result;
  const std::vector<double> means = scarcity_means(law, log_hazards.size());
  const auto centred = [&](std::size_t k) { return log_hazards[k] - loading * means[k]; };
  if (law.volatility == 0 || loading == 0) {
    for (std::size_t k = 0; k < log_hazards.size(); ++k) {
      result.push_back(result.back() * engine::exp(-engine::exp(centred(k)) * kMonth));
    }
    return result;
  }
  const DeviationGrid grid = make_grid(law, loading, log_hazards.size());
  result.push_back(engine::exp(-engine::exp(centred(0)) * kMonth));
  std::vector<double> mass = grid.first_step;
  for (double& m : mass) m *= result.back();
  for (std::size_t k = 1; k < log_hazards.size(); ++k) {
    survive(grid, centred(k), mass);
    result.push_back(total(mass));
    mass = step(grid, mass);
  }
  return result;
}

}  // namespace lien::pricing
