#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "pricing/book/read.hpp"

namespace lien::pricing {

// Exit codes of the program; the numbers are those of sysexits.h.
enum ExitCode : int {
  kDone = 0,
  kLimitPassed = 1,
  kUsage = 64,
  kInputRejected = 65,
  kInternal = 70,
  kCannotCreate = 73,
  kInputOutput = 74,
  kInterrupted = 75,
  kConfiguration = 78,
};

// The command line as typed. Options that were not given are empty.
struct Options {
  std::string command;
  std::vector<std::string> operands;  // RUN.toml, DIR, ...
  CommandLine overrides;              // laid over run.toml
  std::string out;
  std::string instruction_set;
  std::string tolerances;             // compare: the file that holds them
  std::optional<std::uint64_t> path;  // explain: number of the path to follow
  double checkpoint_seconds = 60;     // run: between two kept states; 0: none is kept
  bool overwrite = false;
  bool stored = false;  // compare: value nothing
  bool json = false;
  bool fail_on_breach = false;
};

// A command line that cannot be carried out as it stands: exit 64.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One function a command, each in the file of its name. They return an exit code and throw what
// main() knows to answer.
int run_command(const Options& options);
int resume_command(const Options& options);
int bench_command(const Options& options);
int check_command(const Options& options);
int explain_command(const Options& options);
int compare_command(const Options& options);
int version_command(const Options& options);
int verify_command(const Options& options);
int schedule_command(const Options& options);
int not_yet_command(const Options& options);

}  // namespace lien::pricing
