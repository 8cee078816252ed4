#include "pricing/measures/compile_scenario.hpp"

#include <algorithm>

#include "pricing/market/premia.hpp"

namespace lien::pricing {

std::vector<std::pair<std::string, std::vector<ScenarioRow>>> by_scenario(
    const std::vector<ScenarioRow>& rows) {
  std::vector<std::pair<std::string, std::vector<ScenarioRow>>> out;
  for (const auto& row : rows) {
    const auto found = std::find_if(out.begin(), out.end(),
                                    [&row](const auto& s) { return s.first == row.scenario; });
    if (found == out.end())
      out.push_back({row.scenario, {row}});
    else
      found->second.push_back(row);
  }
  return out;
}

std::vector<MeasureBasis> bases_of(const RunSettings& settings) {
  std::vector<MeasureBasis> bases;
  if (settings.risk_neutral) bases.push_back(MeasureBasis::risk_neutral);
  if (settings.real_world) bases.push_back(MeasureBasis::real_world);
  return bases;
}

Inputs with_premia_times(const Inputs& inputs, double factor) {
  Inputs scaled = inputs;
  scaled.market = with_premia_times(inputs.market, factor);
  scaled.settings.real_world = false;
  scaled.settings.contract_months = false;
  return scaled;
}

Plan compile_scenario(const Inputs& inputs, const std::string& id, const Stressed& stressed,
                      MeasureBasis basis) {
  const RunSettings& settings = inputs.settings;
  const Horizon horizon = horizon_of(settings, stressed.market, stressed.book);
  const TimeGrid grid(settings.valuation_date, horizon.months, settings.steps_per_year);
  try {
    const CompileInput input{&settings, &stressed.market, &stressed.book,
                             basis,     &inputs.market,   &stressed.changed_credit_curves};
    Plan plan = compile(input, horizon, grid);
    // Scenarios are weighed as the baseline is: a path of theirs has no closed form.
    if (settings.control_variates && id == "baseline") compile_controls(input, plan);
    return plan;
  } catch (const InputError& error) {
    if (id == "baseline") throw;
    std::vector<Diagnostic> faults = error.faults();
    for (Diagnostic& fault : faults) fault.problem = "in scenario " + id + ": " + fault.problem;
    throw InputError(std::move(faults));
  }
}

void compile_all(const Inputs& inputs) {
  std::vector<Diagnostic> faults;
  const auto try_bases = [&faults](const Inputs& of, const std::string& id,
                                   const Stressed& stressed) {
    for (const MeasureBasis basis : bases_of(of.settings)) {
      try {
        static_cast<void>(compile_scenario(of, id, stressed, basis));
      } catch (const InputError& error) {
        // The other basis would most often repeat them.
        faults.insert(faults.end(), error.faults().begin(), error.faults().end());
        return;
      }
    }
  };
  try_bases(inputs, "baseline", {inputs.market, inputs.book, {}});
  // A fault of the book itself would come again with every scenario.
  if (faults.empty())
    for (const auto& [id, rows] : by_scenario(inputs.scenarios))
      try_bases(inputs, id,
                apply_scenario(inputs.market, inputs.book, rows, inputs.settings.valuation_date));
  for (const double factor : premium_factors(inputs.settings)) {
    if (!faults.empty()) break;
    const Inputs scaled = with_premia_times(inputs, factor);
    try_bases(scaled, premium_scenario(factor), {scaled.market, scaled.book, {}});
  }
  if (!faults.empty()) throw InputError(std::move(faults));
}

}  // namespace lien::pricing
