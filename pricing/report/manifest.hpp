#pragma once

#include <cstdint>
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

// A run as its manifest tells it, with what changed since among the inputs and the outputs named.
struct RunRecord {
  std::string run_file;  // where it was
  std::uint64_t paths = 0, seed = 0;
  std::vector<std::pair<std::string, std::string>> changed;  // file, what became of it
};

// Reads DIRECTORY/manifest.json and hashes its inputs and these of its outputs. Throws as
// verify_run().
[[nodiscard]] RunRecord read_run_record(const std::string& directory,
                                        const std::vector<std::string>& outputs);

// What comparing a run directory with its manifest found.
struct Verification {
  std::size_t files = 0;            // hashed and compared
  std::vector<std::string> faults;  // a sentence each: changed, missing, not in the manifest
};

// Hashes the inputs and outputs that DIRECTORY/manifest.json names. Throws OutputError if the
// manifest cannot be read and std::runtime_error if it is none of ours.
[[nodiscard]] Verification verify_run(const std::string& directory);

}  // namespace lien::pricing
