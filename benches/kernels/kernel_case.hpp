#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "engine/simulation/path_block.hpp"

// Every kernel on rows of one block of 64 paths that stay in L1 or L2, in the shapes that
// examples/neocloud has. bench_kernels.cpp times them, count_instructions.cpp counts them.
//
// Above each case stands its roofline: floating-point operations (a fused multiply-add is one) and
// memory traffic an item, and what bounds it. A core with four doubles a vector and two pipes for
// multiplication does at best 8 multiply-adds a cycle (eight doubles: 16), loads two vectors and
// stores one. Integer operations share the pipes.
namespace lien::benches {

// Calls the kernel so many times.
using Repeat = std::function<void(std::size_t times)>;

struct KernelCase {
  const char* name;
  const char* kernel;   // file:Function that is compiled per instruction set; "" if it is not
  std::size_t items;    // of one call
  Repeat (*prepare)();  // lays out its rows
};

[[nodiscard]] std::vector<KernelCase> engine_cases();
[[nodiscard]] std::vector<KernelCase> market_cases();
[[nodiscard]] std::vector<KernelCase> resale_cases();
[[nodiscard]] std::vector<KernelCase> contract_cases();
[[nodiscard]] std::vector<KernelCase> feature_cases();
[[nodiscard]] std::vector<KernelCase> single_cases();
[[nodiscard]] std::vector<KernelCase> all_cases();

template <class Call>
[[nodiscard]] Repeat repeating(Call call) {
  return [call](std::size_t times) mutable {
    for (std::size_t i = 0; i < times; ++i) call();
  };
}

// Rows [rows][kBlockPaths], held by the cases that read or write them.
using Rows = std::shared_ptr<engine::AlignedDoubles>;
// mean + stdev x normals; rows a multiple of four.
[[nodiscard]] Rows normals(std::size_t rows, double mean, double stdev);
[[nodiscard]] Rows zeros(std::size_t rows);
// Uniform in (0, 1), one row.
[[nodiscard]] Rows uniforms();
[[nodiscard]] inline double* row(const Rows& rows, std::size_t i) {
  return rows->get() + i * engine::kBlockPaths;
}

}  // namespace lien::benches
