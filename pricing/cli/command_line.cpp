#include "pricing/cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <limits>
#include <map>
#include <memory>

#include "pricing/report/text_form.hpp"

// CLI11 costs six seconds of compilation: it is named here and nowhere else.
namespace lien::pricing {
namespace {

constexpr std::uint64_t kMostPaths = 1'000'000'000;
constexpr std::uint64_t kMostSeed = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kMostThreads = 4096;

// Options as texts, checked after parsing: CLI11's own messages print ranges of 300 digits.
struct Texts {
  std::string operand, explained, other, path, paths, seed, threads, target_error, checkpoint;
  bool version = false;
};

std::uint64_t integer_option(const std::string& name, const std::string& text, std::uint64_t least,
                             std::uint64_t most) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || value < least || value > most)
    throw UsageError(name + " is '" + without_controls(text) + "'; write a whole number from " +
                     std::to_string(least) + " to " + std::to_string(most));
  return value;
}

// A share from basis points.
double basis_points(const std::string& name, const std::string& text) {
  constexpr double kLeast = 1e-4, kMost = 1000;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || !(value >= kLeast && value <= kMost))
    throw UsageError(name + " is '" + without_controls(text) +
                     "'; write basis points of the balance from 0.0001 to 1000");
  return value * 1e-4;
}

double checkpoint_seconds(const std::string& text) {
  constexpr double kMost = 86400;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || !(value >= 0 && value <= kMost))
    throw UsageError("--checkpoint-seconds is '" + without_controls(text) +
                     "'; write seconds from 0 (nothing is kept) to 86400");
  return value;
}

void add_run_options(CLI::App& run, Options& options, Texts& texts) {
  run.add_option("--out", options.out, "run directory to write [the run's name, in this folder]")
      ->type_name("DIR");
  run.add_option("--paths", texts.paths, "simulated paths")->type_name("N");
  run.add_option("--seed", texts.seed, "key of the random numbers")->type_name("N");
  run.add_option("--threads", texts.threads, "0: all cores; changes no result")->type_name("N");
  run.add_option("--scenario", options.overrides.scenarios,
                 "value this scenario beside the baseline, repeatable [all]")
      ->type_name("NAME")
      ->allow_extra_args(false);  // one name each time, or the run file would be one
  run.add_flag("--overwrite", options.overwrite, "replace an existing run directory");
  run.add_flag("--json", options.json, "results as JSON on standard output");
  run.add_option("--instruction-set", options.instruction_set,
                 "avx2 or avx512, instead of the best this CPU has; changes no result")
      ->type_name("NAME");
  run.add_option("--target-error", texts.target_error,
                 "paths until the standard error of present value is this, in basis points of the "
                 "balance")
      ->type_name("BP");
  run.add_option("--checkpoint-seconds", texts.checkpoint,
                 "how often what is simulated is kept, so that lien resume can go on after an "
                 "interruption; 0: never [60]")
      ->type_name("S");
  run.add_flag("--fail-on-breach", options.fail_on_breach,
               "exit 1 where a limit of the run's limits file is not kept");
}

void read_run_options(Options& options, const Texts& texts) {
  if (!texts.target_error.empty())
    options.overrides.target_error = basis_points("--target-error", texts.target_error);
  if (!texts.checkpoint.empty()) options.checkpoint_seconds = checkpoint_seconds(texts.checkpoint);
  if (!texts.paths.empty())
    options.overrides.paths = integer_option("--paths", texts.paths, 1, kMostPaths);
  if (!texts.seed.empty())
    options.overrides.seed = integer_option("--seed", texts.seed, 0, kMostSeed);
  if (!texts.threads.empty())
    options.overrides.threads =
        static_cast<unsigned>(integer_option("--threads", texts.threads, 0, kMostThreads));
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

// Words that CLI11 did not understand; it would name them without a hint.
void refuse_extras(const CLI::App& program, const CLI::App* command,
                   const std::vector<std::string>& command_names) {
  const std::vector<std::string> extras =
      command != nullptr ? command->remaining() : program.remaining();
  if (extras.empty()) return;
  const std::string word = extras.front().substr(0, extras.front().find('='));
  const bool option = word.rfind('-', 0) == 0;
  const bool misspelt_command = command == nullptr && !option;
  const std::string nearest = nearest_name(
      word, misspelt_command ? command_names : option_names(command ? *command : program));
  std::string sentence = misspelt_command ? "unknown command '"
                         : option         ? "unknown option '"
                                          : "one operand too many: '";
  sentence += without_controls(word) + "'";
  if (!nearest.empty()) sentence += "; did you mean " + nearest + "?";
  throw UsageError(sentence);
}

struct CommandText {
  const char* name;
  const char* operand;  // nullptr: none
  const char* operand_about;
  const char* about;
  const char* example;  // what stands after the program's name
};

constexpr CommandText kWorking[] = {
    {"run", "RUN.toml", "the run file", "value, measure and stress a book; write a run directory",
     "run examples/neocloud/run.toml --out runs/neocloud --overwrite"},
    {"resume", "DIR", "the run directory that was to be written",
     "go on with an interrupted run; the result is that of an uninterrupted one",
     "resume runs/neocloud"},
    {"check", "RUN.toml", "the run file", "read everything, report every fault, price nothing",
     "check examples/neocloud/run.toml"},
    {"schedule", "FILE", "a book file, or contracts in ACTUS JSON",
     "print the contractual cash flows of loans, leases or ACTUS contracts",
     "schedule examples/three_loans/loans.csv"},
    {"verify", "DIR", "a run directory", "hash a run's inputs and outputs again, and compare",
     "verify runs/neocloud"},
    {"explain", "DIR", "a run directory",
     "tell the story of a hardware, a party, a vehicle or a contract",
     "explain runs/neocloud H100"},
    {"compare", "DIR_A", "a run directory",
     "tell what two runs differ by, and how the book's numbers came from one to the other",
     "compare runs/before runs/after"},
    {"bench", nullptr, "",
     "what this machine does in ten seconds: loan-months a second, share of the limit",
     "bench --threads 1"},
    {"version", nullptr, "", "version, commit, compiler, libraries, instruction set",
     "version --json"},
};
constexpr const char* kNotYet[] = {"calibrate", "report"};

}  // namespace

