#include <algorithm>

#include "engine/elementary/elementary.hpp"
#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/driver_rows.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/resale_rows.hpp"

// What a unit is worth on a block: strips by hardware, values by lot, marks, forward rents.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::PathBlock;

// Expected cost of each node's month given today's power, over the cost without it.
void BookStages::fill_power_nodes(const PathBlock& block, const StripPlan& strip, int k,
                                  double* factors) noexcept {
  const double* const noise = noise_row(block, plan_->power.noise, k);
  const double* const power = noise == nullptr ? block.row(series(zeros_), k) : noise;
  const auto nodes = plan_->nodes(k);
  for (std::size_t j = 0; j < nodes.size(); ++j)
    power_node(strip.power_fixed, strip.power_mean[nodes[j]], strip.power_decay[nodes[j]], power,
               factors + j * kBlockPaths, offset_.get() + j * kBlockPaths, kBlockPaths);
}

// Rows that all hardware of a shape shares in month k, then the calls of each.
void BookStages::fill_shape(PathBlock& block, std::size_t index, int k) noexcept {
  const Plan& plan = *plan_;
  const auto nodes = plan.nodes(k);
  const std::size_t node = plan.node_first[static_cast<std::size_t>(k)];
  const std::size_t size = nodes.size() * kBlockPaths;
  const StripShape& shape = plan.shapes[index];
  const StripPlan& strip = plan.strips[shape.strip];
  constexpr std::size_t kMost = kMostStripLines;
  const double *pipeline[kMost], *age[kMost], *first[kMost], *second[kMost];
  for (std::size_t i = 0; i < strip.transforms.size(); ++i) {
    const std::size_t t = strip.transforms[i], line = plan.transforms[t].line;
    pipeline[i] = block.row(engine::line_series(line, engine::kLaunchPipeline), k);
    age[i] = block.row(engine::line_series(line, engine::kPipelineAge), k);
    first[i] = transforms_.get() + t * 2 * size;
    second[i] = first[i] + size;
  }
  StripInput input{nodes,
                   block.row(engine::kScarcity, k),
                   nullptr,
                   0.0,
                   strip.transforms.size(),
                   pipeline,
                   age,
                   first,
                   second};
  if (!strip.noises.empty()) {
    std::fill_n(offset_.get(), size, 0.0);
    for (const auto& term : strip.noises)
      add_strip_offset(term.loading.data(), nodes, noise_row(block, term.noise, k), offset_.get(),
                       kBlockPaths);
    input.offset = offset_.get();
  }
  if (plan.factors.regime) input.regime = block.row(engine::regime_series(plan.factors), k);
  const std::size_t most = plan.most_nodes * kBlockPaths;
  double* const at = shape_rows_.get();
  const ShapeRows rows{at, at + most, at + 2 * most, at + 3 * most};
  strip_shape_rows(strip, shape.time_values, input, rows, kBlockPaths);
  for (std::size_t g = 0; g < plan.hardware.size(); ++g) {
    const HardwarePlan& hardware = plan.hardware[g];
    if (hardware.strip == kNone || plan.strips[hardware.strip].shape != index) continue;
    if (hardware.cost_row != kNone) {
      fill_power_strip(block, g, k, input);
      continue;
    }
    strip_call_rows(plan.strips[hardware.strip], shape.time_values,
                    {nodes, node, block.row(series(log_rent_ + g), k),
                     engine::log(hardware.mean_utilization(static_cast<std::size_t>(k)) /
                                 hardware.operating_cost[static_cast<std::size_t>(k)]),
                     rows},
                    calls_of(hardware) + node * kBlockPaths, kBlockPaths);
  }
}

// Calls of a hardware whose cost follows power: k_j is its own, so nothing is shared; by Black's
// formula. input: of its shape.
void BookStages::fill_power_strip(PathBlock& block, std::size_t index, int k,
                                  StripInput input) noexcept {
  const Plan& plan = *plan_;
  const HardwarePlan& hardware = plan.hardware[index];
  const StripPlan& strip = plan.strips[hardware.strip];
  const auto step = static_cast<std::size_t>(k);
  const std::size_t node = plan.node_first[step], size = input.nodes.size() * kBlockPaths;
  std::fill_n(offset_.get(), size, 0.0);
  for (const auto& term : strip.noises)
    add_strip_offset(term.loading.data(), input.nodes, noise_row(block, term.noise, k),
                     offset_.get(), kBlockPaths);
  double* const factors = power_factors(hardware, k);
  fill_power_nodes(block, strip, k, factors);
  input.offset = offset_.get();
  input.log_rent = block.row(series(log_rent_ + index), k);
  input.log_utilization_over_cost =
      engine::log(hardware.mean_utilization(step) / hardware.operating_cost[step]);
  if (!strip.forward.empty()) input.forward = &strip.forward[node];
  double* const calls = calls_of(hardware) + node * kBlockPaths;
  strip_rows(strip, input, calls, kBlockPaths);
  multiply_row(factors, calls, size);
}

