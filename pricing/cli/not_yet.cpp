#include "pricing/cli/commands.hpp"

namespace lien::pricing {

int not_yet_command(const Options& options) {
  throw UsageError(
      "this version of lien does not have '" + options.command +
      "' yet; it has run, resume, bench, check, compare, explain, schedule, verify and version");
}

}  // namespace lien::pricing
