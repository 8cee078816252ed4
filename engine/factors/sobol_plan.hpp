#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/random/brownian_bridge.hpp"
#include "engine/random/sobol.hpp"

namespace lien::engine {

struct FactorPlan;

// Which coordinate of a Sobol point drives what, most important first: of each line of launches the
// first four, time and drop alternating; the uncertain drift; the bridges of scarcity, frontier and
// short rate, level by level across the three, and after their first sixteen nodes the clocks that
// the stages draw, one a path; the bridge of the rate's integral; those of the noises level by
// level. What has no dimension left, and regimes, stay with Philox.
struct SobolPlan {
  static constexpr std::size_t kLineLaunches = 4;
  static constexpr std::size_t kEarlyNodes = 16;
  static constexpr std::size_t kMostClocks = 64;
  static constexpr std::size_t kNoDimension = SIZE_MAX;

  // Node i of a bridge takes dimension first + i stride, from kEarlyNodes on `gap` later.
  struct Series {
    std::size_t first = kNoDimension, stride = 1, gap = 0;
  };

  SobolPoints points;
  int steps = 0;  // of the bridge: those of the plan, rounded up to whole years of months
  std::vector<BridgeNode> nodes;
  std::size_t drift = kNoDimension;
  std::size_t first_clock = 0, clocks = 0;
  std::array<Series, 4> joint{};
  std::vector<Series> noises;

  [[nodiscard]] bool on() const noexcept { return points.on(); }
  // kNoDimension where there is none; the drop's is the next one.
  [[nodiscard]] std::size_t of_launch(std::size_t line, std::size_t draw) const noexcept {
    if (draw >= kLineLaunches) return kNoDimension;
    const std::size_t d = 2 * (kLineLaunches * line + draw);
    return d + 1 < points.dimensions() ? d : kNoDimension;
  }
  [[nodiscard]] std::size_t of_clock(std::size_t clock) const noexcept {
    if (clock >= clocks) return kNoDimension;
    const std::size_t d = first_clock + clock;
    return d < points.dimensions() ? d : kNoDimension;
  }
  [[nodiscard]] std::size_t of_node(const Series& series, std::size_t node) const noexcept {
    if (series.first == kNoDimension) return kNoDimension;
    const std::size_t d =
        series.first + node * series.stride + (node < kEarlyNodes ? 0 : series.gap);
    return d < points.dimensions() ? d : kNoDimension;
  }
};

// points: of a replicate, see SobolPoints; clocks: how many the stages draw, of which the first
// kMostClocks have a dimension. The factors are complete but for this.
[[nodiscard]] SobolPlan sobol_plan(const FactorPlan& factors, std::uint64_t seed,
                                   std::uint64_t points, std::size_t clocks = 0);

}  // namespace lien::engine
