#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/simulation/path_block.hpp"

namespace lien::engine {

// A mixture of laws that paths are drawn from in place of the law itself (importance sampling).
// Component 0 is the law; the others shift the standard normals of the joint factors. Which
// component a path is drawn from is fixed by its number, so that every block holds the components
// in their shares exactly and a path is itself again wherever it is simulated.
struct FactorTilt {
  std::size_t components = 0;                  // with the law itself; 0: off
  std::array<std::uint8_t, kBlockPaths> of{};  // component of the path p with p mod 64 = entry
  std::vector<double> shift;                   // [steps][4 normals][components]
  std::vector<int> until;                      // steps at which density ratios are wanted, rising
  [[nodiscard]] bool on() const noexcept { return components > 0; }
  [[nodiscard]] std::size_t component(std::uint64_t path) const noexcept {
    return of[path % kBlockPaths];
  }
  [[nodiscard]] std::size_t at(std::size_t step, std::size_t normal) const noexcept {
    return (step * 4 + normal) * components;
  }
  // Rows of log density ratios: [until][components].
  [[nodiscard]] std::size_t rows() const noexcept { return until.size() * components; }
};

}  // namespace lien::engine
