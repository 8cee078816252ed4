#include "pricing/report/keep_inputs.hpp"

#include <filesystem>
#include <fstream>

#include "pricing/book/diagnostic.hpp"
#include "pricing/book/kept_inputs.hpp"
#include "pricing/report/output_file.hpp"
#include "pricing/report/resolved_settings.hpp"

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;

FileDigest copy_file(const std::string& from, const RunDirectory& directory,
                     const std::string& name) {
  std::error_code error;
  fs::create_directories((fs::path(directory.folder()) / name).parent_path(), error);
  if (error)
    throw OutputError(OutputError::Kind::cannot_create, "create", directory.folder() + "/" + name,
                      error.value());
  std::ifstream stream(from, std::ios::binary);
  const auto file = directory.create(name);
  std::string chunk(std::size_t{1} << 20U, '\0');
  while (stream) {
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    file->write({chunk.data(), static_cast<std::size_t>(stream.gcount())});
  }
  return file->close();
}

}  // namespace

void keep_inputs(const Inputs& inputs, const std::vector<FileDigest>& digests,
                 const RunDirectory& directory) {
  for (const FileDigest& input : digests) {
    if (input.path == inputs.settings.file) continue;  // resolved.toml says the same
    const std::string name = kept_name(beside_run_file(input.path, inputs.settings.file));
    const FileDigest copied =
        copy_file(input.path, directory, std::string(kKeptInputs) + "/" + name);
    if (copied.sha256 != input.sha256)
      throw OutputError(OutputError::Kind::input_output,
                        input.path + " changed while the run computed; run again");
  }
}

Inputs read_kept_inputs(const ComparedRun& run) {
  const fs::path folder = fs::path(run.directory) / kKeptInputs;
  std::vector<Diagnostic> faults;
  for (const char* setting : {"market", "book"})
    for (const std::string& file : run.files_of(setting)) {
      const std::string path = (folder / kept_name(file)).string();
      const auto stated = run.inputs.find(file);
      const auto fault = [&](const char* problem) {
        faults.push_back({{path, 0, 0},
                          "",
                          "",
                          problem,
                          "restore the file, run again, or compare with --stored",
                          false});
      };
      try {
        if (stated == run.inputs.end() || digest_of_file(path).sha256 != stated->second)
          fault("changed since the run");
      } catch (const OutputError&) {
        fault("is not there: the run was made by a version that kept none, or it was removed");
      }
    }
  if (!faults.empty()) throw InputError(std::move(faults));
  CommandLine options;
  options.paths = run.paths;
  options.scenarios = {"baseline"};
  options.kept_inputs = folder.string();
  return read_inputs((fs::path(run.directory) / kResolvedSettings).string(), options);
}

}  // namespace lien::pricing
