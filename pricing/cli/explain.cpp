#include "pricing/report/explain.hpp"

#include "engine/kernels/instruction_set.hpp"
#include "pricing/cli/commands.hpp"
#include "pricing/cli/console.hpp"
#include "pricing/report/manifest.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

using Kind = ExplainedThing::Kind;

ExplainedThing thing_named(const FinishedRun& run, const std::string& id) {
  if (const auto thing = find_thing(run.inputs, id)) return *thing;
  const std::string nearest = nearest_thing(run.inputs, id);
  throw UsageError("'" + without_controls(id) + "' is no hardware, party, vehicle or contract of " +
                   without_controls(run.directory) +
                   (nearest.empty() ? "" : "; did you mean " + without_controls(nearest) + "?"));
}

// The hardware whose path is asked for: the thing itself, or what a contract is secured on.
std::size_t hardware_of(const FinishedRun& run, const ExplainedThing& thing) {
  const Book& book = run.inputs.book;
  std::string id;
  if (thing.kind == Kind::hardware) return thing.index;
  if (thing.kind == Kind::loan) id = book.loans[thing.index].hardware;
  if (thing.kind == Kind::lease) id = book.leases[thing.index].hardware;
  if (thing.kind == Kind::instrument) id = book.instruments[thing.index].hardware;
  if (!id.empty()) return find_thing(run.inputs, "hardware:" + id)->index;
  throw UsageError("--path follows a hardware; this has none");
}

Story story_of(const FinishedRun& run, const ExplainedThing& thing, const Options& options) {
  if (options.path) {
    if (*options.path >= run.inputs.settings.paths)
      throw UsageError("--path is " + std::to_string(*options.path) + "; this run has paths 0 to " +
                       std::to_string(run.inputs.settings.paths - 1));
    return explain_path(run, hardware_of(run, thing), *options.path);
  }
  switch (thing.kind) {
    case Kind::hardware:
      return explain_hardware(run, thing.index);
    case Kind::party:
      return explain_party(run, thing.index);
    case Kind::vehicle:
      return explain_vehicle(run, thing.index);
    default:
      return explain_contract(run, thing);
  }
}

}  // namespace

int explain_command(const Options& options) {
  engine::choose_instruction_set();
  const FinishedRun run = read_finished_run(options.operands[0]);
  print_error(replaced_inputs_text(run.directory, run.replaced_inputs));
  const ExplainedThing thing = thing_named(run, options.operands[1]);
  const Story story = story_of(run, thing, options);
  print(options.json ? story_json(story) : story_text(story, terminal_style()));
  return kDone;
}

}  // namespace lien::pricing
