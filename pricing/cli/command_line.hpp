#pragma once

#include <string>

#include "pricing/cli/commands.hpp"

namespace lien::pricing {

// Reads the command line. A request for help leaves `command` empty and puts the text to print in
// `help`. Throws UsageError, with the nearest known name where an option or command is unknown.
struct ParsedCommandLine {
  Options options;
  std::string help;
};
[[nodiscard]] ParsedCommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace lien::pricing
