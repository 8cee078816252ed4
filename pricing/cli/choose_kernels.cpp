#include "pricing/cli/choose_kernels.hpp"

#include "engine/kernels/instruction_set.hpp"
#include "pricing/cli/commands.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {

void choose_kernels(const std::string& instruction_set) {
  engine::choose_instruction_set();
  if (instruction_set.empty() || engine::force_instruction_set(instruction_set)) return;
  throw UsageError("--instruction-set is '" + without_controls(instruction_set) +
                   "'; this CPU has " + engine::instruction_set() +
                   " at best, and the choice is avx2 or avx512");
}

}  // namespace lien::pricing
