#include "pricing/report/manifest.hpp"

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "pricing/report/resolved_settings.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;  // keys in the order below, not sorted

// nlohmann writes a NaN as null without a word; here it is null because we say so.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json numbers(const std::vector<std::pair<std::string, double>>& named) {
  Json object = Json::object();
  for (const auto& [name, value] : named) object[name] = number(value);
  return object;
}

Json digests(const std::vector<FileDigest>& files, const std::string& run_file) {
  Json list = Json::array();
  for (const FileDigest& file : files)
    list.push_back({{"file", run_file.empty() ? file.path : beside_run_file(file.path, run_file)},
                    {"bytes", file.bytes},
                    {"sha256", file.sha256}});
  return list;
}

Json run_object(const Inputs& inputs, const RunFacts& facts, const BuildFacts& build,
                const RunCircumstances& circumstances, const std::vector<FileDigest>& by_library) {
  Json libraries = Json::object();
  for (const auto& [name, version] : build.libraries) libraries[name] = version;
  std::error_code error;
  const fs::path folder = fs::absolute(inputs.settings.file, error).parent_path();
  return {{"start", circumstances.start},
          {"end", circumstances.end},
          {"host", circumstances.host},
          {"threads", circumstances.threads},
          {"instruction_set", circumstances.instruction_set},
          {"compiler", build.compiler},
          {"libraries", libraries},
          {"input_folder", folder.lexically_normal().string()},
          {"stage_seconds", numbers(facts.stage_seconds)},
          {"outputs", digests(by_library, "")}};
}

}  // namespace

std::string manifest_json(const Inputs& inputs, const std::vector<FileDigest>& input_digests,
                          const RunFacts& facts, const BuildFacts& build,
                          const RunCircumstances& circumstances,
                          const std::vector<FileDigest>& written,
                          const std::vector<FileDigest>& by_library) {
  const RunSettings& settings = inputs.settings;
  Json manifest = {{"program", "lien"},
                   {"version", build.version},
                   {"commit", build.commit},
                   {"status", "complete"},
                   {"name", settings.name},
                   {"valuation_date", iso_text(settings.valuation_date)},
                   {"sampling", settings.sobol ? "sobol" : "philox"},
                   {"seed", settings.seed},
                   {"paths", facts.paths},
                   {"block_paths", facts.block_paths},
                   {"months", facts.months},
                   {"control_totals",
                    {{"rows_in", facts.rows_read},
                     {"rows_priced", facts.contracts_priced},
                     {"rows_rejected", facts.rows_rejected},
                     {"balance", {{inputs.market.currency, number(facts.balance)}}}}},
                   {"drivers_off", facts.drivers_off},
                   {"notes", facts.notes},
                   {"warnings", facts.warnings},
                   {"accuracy", numbers(facts.accuracy)},
                   {"loan_months", number(facts.loan_months)},
                   {"inputs", digests(input_digests, settings.file)},
                   {"outputs", digests(written, "")},
                   {"run", run_object(inputs, facts, build, circumstances, by_library)}};
  if (settings.sobol) manifest.push_back({"replicates", settings.replicates});
  if (settings.single_precision) manifest.push_back({"precision", "single"});
  if (settings.control_variates) {
    Json used = Json::object();
    for (const auto& [basis, count] : facts.control_variates) used[basis] = count;
    manifest.push_back({"control_variates", used});
  }
  if (settings.target_error) {
    const ErrorRound& last = facts.error_rounds.back();
    Json rounds = Json::array();
    for (const ErrorRound& round : facts.error_rounds)
      rounds.push_back({{"paths", round.paths}, {"standard_error", number(round.error)}});
    const Json target = {{"asked", number(*settings.target_error)},
                         {"reached", last.error <= *settings.target_error},
                         {"rounds", rounds}};
    manifest.push_back({"target_error", target});
  }
  if (facts.resale_states_clamped)
    manifest["accuracy"]["resale_states_clamped"] = number(*facts.resale_states_clamped);
  return manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lien::pricing
