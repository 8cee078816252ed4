#include <algorithm>

#include "engine/factors/factor_plan.hpp"
#include "engine/factors/factor_scratch.hpp"
#include "engine/factors/fill_bridge.hpp"
#include "engine/kernels/factor_rows.hpp"
#include "engine/kernels/random_rows.hpp"
#include "engine/kernels/sobol_rows.hpp"
#include "engine/simulation/path_block.hpp"

namespace lien::engine {
namespace {

constexpr std::size_t kPaths = kBlockPaths;

FactorRow factor_row(PathBlock& block, int step) {
  return {block.row(kScarcity, step), block.row(kFrontier, step), block.row(kShortRate, step),
          block.row(kRateIntegral, step)};
}

// The path's own part of the drift a step, drawn once: its row in the scratch, null where off.
const double* drift_row(const FactorPlan& plan, PathNumbers numbers,
                        FactorScratch& scratch) noexcept {
  if (plan.frontier_drift_stdev == 0) return nullptr;
  double* const rows = scratch.launch.get();
  if (plan.sobol.on() && plan.sobol.drift != SobolPlan::kNoDimension)
    sobol_normal_row(plan.sobol.points, plan.sobol.drift, numbers, rows);
  else
    normal_rows(plan.frontier_drift_key, numbers, 0, rows, rows + kPaths, rows + 2 * kPaths,
                rows + 3 * kPaths, kPaths);
  for (std::size_t p = 0; p < kPaths; ++p) rows[p] *= plan.frontier_drift_stdev;
  return rows;
}

// The regime of the step's start moves scarcity at its end; then the chain may switch.
void advance_regime(const FactorPlan& plan, PathNumbers numbers, int step, FactorScratch& scratch,
                    PathBlock& block) noexcept {
  const RegimeLaw& law = *plan.regime;
  double *const uniform = scratch.launch.get() + 4 * kPaths, *const unused = uniform + kPaths;
  uniform_and_normal_row(plan.regime_key, numbers, static_cast<std::uint32_t>(step), uniform,
                         unused, kPaths);
  const double* const before = block.row(regime_series(plan), step);
  double* const after = block.row(regime_series(plan), step + 1);
  double* const scarcity = block.row(kScarcity, step + 1);
  const double shift[2] = {law.shift(0), law.shift(1)};
  for (std::size_t p = 0; p < kPaths; ++p) {
    const bool one = before[p] != 0.0;
    scarcity[p] += one ? shift[1] : shift[0];
    const bool switches = uniform[p] < (one ? law.leave[1] : law.leave[0]);
    after[p] = one != switches ? 1.0 : 0.0;
  }
}

// Normals of one factor and step, drawn from the law, as their paths' components draw them.
void shift_normals(const FactorTilt& tilt, PathNumbers numbers, std::size_t factor, int step,
                   double* normals) noexcept {
  const double* const shift = tilt.shift.data() + tilt.at(static_cast<std::size_t>(step), factor);
  for (std::size_t p = 0; p < kPaths; ++p) normals[p] += shift[tilt.component(numbers[p])];
}

// What one step's normals z add to the log density ratios: shift z - shift^2 / 2.
void add_log_ratios(const FactorTilt& tilt, std::size_t factor, int step, const double* normals,
                    double* log_ratio) noexcept {
  const double* const shift = tilt.shift.data() + tilt.at(static_cast<std::size_t>(step), factor);
  for (std::size_t c = 1; c < tilt.components; ++c) {
    const double by = shift[c], half = 0.5 * by;
    double* const to = log_ratio + c * kPaths;
    for (std::size_t p = 0; p < kPaths; ++p) to[p] += by * (normals[p] - half);
  }
}

// The normals of one step become those of the tilt; keeps ratios at the steps that want them.
void tilt_step(const FactorPlan& plan, PathNumbers numbers, int step, double* const normals[4],
               FactorScratch& scratch, PathBlock& block) noexcept {
  const FactorTilt& tilt = plan.tilt;
  double* const log_ratio = scratch.log_ratio.get();
  if (step == 0) std::fill_n(log_ratio, tilt.components * kPaths, 0.0);
  for (std::size_t f = 0; f < 4; ++f) {
    if (!plan.random[f]) continue;
    shift_normals(tilt, numbers, f, step, normals[f]);
    add_log_ratios(tilt, f, step, normals[f], log_ratio);
  }
  for (std::size_t u = 0; u < tilt.until.size(); ++u)
    if (tilt.until[u] == step + 1)
      for (std::size_t c = 0; c < tilt.components; ++c)
        std::copy_n(log_ratio + c * kPaths, kPaths, tilt_row(plan, block, u * tilt.components + c));
}

// The normals of four steps of each factor that moves, from its stream.
void stream_normals(const FactorPlan& plan, PathNumbers numbers, std::uint32_t group,
                    double* z) noexcept {
  for (std::size_t f = 0; f < 4; ++f) {
    if (!plan.random[f]) continue;
    double* const rows = z + 4 * f * kPaths;
    normal_rows(plan.keys[f], numbers, group, rows, rows + kPaths, rows + 2 * kPaths,
                rows + 3 * kPaths, kPaths);
  }
}

// The normals of all steps of each factor that moves, from points. Rows of a factor that is off
// were zeroed with the scratch and stay so.
void bridge_normals(const FactorPlan& plan, PathNumbers numbers, FactorScratch& scratch) noexcept {
  for (std::size_t f = 0; f < 4; ++f)
    if (plan.random[f])
      fill_bridge(plan.sobol, plan.sobol.joint[f], plan.keys[f], numbers, scratch.normals.get(),
                  scratch.bridge.get() + f * FactorScratch::bridge_size(plan));
}

void fill_joint_factors(const FactorPlan& plan, PathNumbers numbers, FactorScratch& scratch,
                        PathBlock& block) noexcept {
  const FactorRow today = factor_row(block, 0);
  std::fill_n(today.scarcity, kPaths, plan.scarcity_initial);
  std::fill_n(today.frontier, kPaths, 0.0);
  std::fill_n(today.rate, kPaths, 0.0);
  std::fill_n(today.integral, kPaths, 0.0);
  if (plan.regime)
    std::fill_n(block.row(regime_series(plan), 0), kPaths,
                static_cast<double>(plan.regime->initial));
  const double* const own_drift = drift_row(plan, numbers, scratch);
  // Rows of a factor that is off were zeroed with the scratch and stay so.
  double* const z = scratch.normals.get();
  if (plan.sobol.on()) bridge_normals(plan, numbers, scratch);
  for (int step = 0; step < plan.steps; ++step) {
    const int within = step % 4;
    double* normals[4];
    if (plan.sobol.on()) {
      for (std::size_t f = 0; f < 4; ++f)
        normals[f] = scratch.bridge.get() + f * FactorScratch::bridge_size(plan) +
                     (static_cast<std::size_t>(step) + 1) * kPaths;
    } else {
      if (within == 0) stream_normals(plan, numbers, static_cast<std::uint32_t>(step / 4), z);
      for (std::size_t f = 0; f < 4; ++f)
        normals[f] = z + (4 * f + static_cast<std::size_t>(within)) * kPaths;
    }
    if (plan.tilt.on()) tilt_step(plan, numbers, step, normals, scratch, block);
    advance_factors(plan, normals, factor_row(block, step), factor_row(block, step + 1), kPaths);
    if (plan.regime) advance_regime(plan, numbers, step, scratch, block);
    if (own_drift) {
      double* const frontier = block.row(kFrontier, step + 1);
      for (std::size_t p = 0; p < kPaths; ++p) frontier[p] += own_drift[p];
    }
  }
}

// The joint factors of the block are filled: the shocks that a noise shares are in their bridges.
void fill_bridged_noise(const FactorPlan& plan, std::size_t n, PathNumbers numbers,
                        FactorScratch& scratch, PathBlock& block) noexcept {
  const NoisePlan& noise = plan.noises[n];
  const std::size_t series = noise_series(plan, n);
  double* const z = scratch.noise_bridge.get();
  fill_bridge(plan.sobol, plan.sobol.noises[n], noise.key, numbers, scratch.noise_normals.get(), z);
  for (int step = 0; step < plan.steps; ++step) {
    const std::size_t at = (static_cast<std::size_t>(step) + 1) * kPaths;
    double* const to = block.row(series, step + 1);
    advance_noise(noise, z + at, block.row(series, step), to, kPaths);
    for (std::size_t f = 0; f < 4; ++f)
      if (noise.joint[f] != 0)
        add_shock(noise.joint[f], scratch.bridge.get() + f * FactorScratch::bridge_size(plan) + at,
                  to, kPaths);
  }
}

void fill_noise(const FactorPlan& plan, std::size_t n, PathNumbers numbers, FactorScratch& scratch,
                PathBlock& block) noexcept {
  const NoisePlan& noise = plan.noises[n];
  const std::size_t series = noise_series(plan, n);
  double* const z = scratch.noise_normals.get();
  std::fill_n(block.row(series, 0), kPaths, 0.0);
  if (plan.sobol.on()) return fill_bridged_noise(plan, n, numbers, scratch, block);
  for (int step = 0; step < plan.steps; ++step) {
    const std::size_t within = static_cast<std::size_t>(step % 4) * kPaths;
    const auto draw = [&](PhiloxKey key, double* rows) {
      if (within == 0)
        normal_rows(key, numbers, static_cast<std::uint32_t>(step / 4), rows, rows + kPaths,
                    rows + 2 * kPaths, rows + 3 * kPaths, kPaths);
    };
    double* const to = block.row(series, step + 1);
    draw(noise.key, z);
    advance_noise(noise, z + within, block.row(series, step), to, kPaths);
    // The shocks that it shares are the joint step's own numbers, drawn once more.
    for (std::size_t f = 0; f < 4; ++f) {
      if (noise.joint[f] == 0) continue;
      double* const shared = scratch.normals.get() + 4 * f * kPaths;
      draw(plan.keys[f], shared);
      if (plan.tilt.on()) shift_normals(plan.tilt, numbers, f, step, shared + within);
      add_shock(noise.joint[f], shared + within, to, kPaths);
    }
  }
}

// Sums of what launches add, by month and path, before the recursion over months.
struct Jumps {
  double *drop, *pipeline, *marks, *last;  // each [steps + 1][paths]
};

// Adds the launches of one draw (one per path) to the months in which they land. marks holds
// count + 1024 x pending bits cleared. Returns whether any path launched inside the horizon.
bool scatter(const LaunchLinePlan& line, double dt_years, int steps, int cleared_bit,
             const double* time, FactorScratch& scratch, const Jumps& jumps) noexcept {
  double* const work = scratch.launch.get();
  double *const normal = work + kPaths, *const drop = work + 3 * kPaths;
  double *const month = work + 4 * kPaths, *const arriving = work + 5 * kPaths;
  launch_drops(line.process, dt_years, normal, time, drop, month, arriving, kPaths);
  if (!line.known_pipeline.empty())
    spread_ramp(line.process, dt_years, steps, time, drop, month, jumps.pipeline, kPaths);
  bool any = false;
  const double mark = cleared_bit < 0 ? 1.0 : 1.0 + 1024.0 * static_cast<double>(1 << cleared_bit);
  for (std::size_t p = 0; p < kPaths; ++p) {
    if (!(month[p] <= steps)) continue;
    any = true;
    const std::size_t at = static_cast<std::size_t>(month[p]) * kPaths + p;
    jumps.drop[at] += drop[p];
    jumps.pipeline[at] += arriving[p];
    jumps.marks[at] += mark;
    jumps.last[at] = std::max(jumps.last[at], time[p]);
  }
  return any;
}

// The uniform of a launch's time and the normal of its drop.
void draw_launch(const FactorPlan& plan, std::size_t l, std::uint32_t draw, PathNumbers numbers,
                 double* uniform, double* normal) noexcept {
  const std::size_t dimension = plan.sobol.of_launch(l, draw);
  if (dimension == SobolPlan::kNoDimension)
    return uniform_and_normal_row(plan.lines[l].key, numbers, draw, uniform, normal, kPaths);
  sobol_uniform_row(plan.sobol.points, dimension, numbers, uniform);
  sobol_normal_row(plan.sobol.points, dimension + 1, numbers, normal);
}

void draw_launches(const FactorPlan& plan, std::size_t l, PathNumbers numbers,
                   FactorScratch& scratch, const Jumps& jumps) noexcept {
  const LaunchLinePlan& line = plan.lines[l];
  const double dt_years = plan.dt_years;
  const int steps = plan.steps;
  double* const work = scratch.launch.get();
  double *const uniform = work, *const normal = work + kPaths, *const time = work + 2 * kPaths;
  double* const clock = work + 6 * kPaths;
  std::fill_n(clock, kPaths, 0.0);
  std::uint32_t draw = 0;
  for (std::size_t i = 0; i < line.process.scheduled.size(); ++i) {
    const auto& scheduled = line.process.scheduled[i];
    draw_launch(plan, l, draw++, numbers, uniform, normal);
    scheduled_times(std::max(scheduled.years, 0.0), scheduled.slip_years, uniform, time, kPaths);
    scatter(line, dt_years, steps, static_cast<int>(i), time, scratch, jumps);
    for (std::size_t p = 0; p < kPaths; ++p) clock[p] = std::max(clock[p], time[p]);
  }
  if (line.process.law == RenewalLaw::none) return;
  bool first = line.process.scheduled.empty();
  for (bool any = true; any;) {
    draw_launch(plan, l, draw++, numbers, uniform, normal);
    renewal_times(line, first, uniform, clock, time, kPaths);
    any = scatter(line, dt_years, steps, -1, time, scratch, jumps);
    std::copy_n(time, kPaths, clock);
    first = false;
    // A path whose clock has passed the horizon draws on harmlessly until all have.
  }
}

// Age of the newest launch of the pipeline: as kLaunchAge, but past and forced launches count.
void fill_pipeline_age(const FactorPlan& plan, std::size_t l, const double* last,
                       PathBlock& block) noexcept {
  const LaunchLinePlan& line = plan.lines[l];
  const std::size_t series = line_series(l, kPipelineAge);
  std::fill_n(block.row(series, 0), kPaths, line.pipeline_age);
  for (int step = 1; step <= plan.steps; ++step) {
    const double* const was = block.row(series, step - 1);
    double* const age = block.row(series, step);
    const double now = step / static_cast<double>(static_cast<long>(1.0 / plan.dt_years + 0.5));
    const std::size_t at = static_cast<std::size_t>(step) * kPaths;
    bool forced = false;
    for (const auto& launch : line.forced) forced = forced || launch.step == step;
    for (std::size_t p = 0; p < kPaths; ++p) {
      age[p] = last[at + p] >= 0.0 ? now - last[at + p] : was[p] + plan.dt_years;
      if (forced) age[p] = 0.0;
    }
  }
}

void fill_line(const FactorPlan& plan, std::size_t l, PathNumbers numbers, FactorScratch& scratch,
               PathBlock& block) noexcept {
  const LaunchLinePlan& line = plan.lines[l];
  const std::size_t rows = (static_cast<std::size_t>(plan.steps) + 1) * kPaths;
  double* const all = scratch.jumps.get();
  const Jumps jumps{all, all + rows, all + 2 * rows, all + 3 * rows};
  std::fill_n(all, 3 * rows, 0.0);
  std::fill_n(jumps.last, rows, -1.0);
  draw_launches(plan, l, numbers, scratch, jumps);
  for (const auto& forced : line.forced)
    if (forced.step >= 1 && forced.step <= plan.steps)
      for (std::size_t p = 0; p < kPaths; ++p) {
        const std::size_t at = static_cast<std::size_t>(forced.step) * kPaths + p;
        jumps.drop[at] += forced.drop;
        // Linear and Bass ramps have it in known_pipeline.
        jumps.pipeline[at] += line.ramp_decay > 0 ? forced.drop : 0.0;
        jumps.marks[at] += 1.0;
      }

  const auto series = [l](LineSeries which) { return line_series(l, which); };
  const double all_pending = static_cast<double>((1 << line.process.scheduled.size()) - 1);
  std::fill_n(block.row(series(kLaunchEffect), 0), kPaths, 0.0);
  std::fill_n(block.row(series(kLaunchPipeline), 0), kPaths, line.pipeline_today);
  std::fill_n(block.row(series(kLaunchAge), 0), kPaths, line.process.age_years);
  std::fill_n(block.row(series(kLaunchCount), 0), kPaths, 0.0);
  std::fill_n(block.row(series(kLaunchPending), 0), kPaths, all_pending);
  const bool recursive = line.known_pipeline.empty();
  // Drops so far, kept aside: X_k - X_0 = drops + Y_0 - Y_k.
  double* const drops = scratch.launch.get();
  std::fill_n(drops, kPaths, 0.0);
  for (int step = 1; step <= plan.steps; ++step) {
    const double *const was_pipeline = block.row(series(kLaunchPipeline), step - 1),
                        *const was_age = block.row(series(kLaunchAge), step - 1),
                        *const was_count = block.row(series(kLaunchCount), step - 1),
                        *const was_pending = block.row(series(kLaunchPending), step - 1);
    double *const effect = block.row(series(kLaunchEffect), step),
                  *const pipeline = block.row(series(kLaunchPipeline), step),
                  *const age = block.row(series(kLaunchAge), step),
                  *const count = block.row(series(kLaunchCount), step),
                  *const pending = block.row(series(kLaunchPending), step);
    const double now = step / static_cast<double>(static_cast<long>(1.0 / plan.dt_years + 0.5));
    const std::size_t at = static_cast<std::size_t>(step) * kPaths;
    const double known = recursive ? 0.0 : line.known_pipeline[static_cast<std::size_t>(step)];
    for (std::size_t p = 0; p < kPaths; ++p) {
      drops[p] += jumps.drop[at + p];
      pipeline[p] =
          (recursive ? line.ramp_decay * was_pipeline[p] : known) + jumps.pipeline[at + p];
      effect[p] = drops[p] + (line.pipeline_today - pipeline[p]);
      const double last = jumps.last[at + p];
      age[p] = last >= 0.0 ? now - last : was_age[p] + plan.dt_years;
      const double cleared = static_cast<double>(static_cast<int>(jumps.marks[at + p]) / 1024);
      count[p] = was_count[p] + (jumps.marks[at + p] - 1024.0 * cleared);
      pending[p] = was_pending[p] - cleared;
    }
  }
  if (!recursive) fill_pipeline_age(plan, l, jumps.last, block);
}

}  // namespace

void fill_factors(const FactorPlan& plan, PathNumbers numbers, FactorScratch& scratch,
                  PathBlock& block) noexcept {
  fill_joint_factors(plan, numbers, scratch, block);
  for (std::size_t n = 0; n < plan.noises.size(); ++n) fill_noise(plan, n, numbers, scratch, block);
  for (std::size_t l = 0; l < plan.lines.size(); ++l) fill_line(plan, l, numbers, scratch, block);
}

}  // namespace lien::engine
