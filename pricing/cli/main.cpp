#include <csignal>
#include <new>

#include "engine/kernels/instruction_set.hpp"
#include "pricing/cli/command_line.hpp"
#include "pricing/cli/console.hpp"
#include "pricing/report/checkpoints.hpp"
#include "pricing/report/output_file.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

struct Command {
  const char* name;
  int (*carry_out)(const Options&);
};

constexpr Command kCommands[] = {
    {"run", run_command},         {"check", check_command},       {"verify", verify_command},
    {"version", version_command}, {"resume", resume_command},     {"explain", explain_command},
    {"compare", compare_command}, {"calibrate", not_yet_command}, {"schedule", schedule_command},
    {"report", not_yet_command},  {"bench", bench_command},
};

int carry_out(int argc, const char* const* argv) {
  const ParsedCommandLine parsed = parse_command_line(argc, argv);
  if (parsed.options.command.empty()) {
    print(parsed.help);
    return kDone;
  }
  for (const Command& command : kCommands)
    if (parsed.options.command == command.name) return command.carry_out(parsed.options);
  throw UsageError("unknown command '" + parsed.options.command + "'");
}

int told(ExitCode code, const std::string& sentence) {
  print_error("lien: " + without_controls(sentence, "\n") + "\n");
  return code;
}

// The faults of an input: 64 where all of them stand on the command line (in place of a file they
// name the option), 78 where they stand there and in run.toml, else 65.
int told_faults(const InputError& error) {
  print_faults(error.faults());
  ExitCode code = kUsage;
  for (const Diagnostic& fault : error.faults()) {
    if (fault.where.file.starts_with("--")) continue;
    if (!fault.configuration) return kInputRejected;
    code = kConfiguration;
  }
  return code;
}

}  // namespace
}  // namespace lien::pricing

int main(int argc, char** argv) {
  using namespace lien::pricing;
  // A reader that closes the pipe (`lien run ... | head`) is a failed write, which is answered, and
  // not a signal, which would kill a run between two files.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file past the user's limit is a failed write as well
  if (!lien::engine::cpu_supported())
    return told(kInternal, std::string("this CPU lacks ") + lien::engine::cpu_requirement());
  try {
    return carry_out(argc, argv);
  } catch (const UsageError& error) {
    return told(kUsage, std::string(error.what()) + "\n    see lien --help");
  } catch (const InputError& error) {
    return told_faults(error);
  } catch (const OutputError& error) {
    const bool create = error.kind() == OutputError::Kind::cannot_create;
    return told(create ? kCannotCreate : kInputOutput, error.what());
  } catch (const Interrupted& stopped) {
    return told(kInterrupted, stopped.what());
  } catch (const std::bad_alloc&) {
    return told(kInternal, "out of memory; use a machine with more, or fewer --paths");
  } catch (const std::exception& error) {
    return told(kInternal, error.what());
  }
}
