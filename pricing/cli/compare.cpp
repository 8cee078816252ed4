#include "pricing/book/read_limits.hpp"
#include "pricing/cli/commands.hpp"
#include "pricing/cli/console.hpp"
#include "pricing/report/compare_runs.hpp"

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

}  // namespace

int compare_command(const Options& options) {
  const ComparedRun before = read_compared_run(options.operands[0]);
  const ComparedRun after = read_compared_run(options.operands[1]);
  const Comparison comparison = compare_runs(before, after, tolerances_of(options.tolerances));
  print(options.json ? story_json(comparison.story)
                     : story_text(comparison.story, terminal_style()));
  return comparison.passed > 0 ? kLimitPassed : kDone;
}

}  // namespace lien::pricing
