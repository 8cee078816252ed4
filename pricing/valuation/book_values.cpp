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

void BookStages::fill_strip(PathBlock& block, std::size_t hardware_index) noexcept {
  const Plan& plan = *plan_;
  const auto& hardware = plan.hardware[hardware_index];
  const auto& strip = plan.strips[hardware.strip];
  constexpr std::size_t kMost = kMostStripLines;
  const double *pipeline[kMost], *age[kMost], *first[kMost], *second[kMost];
  for (int k = 0; k <= plan.steps; ++k) {
    const auto step = static_cast<std::size_t>(k);
    const auto nodes = plan.nodes(k);
    const std::size_t node = plan.node_first[step], size = nodes.size() * kBlockPaths;
    for (std::size_t i = 0; i < strip.transforms.size(); ++i) {
      const std::size_t t = strip.transforms[i];
      double* const at =
          transforms_.get() + node * plan.transforms.size() * 2 * kBlockPaths + t * 2 * size;
      pipeline[i] =
          block.row(engine::line_series(plan.transforms[t].line, engine::kLaunchPipeline), k);
      age[i] = block.row(engine::line_series(plan.transforms[t].line, engine::kPipelineAge), k);
      first[i] = at;
      second[i] = at + size;
    }
    StripInput input{nodes,
                     block.row(engine::kScarcity, k),
                     block.row(series(log_rent_ + hardware_index), k),
                     engine::log(hardware.utilization / hardware.operating_cost[step]),
                     strip.transforms.size(),
                     pipeline,
                     age,
                     first,
                     second};
    const bool power = !strip.power_mean.empty();
    double* const factors = power_factors(k);
    if (!strip.noises.empty() || power) {
      std::fill_n(offset_.get(), size, 0.0);
      for (const auto& term : strip.noises)
        add_strip_offset(term.loading.data(), nodes, noise_row(block, term.noise, k), offset_.get(),
                         kBlockPaths);
      if (power) fill_power_nodes(block, strip, k, factors);
      input.offset = offset_.get();
    }
    if (plan.factors.regime) input.regime = block.row(engine::regime_series(plan.factors), k);
    if (!strip.forward.empty()) input.forward = &strip.forward[node];
    strip_rows(strip, input, calls_.get() + node * kBlockPaths, kBlockPaths);
    if (power) multiply_row(factors, calls_.get() + node * kBlockPaths, size);
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
                          calls_.get() + plan.node_first[step] * kBlockPaths,
                          hardware.operating_cost[step], hardware.scrap, value, kBlockPaths);
        break;
      case ValueLaw::rental_multiple:
        multiple_row(hardware.multiple, log_rent, value, kBlockPaths);
        break;
      case ValueLaw::curve:
        multiple_row(hardware.curve_scale[step], log_rent, value, kBlockPaths);
        break;
    }
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
