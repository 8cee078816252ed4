#include "pricing/report/resolved_settings.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : without_controls(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// A TOML float has a point or an exponent.
std::string toml_float(double value) {
  const std::string text = seventeen_digits(value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

template <class Range, class Text>
std::string toml_list(const Range& range, const Text& text) {
  std::string out = "[";
  for (const auto& element : range) {
    if (out.size() > 1) out += ", ";
    out += text(element);
  }
  return out + "]";
}

std::vector<std::string> names_of(const std::vector<ScenarioRow>& rows) {
  std::vector<std::string> names;
  for (const ScenarioRow& row : rows)
    if (std::find(names.begin(), names.end(), row.scenario) == names.end())
      names.push_back(row.scenario);
  return names;
}

std::string resolved_reverse_stress(const ReverseStress& asked) {
  std::string text = "\n[reverse_stress]\n";
  if (asked.loss) text += "loss = " + toml_float(*asked.loss) + "\n";
  if (asked.loss_share) text += "loss_share = " + toml_float(*asked.loss_share) + "\n";
  text += "horizon_months = " + std::to_string(asked.horizon_months) + "\n";
  text += std::string("shocks = ") + (asked.shocks ? "true" : "false") + "\n";
  if (asked.confidence) text += "confidence = " + toml_float(*asked.confidence) + "\n";
  return text;
}

}  // namespace

std::string beside_run_file(const std::string& path, const std::string& run_file) {
  namespace fs = std::filesystem;
  fs::path folder = fs::path(run_file).parent_path().lexically_normal();
  if (folder.empty()) folder = ".";
  const fs::path relative = fs::path(path).lexically_normal().lexically_relative(folder);
  return relative.empty() ? path : relative.generic_string();
}

std::string resolved_settings(const RunSettings& settings,
                              const std::vector<ScenarioRow>& scenarios) {
  const auto path = [&](const std::string& file) {
    return quoted(beside_run_file(file, settings.file));
  };
  std::vector<std::string> bases;
  if (settings.risk_neutral) bases.emplace_back("risk_neutral");
  if (settings.real_world) bases.emplace_back("real_world");
  const auto integer = [](int value) { return std::to_string(value); };

  std::string text =
      "# The settings of this run, defaults and options of the command line included. Copied next\n"
      "# to the run file that it came from, it runs and gives the same bytes.\n";
  text += "name = " + quoted(settings.name) + "\n";
  text += "valuation_date = " + iso_text(settings.valuation_date) + "\n";
  text += "market = " + path(settings.market) + "\n";
  text += "book = " + toml_list(settings.book, path) + "\n";
  if (!settings.scenarios.empty()) {
    text += "scenarios = " + path(settings.scenarios) + "\n";
    text += "# valued: " + toml_list(names_of(scenarios), quoted) + "\n";
  }
  if (!settings.limits.empty()) text += "limits = " + path(settings.limits) + "\n";
  text += std::string("on_reject = ") + (settings.skip_rejected_rows ? "\"skip\"" : "\"stop\"");
  text += "\n\n[simulation]\n";
  text += "paths = " + std::to_string(settings.paths) + "\n";
  text += "seed = " + std::to_string(settings.seed) + "\n";
  text += std::string("sampling = ") + (settings.sobol ? "\"sobol\"" : "\"philox\"") + "\n";
  if (settings.sobol) text += "replicates = " + std::to_string(settings.replicates) + "\n";
  if (settings.target_error) text += "target_error = " + toml_float(*settings.target_error) + "\n";
  text += "measure_basis = " + toml_list(bases, quoted) + "\n";
  text += "horizon_months = " + std::to_string(settings.horizon_months) + "\n";
  if (settings.steps_per_year != 12)
    text += "steps_per_year = " + std::to_string(settings.steps_per_year) + "\n";
  text += std::string("default_method = ") +
          (settings.copula          ? "\"copula\""
           : settings.sample_values ? "\"sampled\""
                                    : "\"survival_weighted\"") +
          "\n";
  if (settings.importance_sampling) text += "importance_sampling = true\n";
  if (settings.control_variates) text += "control_variates = true\n";
  if (settings.single_precision) text += "precision = \"single\"\n";
  text += "\n[results]\n";
  text += "confidence = " + toml_list(settings.confidence, toml_float) + "\n";
  text += "loss_horizon_months = " + toml_list(settings.loss_horizon_months, integer) + "\n";
  if (const auto& factors = settings.premium_interval)
    text += "premium_interval = [" + toml_float(factors->first) + ", " +
            toml_float(factors->second) + "]\n";
  text += std::string("contract_months = ") + (settings.contract_months ? "true" : "false") + "\n";
  if (settings.cecl) text += "cecl = true\n";
  if (settings.look_through) text += "look_through = true\n";
  if (settings.provisions) {
    text += "\n[provisions]\nsignificant_increase_ratio = " +
            toml_float(settings.provisions->significant_increase_ratio);
    text += "\ndays_past_due_backstop = " +
            std::to_string(settings.provisions->days_past_due_backstop) + "\n";
    if (settings.provisions->loss_given_default_floor > 0)
      text += "loss_given_default_floor = " +
              toml_float(settings.provisions->loss_given_default_floor) + "\n";
  }
  if (const auto& rule = settings.capital) {
    text += std::string("\n[capital]\napproach = ") + (rule->slotting ? "\"slotting\"" : "\"irb\"");
    if (rule->loss_given_default)
      text += "\nloss_given_default = " + toml_float(*rule->loss_given_default);
    if (rule->effective_maturity_years)
      text += "\neffective_maturity_years = " + toml_float(*rule->effective_maturity_years);
    text += "\n";
  }
  if (settings.reverse_stress) text += resolved_reverse_stress(*settings.reverse_stress);
  return text;
}

std::string unsaid_setting(const std::string& key) {
  constexpr std::pair<const char*, const char*> kUnsaid[] = {
      {"simulation.steps_per_year", "12"},
      {"simulation.importance_sampling", "false"},
      {"simulation.control_variates", "false"},
      {"simulation.precision", "\"double\""},
      {"results.cecl", "false"},
      {"results.look_through", "false"}};
  for (const auto& [unsaid, text] : kUnsaid)
    if (key == unsaid) return text;
  return "none";
}

}  // namespace lien::pricing
