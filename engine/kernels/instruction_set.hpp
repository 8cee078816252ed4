#pragma once

#include <string>
#include <string_view>

// Which instruction set the kernels run on. Results do not depend on it, only speed does.
namespace lien::engine {

// Whether this CPU can run the program at all: AVX2 with fused multiply-add on x86 (without it the
// first kernel would end in an illegal instruction); any 64-bit Arm, or for a program built with
// LIEN_ARM_SVE one with vectors of exactly that length (on another the kernels would write other
// rows than they should). Ask before any other function.
[[nodiscard]] bool cpu_supported();

// What a CPU lacks that is not supported, and where the program runs: for a message, "... lacks X".
[[nodiscard]] const char* cpu_requirement();

// Chooses the best instruction set the CPU has. Call once, before threads start; without the call
// each thread might race to choose.
void choose_instruction_set();

// Chooses "avx2" or "avx512" instead (before threads start). False, and nothing changes, if the CPU
// lacks it or the name is another.
[[nodiscard]] bool force_instruction_set(std::string_view name);

// The one in use: "avx2", "avx512", "neon", "sve2_128", "sve_256", or else Highway's name in lower
// case.
[[nodiscard]] std::string instruction_set();

}  // namespace lien::engine
