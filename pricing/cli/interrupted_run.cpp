#include "pricing/cli/interrupted_run.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "pricing/book/text_file.hpp"

namespace lien::pricing {
namespace {

using Json = nlohmann::ordered_json;
using Kind = OutputError::Kind;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

template <class T>
void read_optional(const Json& json, const char* name, std::optional<T>& value) {
  if (!json.at(name).is_null()) value = json.at(name).get<T>();
}

// A path is bytes, which JSON takes where they are UTF-8: else they stand there one by one.
Json from_path(const std::string& path) {
  if (first_bad_byte(path) == std::string::npos) return path;
  return std::vector<unsigned char>(path.begin(), path.end());
}

std::string to_path(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  const auto bytes = json.get<std::vector<unsigned char>>();
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::string program_sha256() {
  try {
    return digest_of_file("/proc/self/exe").sha256;
  } catch (const OutputError&) {
    return {};
  }
}

void keep_options(const std::string& folder, const InterruptedRun& run) {
  const Options& options = run.options;
  Json inputs = Json::array();
  for (const FileDigest& input : run.inputs)
    inputs.push_back({{"file", from_path(input.path)}, {"sha256", input.sha256}});
  const Json json = {{kRunFileKey, kRunFileValue},  // first: by it the folder is known
                     {"commit", run.commit},
                     {"program_sha256", run.program_sha256},
                     {"folder", from_path(run.folder)},
                     {"run", from_path(options.operands.front())},
                     {"paths", or_null(options.overrides.paths)},
                     {"seed", or_null(options.overrides.seed)},
                     {"threads", or_null(options.overrides.threads)},
                     {"target_error", or_null(options.overrides.target_error)},
                     {"scenarios", options.overrides.scenarios},
                     {"instruction_set", options.instruction_set},
                     {"checkpoint_seconds", options.checkpoint_seconds},
                     {"overwrite", options.overwrite},
                     {"json", options.json},
                     {"fail_on_breach", options.fail_on_breach},
                     {"inputs", inputs}};
  OutputFile file(folder + "/" + kRunFile, kRunFile);
  file.write(json.dump(2) + "\n");
  static_cast<void>(file.close());
}

InterruptedRun read_options(const std::string& folder) {
  InterruptedRun run;
  Options& options = run.options;
  try {
    std::ifstream stream(folder + "/" + kRunFile);
    const Json json = Json::parse(stream);
    run.commit = json.at("commit").get<std::string>();
    options.command = "run";
    run.program_sha256 = json.at("program_sha256").get<std::string>();
    run.folder = to_path(json.at("folder"));
    options.operands = {to_path(json.at("run"))};
    read_optional(json, "paths", options.overrides.paths);
    read_optional(json, "seed", options.overrides.seed);
    read_optional(json, "threads", options.overrides.threads);
    read_optional(json, "target_error", options.overrides.target_error);
    options.overrides.scenarios = json.at("scenarios").get<std::vector<std::string>>();
    options.instruction_set = json.at("instruction_set").get<std::string>();
    options.checkpoint_seconds = json.at("checkpoint_seconds").get<double>();
    options.overwrite = json.at("overwrite").get<bool>();
    options.json = json.at("json").get<bool>();
    options.fail_on_breach = json.at("fail_on_breach").get<bool>();
    for (const Json& input : json.at("inputs"))
      run.inputs.push_back({to_path(input.at("file")), 0, input.at("sha256").get<std::string>()});
  } catch (const Json::exception&) {
    throw OutputError(Kind::input_output, folder + "/" + kRunFile +
                                              " does not say what was run (it is missing or not "
                                              "whole); begin anew with lien run");
  }
  return run;
}

}  // namespace lien::pricing
