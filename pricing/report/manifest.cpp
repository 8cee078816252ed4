#include "pricing/report/manifest.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "pricing/book/kept_inputs.hpp"
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

[[noreturn]] void refuse_manifest(const std::string& path) {
  throw InputError({{{path, 0, 0},
                     "",
                     "",
                     "is not a manifest of lien, or is damaged",
                     "restore the file, or run again",
                     false}});
}

// The copies of the inputs that the directory keeps, and nothing beside them. A directory without
// them was written by a version that kept none.
void compare_kept(const Json& inputs, const fs::path& folder, Verification& found) {
  if (!fs::exists(folder / kKeptInputs)) return;
  std::set<fs::path> known;
  for (auto file = std::next(inputs.begin()); file != inputs.end(); ++file) {  // not the run file
    const fs::path path = folder / kKeptInputs / kept_name(file->at("file").get<std::string>());
    known.insert(path);
    ++found.files;
    try {
      if (digest_of_file(path.string()).sha256 != file->at("sha256").get<std::string>())
        found.faults.push_back(path.string() + " changed since the run");
    } catch (const OutputError& error) {
      found.faults.emplace_back(error.what());
    }
  }
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder / kKeptInputs))
    if (!entry.is_directory() && known.count(entry.path()) == 0)
      found.faults.push_back(entry.path().string() + " is not in the manifest");
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

RunRecord read_run_record(const std::string& directory, const std::vector<std::string>& outputs) {
  const fs::path folder(directory);
  const std::string manifest_path = (folder / "manifest.json").string();
  std::ifstream stream(manifest_path, std::ios::binary);
  if (!stream) throw OutputError(OutputError::Kind::input_output, "read", manifest_path, errno);
  RunRecord record;
  const auto compare = [&](const Json& file, const fs::path& base) {
    const std::string path = (base / file.at("file").get<std::string>()).string();
    try {
      if (digest_of_file(path).sha256 != file.at("sha256").get<std::string>())
        record.changed.emplace_back(path, "changed since the run");
    } catch (const OutputError&) {
      record.changed.emplace_back(path, "cannot be read any more");
    }
    return path;
  };
  try {
    const Json manifest = Json::parse(stream);
    record.paths = manifest.at("paths").get<std::uint64_t>();
    record.seed = manifest.at("seed").get<std::uint64_t>();
    const fs::path inputs(manifest.at("run").at("input_folder").get<std::string>());
    for (const Json& file : manifest.at("inputs")) {
      const std::string path = compare(file, inputs);
      if (record.run_file.empty()) record.run_file = path;  // the run file stands first
    }
    for (const Json& file : manifest.at("outputs"))
      if (std::find(outputs.begin(), outputs.end(), file.at("file")) != outputs.end())
        compare(file, folder);
  } catch (const nlohmann::json::exception&) {
    refuse_manifest(manifest_path);
  }
  return record;
}

Verification verify_run(const std::string& directory) {
  const fs::path folder(directory);
  const std::string manifest_path = (folder / "manifest.json").string();
  std::ifstream stream(manifest_path, std::ios::binary);
  if (!stream) throw OutputError(OutputError::Kind::input_output, "read", manifest_path, errno);
  Verification found;
  const auto compare = [&](const Json& files, const fs::path& base) {
    for (const Json& file : files) {
      const std::string path = (base / file.at("file").get<std::string>()).string();
      ++found.files;
      try {
        const FileDigest digest = digest_of_file(path);
        if (digest.sha256 != file.at("sha256").get<std::string>())
          found.faults.push_back(path + " changed since the run");
      } catch (const OutputError& error) {
        found.faults.emplace_back(error.what());
      }
    }
  };
  try {
    const Json manifest = Json::parse(stream);
    const Json& by_library = manifest.at("run").at("outputs");
    compare(manifest.at("outputs"), folder);
    compare(by_library, folder);
    compare_kept(manifest.at("inputs"), folder, found);
    compare(manifest.at("inputs"),
            fs::path(manifest.at("run").at("input_folder").get<std::string>()));
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      bool listed = name == "manifest.json" || name == kKeptInputs;
      for (const Json& file : manifest.at("outputs")) listed |= file.at("file") == name;
      for (const Json& file : by_library) listed |= file.at("file") == name;
      if (!listed) found.faults.push_back(entry.path().string() + " is not in the manifest");
    }
  } catch (const nlohmann::json::exception&) {
    refuse_manifest(manifest_path);
  }
  return found;
}

}  // namespace lien::pricing
