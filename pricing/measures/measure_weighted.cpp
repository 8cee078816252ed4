#include "pricing/measures/measure_weighted.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "pricing/market/scenario.hpp"

namespace lien::pricing {
namespace {

constexpr std::array<std::string_view, 8> kMeasures = {
    "present_value",        "expected_loss",        "ecl_12m",        "ecl_lifetime",
    "present_value_change", "expected_loss_change", "ecl_12m_change", "ecl_lifetime_change"};

// The weights of the scenarios that have one, the baseline's first.
std::vector<std::pair<std::string, double>> weights_of(const std::vector<ScenarioRow>& rows) {
  std::vector<std::pair<std::string, double>> weights = {{"baseline", 1.0}};
  for (const ScenarioRow& row : rows) {
    const bool known = std::any_of(weights.begin(), weights.end(),
                                   [&](const auto& w) { return w.first == row.scenario; });
    if (known || row.weight == 0) continue;
    weights.emplace_back(row.scenario, row.weight);
    weights.front().second -= row.weight;
  }
  // What rounding leaves of weights that add up to one.
  if (std::abs(weights.front().second) < 1e-12) weights.erase(weights.begin());
  return weights;
}

struct WeightedSum {
  double value = 0, error = 0;
  std::size_t scenarios = 0;
  bool has_error = false;
};

}  // namespace

void measure_weighted(const std::vector<ScenarioRow>& rows, Table& measures) {
  if (!has_weights(rows)) return;
  const auto weights = weights_of(rows);
  const auto& scenario = measures.column("scenario").texts;
  const auto& basis = measures.column("measure_basis").texts;
  const auto& level = measures.column("level").texts;
  const auto& id = measures.column("id").texts;
  const auto& measure = measures.column("measure").texts;
  const auto& horizon = measures.column("horizon_months").numbers;
  const auto& value = measures.column("value").numbers;
  const auto& error = measures.column("standard_error").numbers;

  using Key = std::tuple<std::string, std::string, std::string, std::string, double>;
  std::map<Key, std::size_t> places;
  std::vector<std::pair<Key, WeightedSum>> sums;  // in the order of the first scenario's rows
  for (const auto& [wanted, weight] : weights)
    for (std::size_t row = 0; row < scenario.size(); ++row) {
      if (scenario[row] != wanted || std::isnan(value[row])) continue;
      if (std::find(kMeasures.begin(), kMeasures.end(), measure[row]) == kMeasures.end()) continue;
      // A missing horizon would not find itself again.
      Key key{basis[row], level[row], id[row], measure[row],
              std::isnan(horizon[row]) ? -1.0 : horizon[row]};
      const auto [place, is_new] = places.emplace(key, sums.size());
      if (is_new) sums.push_back({std::move(key), {}});
      WeightedSum& sum = sums[place->second].second;
      sum.value += weight * value[row];
      ++sum.scenarios;
      if (std::isnan(error[row])) continue;
      sum.error += weight * error[row];
      sum.has_error = true;
    }
  for (const auto& [key, sum] : sums) {
    const auto& [of_basis, of_level, of_id, of_measure, of_horizon] = key;
    // The baseline's change to itself is no row.
    const bool with_baseline =
        weights.front().first == "baseline" && of_measure.ends_with("_change");
    if (sum.scenarios + (with_baseline ? 1 : 0) != weights.size()) continue;
    measures.add({std::string_view(kWeightedScenario), std::string_view(of_basis),
                  std::string_view(of_level), std::string_view(of_id), std::string_view(of_measure),
                  of_horizon < 0 ? Cell{} : Cell{static_cast<int>(of_horizon)}, Cell{}, sum.value,
                  sum.has_error ? Cell{sum.error} : Cell{}});
  }
}

}  // namespace lien::pricing
