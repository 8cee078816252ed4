#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "pricing/book/kept_inputs.hpp"
#include "pricing/report/manifest.hpp"
#include "pricing/report/resolved_settings.hpp"
#include "pricing/report/run_directory.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

[[noreturn]] void refuse_manifest(const std::string& path) {
  throw InputError({{{path, 0, 0},
                     "",
                     "",
                     "is not a manifest of lien, or is damaged",
                     "restore the file, or run again",
                     false}});
}

// What became of a file of the manifest; empty: it is as it was.
std::string change_of(const std::string& path, const Json& file) {
  try {
    const bool same = digest_of_file(path).sha256 == file.at("sha256").get<std::string>();
    return same ? "" : "changed since the run";
  } catch (const OutputError&) {
    return "cannot be read any more";
  }
}

// What the directory keeps of an input: its copy, and of the run file, which stands first, the
// settings that it held.
std::string kept_path(const Json& inputs, std::size_t i, const fs::path& folder) {
  if (i == 0) return (folder / kResolvedSettings).string();
  return (folder / kKeptInputs / kept_name(inputs[i].at("file").get<std::string>())).string();
}

bool is_kept(const Json& manifest, std::size_t i, const fs::path& folder) {
  const Json& inputs = manifest.at("inputs");
  if (i > 0) return change_of(kept_path(inputs, i, folder), inputs[i]).empty();
  for (const Json& file : manifest.at("outputs"))
    if (file.at("file") == kResolvedSettings)
      return change_of(kept_path(inputs, i, folder), file).empty();
  return false;
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

RunRecord read_run_record(const std::string& directory, const std::vector<std::string>& outputs) {
  const fs::path folder(directory);
  std::ifstream stream = open_manifest(directory);
  RunRecord record;
  try {
    const Json manifest = Json::parse(stream);
    record.paths = manifest.at("paths").get<std::uint64_t>();
    record.seed = manifest.at("seed").get<std::uint64_t>();
    const fs::path base(manifest.at("run").at("input_folder").get<std::string>());
    const Json& inputs = manifest.at("inputs");
    bool kept = true;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::string path = (base / inputs[i].at("file").get<std::string>()).string();
      if (i == 0) record.run_file = path;  // the run file stands first
      kept = kept && is_kept(manifest, i, folder);
      const std::string change = change_of(path, inputs[i]);
      if (!change.empty()) record.changed.emplace_back(path, change);
    }
    if (kept)
      for (const auto& input : std::exchange(record.changed, {}))
        record.replaced.push_back(input.first);
    for (const Json& file : manifest.at("outputs")) {
      if (std::find(outputs.begin(), outputs.end(), file.at("file")) == outputs.end()) continue;
      const std::string path = (folder / file.at("file").get<std::string>()).string();
      const std::string change = change_of(path, file);
      if (!change.empty()) record.changed.emplace_back(path, change);
    }
  } catch (const nlohmann::json::exception&) {
    refuse_manifest((folder / "manifest.json").string());
  }
  return record;
}

std::ifstream open_manifest(const std::string& directory) {
  const std::string path = (fs::path(directory) / "manifest.json").string();
  std::error_code error;
  if (!fs::exists(path, error) && !error)
    throw InputError({{{directory, 0, 0},
                       "",
                       "",
                       "is no run directory: it holds no manifest.json",
                       RunDirectory::is_interrupted(directory)
                           ? "a run was interrupted there: go on with lien resume " + directory
                           : "name a folder that lien run wrote",
                       false}});
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw OutputError(OutputError::Kind::input_output, "read", path, errno);
  return stream;
}

Verification verify_run(const std::string& directory) {
  const fs::path folder(directory);
  std::ifstream stream = open_manifest(directory);
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
    const fs::path base(manifest.at("run").at("input_folder").get<std::string>());
    const Json& inputs = manifest.at("inputs");
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::string path = (base / inputs[i].at("file").get<std::string>()).string();
      const std::string change = change_of(path, inputs[i]);
      if (!change.empty() && is_kept(manifest, i, folder)) {
        found.replaced.push_back(path);
        continue;
      }
      ++found.files;
      if (!change.empty()) found.faults.push_back(path + " " + change);
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      bool listed = name == "manifest.json" || name == kKeptInputs;
      for (const Json& file : manifest.at("outputs")) listed |= file.at("file") == name;
      for (const Json& file : by_library) listed |= file.at("file") == name;
      if (!listed) found.faults.push_back(entry.path().string() + " is not in the manifest");
    }
  } catch (const nlohmann::json::exception&) {
    refuse_manifest((folder / "manifest.json").string());
  }
  return found;
}

std::string replaced_inputs_text(const std::string& directory,
                                 const std::vector<std::string>& replaced) {
  if (replaced.empty()) return {};
  std::string text = directory + ": these inputs are gone or changed since the run, and what the " +
                     "directory keeps of them is used: ";
  for (const std::string& file : replaced) text += (&file == &replaced[0] ? "" : ", ") + file;
  return without_controls(text) + "\n";
}

}  // namespace lien::pricing
