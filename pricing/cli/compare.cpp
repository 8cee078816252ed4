#include <optional>
#include <vector>

#include "pricing/book/read_limits.hpp"
#include "pricing/cli/choose_kernels.hpp"
#include "pricing/cli/commands.hpp"
#include "pricing/cli/console.hpp"
#include "pricing/cli/progress.hpp"
#include "pricing/measures/parted_change.hpp"
#include "pricing/report/compare_runs.hpp"
#include "pricing/report/keep_inputs.hpp"

namespace lien::pricing {
namespace {

// The tolerances of a limits file. Its limits are read too: a fault in one is a fault of the file.
// What they name is not held to either run, which may lack a scenario or a level of the other.
std::vector<Tolerance> tolerances_of(const std::string& file) {
  if (file.empty()) return {};
  std::vector<Diagnostic> faults;
  Limits limits = read_limits(file, {file, 0, 0}, {}, faults);
  if (faults.empty() && limits.tolerances.empty())
    faults.push_back({{file, 0, 0},
                      "tolerance",
                      "",
                      "there is no [[tolerance]] in it",
                      "add one, or leave --tolerances out"});
  if (!faults.empty()) throw InputError(std::move(faults));
  return limits.tolerances;
}

// Values what stands between the two runs, from the inputs that they keep.
PartedChange part(const ComparedRun& before, const ComparedRun& after,
                  const std::vector<FollowedNumber>& followed, unsigned threads) {
  Inputs first = read_kept_inputs(before), second = read_kept_inputs(after);
  first.settings.threads = second.settings.threads = threads;
  ProgressMeter meter;
  return part_change(first, second, same_files(before, after, "market"),
                     same_files(before, after, "book"), followed,
                     [&](const Progress& progress) { meter.show(progress); });
}

}  // namespace

int compare_command(const Options& options) {
  const ComparedRun before = read_compared_run(options.operands[0]);
  const ComparedRun after = read_compared_run(options.operands[1]);
  const std::vector<Tolerance> tolerances = tolerances_of(options.tolerances);
  const std::vector<FollowedNumber> followed = followed_numbers(before, after);
  std::optional<PartedChange> parted;
  if (!options.stored) {
    choose_kernels(options.instruction_set);
    parted = part(before, after, followed, options.overrides.threads.value_or(0));
  }
  const Comparison comparison =
      compare_runs(before, after, parted ? &*parted : nullptr, tolerances);
  print(options.json ? story_json(comparison.story)
                     : story_text(comparison.story, terminal_style()));
  return comparison.passed > 0 ? kLimitPassed : kDone;
}

}  // namespace lien::pricing
