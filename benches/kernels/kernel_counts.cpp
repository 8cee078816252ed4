// The program kernel_counts: runs every kernel a fixed number of times, for `count.py`, which reads
// from valgrind how many instructions each took. It times nothing.
//   kernel_counts             one JSON object: compiler, instruction set, and the kernels as they
//   run
#include <iostream>
#include <string_view>

#include "benches/kernels/kernel_case.hpp"
#include "engine/kernels/instruction_set.hpp"

namespace {

constexpr std::size_t kCalls = 16;

}  // namespace

// valgrind writes what it has counted so far when this is entered, and starts from zero.
extern "C" __attribute__((noinline)) void lien_count_mark() { asm volatile("" ::: "memory"); }

int main() {
  using namespace lien;
  if (!engine::cpu_supported()) {
    std::cerr << "this CPU lacks " << engine::cpu_requirement() << '\n';
    return 70;
  }
  engine::choose_instruction_set();
  const std::string_view set = engine::instruction_set() == "avx512" ? "avx2" : "";
  // valgrind knows no AVX-512; without valgrind the same kernels run.
  if (!set.empty() && !engine::force_instruction_set(set)) return 70;
  std::cout << "{\"compiler\": \"" LIEN_COMPILER "\", \"instruction_set\": \""
            << engine::instruction_set() << "\", \"calls\": " << kCalls << ", \"kernels\": [";
  const char* separator = "\n";
  for (const benches::KernelCase& kernel : benches::all_cases()) {
    const benches::Repeat repeat = kernel.prepare();
    repeat(kCalls);  // the first call chooses an instruction set and touches pages
    lien_count_mark();
    repeat(kCalls);
    lien_count_mark();
    repeat(2 * kCalls);
    lien_count_mark();
    std::cout << separator << "{\"name\": \"" << kernel.name << "\", \"kernel\": \""
              << kernel.kernel << "\", \"items\": " << kernel.items << "}";
    separator = ",\n";
  }
  std::cout << "]}\n";
  return std::cout.flush() ? 0 : 74;
}
