#include <algorithm>
#include <filesystem>

#include "pricing/cli/choose_kernels.hpp"
#include "pricing/cli/console.hpp"
#include "pricing/cli/interrupted_run.hpp"
#include "pricing/cli/stop_signal.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;

// A run that goes on must read what the interrupted one read: else half of a result would be of
// other inputs. Says of every file that is not as it was; true if there is any.
bool inputs_changed(const std::vector<FileDigest>& before, const std::vector<FileDigest>& now) {
  bool changed = before.size() != now.size();
  for (const FileDigest& file : now) {
    const auto same = [&](const FileDigest& other) {
      return other.path == file.path && other.sha256 == file.sha256;
    };
    if (std::any_of(before.begin(), before.end(), same)) continue;
    changed = true;
    print_error(without_controls(fs::absolute(file.path).lexically_normal().string()) +
                ": changed since the run began\n");
  }
  return changed;
}

// Two builds of a commit, or of a checkout that was edited, need not compute the same.
void refuse_other_program(const InterruptedRun& run) {
  if (!run.program_sha256.empty() && run.program_sha256 == program_sha256()) return;
  const std::string commit = without_controls(run.commit);
  throw UsageError(run.commit != build_facts().commit
                       ? "the interrupted run is of another version of the program (commit " +
                             commit + "); begin anew with lien run"
                       : "the interrupted run is of another build of the program (of commit " +
                             commit + ", as this one, with SHA-256 " +
                             without_controls(run.program_sha256) +
                             "); go on with that build, or begin anew with lien run");
}

// Paths then mean what they meant, and stand in the files of the run as they were typed.
void enter(const std::string& folder) {
  std::error_code error;
  fs::current_path(folder, error);
  if (error)
    throw OutputError(OutputError::Kind::input_output, "enter the folder that the run began in,",
                      folder, error.value());
}

}  // namespace

int resume_command(const Options& asked) {
  const std::string& name = asked.operands.front();
  if (RunDirectory::is_complete(name)) {
    print(without_controls(name) + " is complete: there is nothing to go on with\n");
    return kDone;
  }
  RunDirectory directory = RunDirectory::interrupted(name);
  directory.leave();  // whatever ends this, another can go on
  const std::string folder = directory.checkpoint_folder();
  InterruptedRun run = read_options(folder);
  Options& options = run.options;
  if (asked.overrides.threads) options.overrides.threads = asked.overrides.threads;
  options.json = options.json || asked.json;
  refuse_other_program(run);
  choose_kernels(options.instruction_set);
  // From here on the current folder is the run's; the directory stays where the caller named it.
  if (fs::path(options.operands.front()).is_relative()) enter(run.folder);
  const Inputs inputs = read_inputs(options.operands.front(), options.overrides);
  const std::vector<FileDigest> input_digests = digest_of_inputs(inputs);
  if (inputs_changed(run.inputs, input_digests)) {
    print_error("restore the inputs, or begin anew with lien run\n");
    return kInputRejected;
  }
  directory.set_overwrite(options.overwrite);
  Checkpoints checkpoints(folder, options.checkpoint_seconds, stop_signal());
  const int done = carry_out_run(options, inputs, input_digests, directory, &checkpoints);
  print_error("lien: " + std::to_string(checkpoints.tasks_kept()) +
              " tasks were taken over from the interrupted run\n");
  return done;
}

}  // namespace lien::pricing