void BookStages::fill_strips(PathBlock& block) noexcept {
  const Plan& plan = *plan_;
  for (int k = 0; k <= plan.steps; ++k) {
    const auto nodes = plan.nodes(k);
    const std::size_t size = nodes.size() * kBlockPaths;
    double* at = transforms_.get();
    for (const auto& transform : plan.transforms) {
      clamped_ages_ += launch_transform_rows(
          transform, nodes, k,
          block.row(engine::line_series(transform.line, engine::kLaunchAge), k),
          block.row(engine::line_series(transform.line, engine::kLaunchPending), k), at, at + size,
          kBlockPaths);
      at += 2 * size;
    }
    for (std::size_t s = 0; s < plan.shapes.size(); ++s) fill_shape(block, s, k);
  }
}

void BookStages::fill_forward_rent(PathBlock& block, const InstrumentPlan& instrument,
                                   double* rent) noexcept {
  const Plan& plan = *plan_;
  const ForwardRentPlan& forward = plan.forward_rents[instrument.forward];
  const int k = instrument.month;
  constexpr std::size_t kMost = kMostStripLines;
  const double *pipeline[kMost], *age[kMost], *first[kMost], *second[kMost];
  double* const offset = forward_work_.get();
  for (std::size_t i = 0; i < forward.transforms.size(); ++i) {
    const auto& transform = forward.transforms[i];
    double* const at = offset + (1 + 2 * i) * kBlockPaths;
    clamped_ages_ += launch_transform_rows(
        transform, kOneNode, k,
        block.row(engine::line_series(transform.line, engine::kLaunchAge), k),
        block.row(engine::line_series(transform.line, engine::kLaunchPending), k), at,
        at + kBlockPaths, kBlockPaths);
    pipeline[i] = block.row(engine::line_series(transform.line, engine::kLaunchPipeline), k);
    age[i] = block.row(engine::line_series(transform.line, engine::kPipelineAge), k);
    first[i] = at;
    second[i] = at + kBlockPaths;
  }
  StripInput input{kOneNode,
                   block.row(engine::kScarcity, k),
                   block.row(series(log_rent_ + instrument.hardware), k),
                   0.0,
                   forward.transforms.size(),
                   pipeline,
                   age,
                   first,
                   second};
  if (!forward.strip.noises.empty()) {
    std::fill_n(offset, kBlockPaths, 0.0);
    for (const auto& term : forward.strip.noises)
      add_strip_offset(term.loading.data(), kOneNode, noise_row(block, term.noise, k), offset,
                       kBlockPaths);
    input.offset = offset;
  }
  if (plan.factors.regime) input.regime = block.row(engine::regime_series(plan.factors), k);
  forward_rent_rows(forward.strip, input, rent, kBlockPaths);
}

void BookStages::fill_lot(PathBlock& block, std::size_t lot_index) noexcept {
  const Plan& plan = *plan_;
  const auto& lot = plan.lots[lot_index];
  const auto& hardware = plan.hardware[lot.hardware];
  for (int k = 0; k <= lot.last_month; ++k) {
    const auto step = static_cast<std::size_t>(k);
    double* const value = block.row(series(value_), k);
    const double* const log_rent = block.row(series(log_rent_ + lot.hardware), k);
    switch (hardware.law) {
      case ValueLaw::income:
        combine_strip_row(lot.weights.data() + plan.node_first[step], plan.nodes(k).size(),
                          calls_of(hardware) + plan.node_first[step] * kBlockPaths,
                          hardware.operating_cost[step], hardware.scrap, value, kBlockPaths);
        break;
      case ValueLaw::rental_multiple:
        multiple_row(hardware.multiple, log_rent, value, kBlockPaths);
        break;
      case ValueLaw::curve:
        multiple_row(hardware.curve_scale[step], log_rent, value, kBlockPaths);
        break;
    }
    if (lot.scheduled_units[step] != 0)
      add_scaled_row(lot.scheduled_units[step], value, block.row(series(book_value_), k),
                     kBlockPaths);
  }
}

void BookStages::fill_mark_row(PathBlock& block, const MarkPlan& mark, int k,
                               double* row) noexcept {
  const std::size_t hardware = plan_->lots[mark.lot].hardware;
  const double factor = mark.factor[static_cast<std::size_t>(k)];
  if (mark.follows_rent)
    multiple_row(factor, block.row(series(log_rent_ + hardware), k), row, kBlockPaths);
  else
    std::fill_n(row, kBlockPaths, factor);
}

void BookStages::fill_mark(PathBlock& block, std::size_t index) noexcept {
  const MarkPlan& mark = plan_->marks[index];
  for (int k = 0; k <= mark.last_month; ++k) {
    double* const row = block.row(series(mark_), k);
    fill_mark_row(block, mark, k, row);
    add_scaled_row(mark.scheduled_units[static_cast<std::size_t>(k)], row,
                   block.row(series(book_value_), k), kBlockPaths);
  }
}

}  // namespace lien::pricing