ParsedCommandLine parse_command_line(int argc, const char* const* argv) {
  ParsedCommandLine parsed;
  Options& options = parsed.options;
  Texts texts;
  const auto example = [&](const char* words) {
    return std::string("Example, from the top of a clone:\n  ") + (argc > 0 ? argv[0] : "lien") +
           " " + words;
  };
  CLI::App program("Value and risk of loans and leases secured on accelerators.", "lien");
  program.footer(example(kWorking[0].example));
  program.require_subcommand(0, 1);
  program.allow_extras();
  program.set_help_flag("-h,--help", "print this help and exit");
  program.add_flag("--version", texts.version, "the same as the command version");
  std::vector<std::string> names;
  std::map<std::string, CLI::App*> commands;
  for (const CommandText& text : kWorking) {
    CLI::App* command = program.add_subcommand(text.name, text.about);
    command->allow_extras();
    command->footer(example(text.example));
    if (text.operand != nullptr)
      command->add_option(text.operand, texts.operand, text.operand_about)
          ->required()
          ->type_name("");
    names.emplace_back(text.name);
    commands[text.name] = command;
  }
  add_run_options(*commands.at("run"), options, texts);
  CLI::App& resume = *commands.at("resume");
  resume.add_option("--threads", texts.threads, "0: all cores; changes no result")->type_name("N");
  resume.add_flag("--json", options.json, "results as JSON on standard output");
  commands.at("check")->add_flag("--json", options.json, "what was read, as JSON");
  commands.at("schedule")->add_flag("--json", options.json, "the events as JSON");
  CLI::App& explain = *commands.at("explain");
  explain.add_option("ID", texts.explained, "its id; kind:ID where two things have it")
      ->required()
      ->type_name("");
  explain.add_option("--path", texts.path, "follow this path, from 0, month by month")
      ->type_name("N");
  explain.add_flag("--json", options.json, "as JSON, all months");
  CLI::App& compare = *commands.at("compare");
  compare.add_option("DIR_B", texts.other, "the run directory it is compared with")
      ->required()
      ->type_name("");
  compare
      .add_option("--tolerances", options.tolerances,
                  "limits file with [[tolerance]] blocks; exit 1 where one is passed")
      ->type_name("FILE");
  compare.add_flag("--stored", options.stored,
                   "value nothing: market, model and seed stay one step of the bridge");
  compare.add_option("--threads", texts.threads, "0: all cores; changes no result")->type_name("N");
  compare.add_flag("--json", options.json, "as JSON, every step and difference");
  CLI::App& bench = *commands.at("bench");
  bench.add_option("--threads", texts.threads, "0: all cores")->type_name("N");
  bench
      .add_option("--instruction-set", options.instruction_set,
                  "avx2 or avx512, instead of the best this CPU has")
      ->type_name("NAME");
  bench.add_flag("--json", options.json, "as JSON");
  commands.at("version")->add_flag("--json", options.json, "as JSON");
  for (const char* name : kNotYet) {
    CLI::App* command = program.add_subcommand(name, "not in this version");
    command->group("")->allow_extras();  // known, so that it is answered, and not listed
    names.emplace_back(name);
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = program.get_subcommands();
    parsed.help = chosen.empty() ? program.help() : chosen.front()->help("lien");
    return parsed;
  } catch (const CLI::ParseError& error) {
    const auto chosen = program.get_subcommands();
    refuse_extras(program, chosen.empty() ? nullptr : chosen.front(), names);
    throw UsageError(without_controls(error.what()));
  }
  const auto chosen = program.get_subcommands();
  const CLI::App* command = chosen.empty() ? nullptr : chosen.front();
  if (command != nullptr) options.command = command->get_name();
  const bool working = commands.count(options.command) != 0;
  if (working || command == nullptr) refuse_extras(program, command, names);
  if (command == nullptr && texts.version) options.command = "version";
  if (options.command.empty()) parsed.help = program.help();
  const bool alone = options.command == "version" || options.command == "bench";
  if (commands.count(options.command) != 0 && !alone) {
    if (texts.operand.empty()) throw UsageError("the file or folder to work on is an empty text");
    options.operands.push_back(texts.operand);
  }
  if (options.command == "explain") {
    options.operands.push_back(texts.explained);
    if (!texts.path.empty()) options.path = integer_option("--path", texts.path, 0, kMostPaths - 1);
  }
  if (options.command == "compare") options.operands.push_back(texts.other);
  read_run_options(options, texts);
  return parsed;
}

}  // namespace lien::pricing
