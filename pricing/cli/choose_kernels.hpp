#pragma once

#include <string>

namespace lien::pricing {

// Chooses the instruction set that the option --instruction-set names; empty: the best of this CPU.
// Before any thread starts. Throws UsageError where the CPU lacks it or the name is another.
void choose_kernels(const std::string& instruction_set);

}  // namespace lien::pricing
