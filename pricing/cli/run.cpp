#include <sys/utsname.h>
#include <unistd.h>

#include <cmath>
#include <ctime>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/kernels/instruction_set.hpp"
#include "pricing/cli/choose_kernels.hpp"
#include "pricing/cli/commands.hpp"
#include "pricing/cli/console.hpp"
#include "pricing/cli/interrupted_run.hpp"
#include "pricing/cli/progress.hpp"
#include "pricing/cli/stop_signal.hpp"
#include "pricing/measures/check_limits.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string host_name() {
  utsname names{};
  return ::uname(&names) == 0 ? names.nodename : "";
}

// Empty where it is gone.
std::string current_folder() {
  std::error_code error;
  return fs::current_path(error).string();
}

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

// The rows of a table that have this text in a column, under their column names.
Json rows_where(const Table& table, const char* name, std::string_view text) {
  Json rows = Json::array();
  const auto& found = table.column(name).texts;
  for (std::size_t row = 0; row < found.size(); ++row) {
    if (found[row] != text) continue;
    Json object = Json::object();
    for (const Column& column : table.columns) {
      if (column.kind == ColumnKind::text)
        object[column.name] = column.texts[row];
      else if (column.kind == ColumnKind::integer && std::isfinite(column.numbers[row]))
        object[column.name] = static_cast<long long>(column.numbers[row]);
      else
        object[column.name] = json_number(column.numbers[row]);
    }
    rows.push_back(std::move(object));
  }
  return rows;
}

// Seconds of each stage over all threads, and its share of them: what compiling takes is not among
// them, since it runs before any path.
Json stages_of(const RunFacts& facts) {
  const auto simulated = [](const std::string& stage) {
    return stage != "compile" && stage != "collateral_setup" && stage != "simulate" &&
           stage != "tail_replay" && stage != "reverse_stress" && stage != "target_error";
  };
  double total = 0;
  for (const auto& [stage, seconds] : facts.stage_seconds)
    if (simulated(stage)) total += seconds;
  Json stages = Json::object();
  for (const auto& [stage, seconds] : facts.stage_seconds) {
    if (!simulated(stage)) continue;
    stages[stage] = {{"thread_seconds", json_number(seconds)},
                     {"share", json_number(seconds / total)}};
  }
  return stages;
}

std::string results_json(const Inputs& inputs, const RunResults& results,
                         const RunCircumstances& circumstances,
                         const std::vector<FileDigest>& written, const std::string& directory) {
  const RunFacts& facts = results.facts;
  Json object = {{"name", inputs.settings.name},
                 {"valuation_date", iso_text(inputs.settings.valuation_date)},
                 {"currency", inputs.market.currency},
                 {"seed", inputs.settings.seed},
                 {"paths", facts.paths},
                 {"contracts", facts.contracts_priced},
                 {"balance", json_number(facts.balance)},
                 {"measures", rows_where(results.tables.measures, "level", "portfolio")},
                 {"loan_months", json_number(facts.loan_months)},
                 {"threads", circumstances.threads},
                 {"instruction_set", circumstances.instruction_set},
                 {"stage_seconds", Json::object()},
                 {"stages", stages_of(facts)},
                 {"directory", directory},
                 {"files", Json::array()}};
  for (const auto& [stage, seconds] : facts.stage_seconds)
    object["stage_seconds"][stage] = json_number(seconds);
  if (!facts.error_rounds.empty())
    object["target_error"] = {{"asked", json_number(*inputs.settings.target_error)},
                              {"standard_error", json_number(facts.error_rounds.back().error)},
                              {"rounds", facts.error_rounds.size()}};
  if (!inputs.settings.limits.empty())
    object["limits_not_kept"] = rows_where(results.tables.limits, "kept", "false");
  for (const FileDigest& file : written) object["files"].push_back(file.path);
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string files_to_open(const std::string& directory) {
  return "\nwritten to " + without_controls(directory) +
         ":\n"
         "  report.html     the result on one page: open it in a browser\n"
         "  contracts.csv   one row a contract and scenario\n"
         "  measures.csv    every number with its standard error\n"
         "  report.xlsx     the main tables as a spreadsheet\n"
         "  results.sqlite  all tables as a database\n"
         "  manifest.json   what was run, with the hash of every input and output\n";
}

}  // namespace

