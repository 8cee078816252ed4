#include "pricing/credit/hazard_law.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "engine/elementary/elementary.hpp"
#include "engine/factors/joint_step.hpp"
#include "pricing/credit/hazard_plane.hpp"

namespace lien::pricing {
namespace {

constexpr double kMonth = 1.0 / 12;

// Scarcity alone, whose fit is older than the other factors and keeps its bits.
bool scarcity_alone(const HazardLaw& law) {
  return law.credit_loading == 0 && law.noise_stdev == 0;
}

// The fit of one factor, as it is called for a line: loading 1, no mean.
ScarcityLaw line_law(const HazardLines& lines) {
  const HazardLine& line = lines.lines[0];
  ScarcityLaw law;
  law.mean_reversion = line.mean_reversion;
  law.volatility = std::sqrt(line.variance_rate);
  law.regime = lines.regime;
  return law;
}

void refuse_lines(const HazardLines& lines) {
  if (lines.regime && lines.lines[0].variance_rate == 0)
    throw std::domain_error("scarcity.volatility must be above 0 to fit a hazard under regimes");
  if (lines.lines.size() > 2)
    throw std::domain_error("three factors of different mean reversion move the hazard");
}

std::vector<double> fit_plane(const std::vector<double>& hazards, const HazardLines& lines) {
  std::vector<double> result;
  HazardPlane plane(lines, hazards.size());
  double survival = engine::exp(-hazards[0] * kMonth);
  result.push_back(engine::log(hazards[0] > 0 ? hazards[0] : 1.0));
  plane.start(survival);
  for (std::size_t k = 1; k < hazards.size(); ++k) {
    survival *= engine::exp(-hazards[k] * kMonth);
    result.push_back(0.0);
    if (hazards[k] > 0) {
      result.back() = plane.solve(survival);
      plane.survive(result.back());
    }
    plane.step();
  }
  return result;
}

}  // namespace

HazardLines hazard_lines(const HazardLaw& law, std::size_t months) {
  // One driver of the log hazard: its shocks have the volatility, loading included.
  struct Driver {
    double mean_reversion, volatility;
    bool scarcity, credit;
  };
  HazardLines out;
  out.means = scarcity_means(law.scarcity, months);
  for (double& mean : out.means) mean *= law.scarcity_loading;
  std::vector<Driver> drivers;
  const bool switches = law.scarcity.regime && law.scarcity_loading != 0;
  const double by_scarcity = law.scarcity_loading * law.scarcity.volatility;
  if (by_scarcity != 0 || switches)
    drivers.push_back({law.scarcity.mean_reversion, by_scarcity, true, false});
  const auto unit = [](double mean_reversion) { return std::sqrt(2 * mean_reversion); };
  if (law.credit_loading != 0)
    drivers.push_back({law.credit_mean_reversion,
                       law.credit_loading * unit(law.credit_mean_reversion), false, true});
  if (law.noise_stdev != 0)
    drivers.push_back(
        {law.noise_mean_reversion, law.noise_stdev * unit(law.noise_mean_reversion), false, false});
  if (switches) {
    out.regime = law.scarcity.regime;
    for (double& mean : out.regime->means) mean *= law.scarcity_loading;
  }
  const auto covariance = [&](const Driver& a, const Driver& b) {
    const bool joint = (a.scarcity && b.credit) || (a.credit && b.scarcity);
    return (&a == &b ? 1.0 : joint ? law.scarcity_credit : 0.0) * a.volatility * b.volatility;
  };
  std::vector<std::vector<const Driver*>> members;
  for (const Driver& driver : drivers) {
    std::size_t line = 0;
    while (line < members.size() && members[line].front()->mean_reversion != driver.mean_reversion)
      ++line;
    if (line == members.size()) members.emplace_back();
    members[line].push_back(&driver);
  }
  for (const auto& line : members) {
    HazardLine sum{line.front()->mean_reversion, 0};
    for (const Driver* a : line)
      for (const Driver* b : line) sum.variance_rate += covariance(*a, *b);
    sum.variance_rate = std::max(sum.variance_rate, 0.0);  // opposite loadings may cancel
    out.lines.push_back(sum);
  }
  if (members.size() > 1)
    for (const Driver* a : members[0])
      for (const Driver* b : members[1]) out.covariance_rate += covariance(*a, *b);
  return out;
}

std::vector<double> fit_log_hazards(const std::vector<double>& hazards, bool fit_survival,
                                    const HazardLaw& law) {
  if (scarcity_alone(law) || !fit_survival || hazards.empty())
    return fit_log_hazards(hazards, law.scarcity_loading, fit_survival, law.scarcity);
  const HazardLines lines = hazard_lines(law, hazards.size());
  refuse_lines(lines);
  std::vector<double> fit;
  if (lines.lines.size() < 2)
    fit = fit_log_hazards(hazards, 1, true, line_law(lines));
  else
    fit = fit_plane(hazards, lines);
  const std::vector<double> none = fit_log_hazards(hazards, 0, false, {});
  for (std::size_t k = 0; k < hazards.size(); ++k)
    fit[k] = hazards[k] > 0 ? fit[k] + lines.means[k] : none[k];
  return fit;
}

std::vector<double> expected_survival(const std::vector<double>& log_hazards,
                                      const HazardLaw& law) {
  if (scarcity_alone(law))
    return expected_survival(log_hazards, law.scarcity_loading, law.scarcity);
  const HazardLines lines = hazard_lines(law, log_hazards.size());
  refuse_lines(lines);
  std::vector<double> centred = log_hazards;
  for (std::size_t k = 0; k < centred.size(); ++k) centred[k] -= lines.means[k];
  if (lines.lines.size() < 2) return expected_survival(centred, 1, line_law(lines));
  std::vector<double> result = {1.0};
  if (centred.empty()) return result;
  HazardPlane plane(lines, centred.size());
  result.push_back(engine::exp(-engine::exp(centred[0]) * kMonth));
  plane.start(result.back());
  for (std::size_t k = 1; k < centred.size(); ++k) {
    plane.survive(centred[k]);
    result.push_back(plane.total());
    plane.step();
  }
  return result;
}

}  // namespace lien::pricing
