#pragma once

#include <string>
#include <vector>

#include "pricing/cli/commands.hpp"
#include "pricing/report/checkpoints.hpp"
#include "pricing/report/write_run.hpp"

namespace lien::pricing {

// What a run was asked for, kept beside its checkpoints: a run that goes on is asked for the same.
struct InterruptedRun {
  Options options;     // paths as they were typed
  std::string folder;  // in which they were
  std::string commit;  // of the program
  std::string program_sha256;
  std::vector<FileDigest> inputs;  // as they were read
};

// The SHA-256 of the program that runs, hexadecimal: what two builds of one commit, or of none,
// differ by. Empty where the system does not show it.
[[nodiscard]] std::string program_sha256();

// Writes it into the folder of checkpoints. Throws OutputError.
void keep_options(const std::string& folder, const InterruptedRun& run);
// Reads it. Throws OutputError where the folder does not hold it.
[[nodiscard]] InterruptedRun read_options(const std::string& folder);

// In run.cpp. Throws UsageError where a run is to fail on limits that it does not have.
void refuse_without_limits(const Options& options, const Inputs& inputs);
// Values the inputs, writes and commits the directory, prints what a run prints; checkpoints: null
// where none are kept. Returns an exit code.
int carry_out_run(const Options& options, const Inputs& inputs,
                  const std::vector<FileDigest>& input_digests, RunDirectory& directory,
                  Checkpoints* checkpoints);

}  // namespace lien::pricing