namespace {

// Values the inputs and writes the directory; checkpoints: null where none are kept.
RunResults value(const Inputs& inputs, Checkpoints* checkpoints, const RunDirectory& directory) {
  try {
    ProgressMeter meter;
    return value_book(
        inputs, [&](const Progress& progress) { meter.show(progress); }, checkpoints);
  } catch (const Interrupted&) {
    throw Interrupted("stopped before the end; what was simulated is kept in " +
                      directory.partial_path() + "\n    go on with: lien resume " +
                      directory.path());
  }
}

// The directory is complete by now, whatever becomes of standard output.
void print_of(const RunDirectory& directory, const std::string& text) {
  try {
    print(text);
  } catch (const OutputError& error) {
    throw OutputError(error.kind(), std::string(error.what()) +
                                        "\n    the run is complete, and all of it is in " +
                                        directory.path());
  }
}

}  // namespace

int carry_out_run(const Options& options, const Inputs& inputs,
                  const std::vector<FileDigest>& input_digests, RunDirectory& directory,
                  Checkpoints* checkpoints) {
  RunCircumstances circumstances;
  circumstances.start = utc_now();
  circumstances.host = host_name();
  circumstances.instruction_set = engine::instruction_set();
  const RunResults results = value(inputs, checkpoints, directory);
  if (checkpoints != nullptr && checkpoints->failed())
    print_error("lien: what was simulated could not be kept in " +
                without_controls(directory.partial_path()) +
                " at all times; an interrupted run would have begun further back\n");
  circumstances.threads = inputs.settings.threads != 0
                              ? inputs.settings.threads
                              : static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_ONLN));
  circumstances.end = utc_now();
  const std::vector<FileDigest> written =
      write_run(inputs, input_digests, results, build_facts(), circumstances, directory);
  directory.commit();

  const int done =
      options.fail_on_breach && limits_passed(results.tables.limits) > 0 ? kLimitPassed : kDone;
  if (options.json) {
    print_of(directory, results_json(inputs, results, circumstances, written, directory.path()));
    return done;
  }
  const ReportSubject subject{inputs.settings, inputs.market.currency, inputs.scenarios,
                              build_facts().version};
  print_of(directory,
           text_table(subject, results, terminal_style()) + files_to_open(directory.path()));
  return done;
}

void refuse_without_limits(const Options& options, const Inputs& inputs) {
  if (options.fail_on_breach && inputs.settings.limits.empty())
    throw UsageError(
        "--fail-on-breach: the run names no limits file; add limits = \"limits.toml\"");
}

int run_command(const Options& options) {
  choose_kernels(options.instruction_set);
  const Inputs inputs = read_inputs(options.operands.front(), options.overrides);
  refuse_without_limits(options, inputs);
  // Claimed before anything is computed, so that a taken name costs no waiting.
  RunDirectory directory(options.out.empty() ? inputs.settings.name : options.out,
                         options.overwrite);
  if (directory.replaces_interrupted())
    print_error("lien: begins anew in place of an interrupted run in " +
                without_controls(directory.partial_path()) + "\n");
  const std::vector<FileDigest> input_digests = digest_of_inputs(inputs);
  if (options.checkpoint_seconds == 0)
    return carry_out_run(options, inputs, input_digests, directory, nullptr);
  const std::string folder = directory.checkpoint_folder();
  keep_options(folder,
               {options, current_folder(), build_facts().commit, program_sha256(), input_digests});
  Checkpoints checkpoints(folder, options.checkpoint_seconds, stop_signal());
  try {
    return carry_out_run(options, inputs, input_digests, directory, &checkpoints);
  } catch (const Interrupted&) {
    directory.leave();
    throw;
  } catch (const InputError&) {
    throw;  // mended inputs are others: there is nothing to go on with
  } catch (const OutputError& error) {
    if (directory.committed()) throw;  // there is nothing to go on with
    // A full disk can be mended, and what was simulated is not lost with it.
    directory.leave();
    throw OutputError(error.kind(), std::string(error.what()) +
                                        "\n    once that is mended, go on with: lien resume " +
                                        directory.path());
  } catch (...) {
    // No memory, say, which another machine may have.
    if (checkpoints.any_kept() && !directory.committed()) {
      directory.leave();
      print_error("lien: what was simulated is kept in " +
                  without_controls(directory.partial_path()) + "; go on with: lien resume " +
                  without_controls(directory.path()) + "\n");
    }
    throw;
  }
}

}  // namespace lien::pricing
