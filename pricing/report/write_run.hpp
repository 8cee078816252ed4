#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pricing/measures/value_book.hpp"
#include "pricing/report/run_directory.hpp"

namespace lien::pricing {

// The program, as it was built.
struct BuildFacts {
  std::string version;   // "0.1.0"
  std::string commit;    // 40 hexadecimal digits, or "unknown"
  std::string compiler;  // "GNU 12.2.0"
  std::vector<std::pair<std::string, std::string>> libraries;  // name, version
};

// What may differ between two runs that give the same bytes: the manifest's `run` object.
struct RunCircumstances {
  std::string start, end;  // UTC, "2026-09-30T08:15:00Z"
  std::string host;
  unsigned threads = 0;
  std::string instruction_set;
};

// The SHA-256 of every input as it is now: taken before the run computes, so that the manifest
// states what was read and not what an editor saved since. Throws OutputError.
[[nodiscard]] std::vector<FileDigest> digest_of_inputs(const Inputs& inputs);

// Writes every result file into the directory, manifest.json last, and returns what was written;
// the caller commits. Throws OutputError, NonFiniteResult.
std::vector<FileDigest> write_run(const Inputs& inputs,
                                  const std::vector<FileDigest>& input_digests,
                                  const RunResults& results, const BuildFacts& build,
                                  const RunCircumstances& circumstances,
                                  const RunDirectory& directory);

}  // namespace lien::pricing
