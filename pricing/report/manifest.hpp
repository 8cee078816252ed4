#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "pricing/report/write_run.hpp"

namespace lien::pricing {

// The text of manifest.json. All but its `run` object is the same for equal runs; files are named
// as the run file names them, and `run` says in which folder that is. by_library: outputs whose
// bytes hang on a library's version; they stand in `run`.
[[nodiscard]] std::string manifest_json(const Inputs& inputs,
                                        const std::vector<FileDigest>& input_digests,
                                        const RunFacts& facts, const BuildFacts& build,
                                        const RunCircumstances& circumstances,
                                        const std::vector<FileDigest>& written,
                                        const std::vector<FileDigest>& by_library);

// DIRECTORY/manifest.json, opened. Throws InputError where there is none, with a hint at a run that
// can go on, and OutputError where it cannot be read.
[[nodiscard]] std::ifstream open_manifest(const std::string& directory);

// A run as its manifest tells it, with what changed since among the inputs and the outputs named.
struct RunRecord {
  std::string run_file;  // where it was
  std::uint64_t paths = 0, seed = 0;
  std::vector<std::pair<std::string, std::string>> changed;  // file, what became of it
  // Inputs that are gone or not as they were, of which the directory keeps what they held: the
  // files then come from there, all of them.
  std::vector<std::string> replaced;
};

// Reads DIRECTORY/manifest.json and hashes its inputs and these of its outputs. Throws as
// verify_run().
[[nodiscard]] RunRecord read_run_record(const std::string& directory,
                                        const std::vector<std::string>& outputs);

// What comparing a run directory with its manifest found.
struct Verification {
  std::size_t files = 0;              // hashed and compared
  std::vector<std::string> faults;    // a sentence each: changed, missing, not in the manifest
  std::vector<std::string> replaced;  // as in RunRecord: no faults
};

// Hashes the inputs and outputs that DIRECTORY/manifest.json names. Throws as open_manifest(), and
// InputError if the manifest is none of ours.
[[nodiscard]] Verification verify_run(const std::string& directory);

// The line that tells of inputs replaced; empty where none were.
[[nodiscard]] std::string replaced_inputs_text(const std::string& directory,
                                               const std::vector<std::string>& replaced);

}  // namespace lien::pricing
