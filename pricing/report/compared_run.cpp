#include "pricing/report/compared_run.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "pricing/book/diagnostic.hpp"
#include "pricing/report/finished_run.hpp"
#include "pricing/report/manifest.hpp"
#include "pricing/report/output_file.hpp"
#include "pricing/report/resolved_settings.hpp"

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& path, const std::string& problem,
                         const std::string& remedy) {
  throw InputError({{{path, 0, 0}, "", "", problem, remedy, false}});
}

// "key = value" under "[section]": what resolved_settings() writes, a line each.
std::map<std::string, std::string> read_settings(const std::string& path) {
  std::ifstream stream(path);
  std::map<std::string, std::string> settings;
  std::string section, line;
  while (std::getline(stream, line)) {
    const std::string valued = "# valued: ";  // which of the scenarios file
    if (line.rfind(valued, 0) == 0) settings["scenarios valued"] = line.substr(valued.size());
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[') {
      section = line.substr(1, line.find(']') - 1) + ".";
      continue;
    }
    const std::size_t at = line.find(" = ");
    if (at != std::string::npos) settings[section + line.substr(0, at)] = line.substr(at + 3);
  }
  return settings;
}

std::string text_at(const Json& object, const char* key) {
  return object.at(key).get<std::string>();
}

void read_manifest(const Json& manifest, const fs::path& folder, ComparedRun& run) {
  if (text_at(manifest, "program") != "lien")
    refuse(run.directory, "is no run of lien", "name a run directory");
  run.name = text_at(manifest, "name");
  run.valuation_date = text_at(manifest, "valuation_date");
  run.version = text_at(manifest, "version");
  run.commit = text_at(manifest, "commit");
  run.paths = manifest.at("paths").get<std::uint64_t>();
  run.seed = manifest.at("seed").get<std::uint64_t>();
  for (const auto& [currency, balance] : manifest.at("control_totals").at("balance").items())
    run.currency = currency;
  for (const Json& file : manifest.at("inputs"))
    run.inputs[text_at(file, "file")] = text_at(file, "sha256");
  for (const char* name :
       {"measures.csv", "contracts.csv", "contributions.csv", kResolvedSettings}) {
    const std::string path = (folder / name).string();
    const Json& outputs = manifest.at("outputs");
    const auto listed = std::find_if(outputs.begin(), outputs.end(), [&](const Json& file) {
      return text_at(file, "file") == name;
    });
    if (listed == outputs.end()) refuse(path, "is no output of the run", "run again");
    std::string found;
    try {
      found = digest_of_file(path).sha256;
    } catch (const OutputError&) {
      refuse(path, "cannot be read any more", "restore the file, or run again");
    }
    if (found != text_at(*listed, "sha256"))
      refuse(path, "changed since the run", "restore the file, or run again");
  }
}

}  // namespace

std::vector<std::string> ComparedRun::files_of(const std::string& setting) const {
  std::vector<std::string> files;
  const auto found = settings.find(setting);
  if (found == settings.end()) return files;
  // A text or a list of texts; ids and paths of a run hold no quotes.
  std::string file;
  bool inside = false;
  for (const char c : found->second) {
    if (c == '"') {
      if (inside) files.push_back(std::exchange(file, {}));
      inside = !inside;
    } else if (inside) {
      file += c;
    }
  }
  return files;
}

ComparedRun read_compared_run(const std::string& directory) {
  const fs::path folder(directory);
  const std::string path = (folder / "manifest.json").string();
  std::ifstream stream = open_manifest(directory);
  ComparedRun run;
  run.directory = directory;
  try {
    read_manifest(Json::parse(stream), folder, run);
  } catch (const nlohmann::json::exception&) {
    refuse(path, "is not a manifest of lien, or is damaged", "restore the file, or run again");
  }
  run.settings = read_settings((folder / kResolvedSettings).string());
  run.measures = read_result_table(directory, measures_table());
  run.contracts = read_result_table(directory, contracts_table());
  run.contributions = read_result_table(directory, contributions_table());
  return run;
}

}  // namespace lien::pricing
