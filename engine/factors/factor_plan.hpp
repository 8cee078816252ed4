#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/factors/factor_tilt.hpp"
#include "engine/factors/gap_table.hpp"
#include "engine/factors/joint_step.hpp"
#include "engine/factors/launch_law.hpp"
#include "engine/factors/noise.hpp"
#include "engine/factors/regime.hpp"
#include "engine/factors/sobol_plan.hpp"
#include "engine/random/path_numbers.hpp"
#include "engine/random/philox.hpp"

namespace lien::engine {

// One line of launches as the path loop sees it.
struct LaunchLinePlan {
  LaunchProcess process;
  GapTable gaps;              // law gamma: its inverse
  double ramp_decay = 0;      // exponential ramp: exp(-dt/tau); 0 for a step
  double pipeline_today = 0;  // Y_0 = sum over past launches of drop x (1 - F(age))
  // Ramps without a recursion (linear, bass): Y_k of past and of forced launches, [steps + 1], and
  // the age of the newest past launch. Empty: the exponential recursion.
  std::vector<double> known_pipeline;
  double pipeline_age = 0;
  // Launches put on every path at the end of a month (scenarios): they drop prices but do not
  // restart the renewal.
  struct Forced {
    int step = 0;
    double drop = 0;
  };
  std::vector<Forced> forced;
  PhiloxKey key{};
};

// All that the factor stage needs, on one measure basis. Step k ends at time k dt.
//   chi' = decay chi - drift + e1,  xi' = xi + drift + e2,  x' = decay x + e3,  I' = I + loading x
//   + e4
// with (e1..e4) = cholesky z. Regimes add their shift to chi', an uncertain drift the path's own to
// xi'. A factor that is off has zero rows in `cholesky` and no random key.
struct FactorPlan {
  int steps = 0;
  double dt_years = 1.0 / 12;
  double scarcity_initial = 0, scarcity_decay = 1, scarcity_drift = 0;  // per step
  double frontier_drift = 0;                                            // per step
  double frontier_drift_stdev = 0;  // per step: one normal a path, the same in every step; 0: off
  PhiloxKey frontier_drift_key{};
  std::optional<RegimeLaw> regime;  // of scarcity; empty: off
  PhiloxKey regime_key{};
  double rate_decay = 1, rate_integral_loading = 0;
  std::array<double, 16> cholesky{};
  std::array<bool, 4> random{};  // which normals are drawn: chi, xi, x, I
  std::array<PhiloxKey, 4> keys{};
  std::vector<LaunchLinePlan> lines;
  std::vector<NoisePlan> noises;  // only those that something reads
  FactorTilt tilt;                // of the normals; off: paths are drawn from the law
  SobolPlan sobol;                // off: all is drawn from the streams of the keys; never tilted
};

// Series of a PathBlock that the engine fills. Line l owns kLineSeries from
// kFactorSeries + kLineSeries l; a noise has one, after those of all lines.
enum FactorSeries : std::size_t {
  kScarcity = 0,
  kFrontier = 1,
  kShortRate = 2,     // x, the deviation from the curve
  kRateIntegral = 3,  // I
  kFactorSeries = 4,
};
enum LineSeries : std::size_t {
  kLaunchEffect = 0,    // X_k - X_0
  kLaunchPipeline = 1,  // Y_k
  kLaunchAge = 2,       // years since the last launch
  kLaunchCount = 3,     // launches after today
  kLaunchPending = 4,   // bit mask of scheduled launches still to come, as a double
  kPipelineAge = 5,     // years since the newest launch in Y; filled for linear and bass ramps only
  kLineSeries = 6,
};
[[nodiscard]] constexpr std::size_t line_series(std::size_t line, LineSeries which) noexcept {
  return kFactorSeries + kLineSeries * line + which;
}
[[nodiscard]] inline std::size_t noise_series(const FactorPlan& plan, std::size_t noise) noexcept {
  return kFactorSeries + kLineSeries * plan.lines.size() + noise;
}
// Regime, 0 or 1 as a double, at the end of each step; there only where the plan has regimes.
[[nodiscard]] inline std::size_t regime_series(const FactorPlan& plan) noexcept {
  return noise_series(plan, plan.noises.size());
}
// Log of a tilt's density ratios, component over law, of the normals up to a step: row r of
// FactorTilt::rows() is row r mod (steps + 1) of series r / (steps + 1) from here.
[[nodiscard]] inline std::size_t tilt_series(const FactorPlan& plan) noexcept {
  return regime_series(plan) + (plan.regime ? 1 : 0);
}
[[nodiscard]] inline std::size_t factor_series(const FactorPlan& plan) noexcept {
  const auto rows = static_cast<std::size_t>(plan.steps) + 1;
  return tilt_series(plan) + (plan.tilt.rows() + rows - 1) / rows;
}

template <class Block>
[[nodiscard]] auto* tilt_row(const FactorPlan& plan, Block& block, std::size_t row) noexcept {
  const auto rows = static_cast<std::size_t>(plan.steps) + 1;
  return block.row(tilt_series(plan) + row / rows, static_cast<int>(row % rows));
}

// Fills the factor series of `block` with the paths numbers[0] .. numbers[kBlockPaths - 1].
// scratch: see FactorScratch. A path is a pure function of its number, the keys and the plan.
class FactorScratch;
void fill_factors(const FactorPlan& plan, PathNumbers numbers, FactorScratch& scratch,
                  PathBlock& block) noexcept;

}  // namespace lien::engine
