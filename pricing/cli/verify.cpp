#include "pricing/cli/commands.hpp"
#include "pricing/cli/console.hpp"
#include "pricing/report/manifest.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {

int verify_command(const Options& options) {
  const std::string& directory = options.operands.front();
  const Verification found = verify_run(directory);
  print_error(replaced_inputs_text(directory, found.replaced));
  for (const std::string& fault : found.faults) print_error(without_controls(fault) + "\n");
  if (!found.faults.empty()) {
    print_error(std::to_string(found.faults.size()) + " of " + std::to_string(found.files) +
                " files are not what the manifest of " + without_controls(directory) +
                " says; run again, or restore them\n");
    return kInputRejected;
  }
  print(without_controls(directory) + ": " + std::to_string(found.files) +
        " files hashed, inputs and outputs, all as the manifest says\n");
  return kDone;
}

}  // namespace lien::pricing
