#include "pricing/valuation/book_stages.hpp"

#include <algorithm>
#include <chrono>

#include "engine/elementary/elementary.hpp"
#include "pricing/valuation/driver_rows.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/resale_rows.hpp"
#include "pricing/valuation/stage_sizes.hpp"
#include "pricing/valuation/under_cost.hpp"

namespace lien::pricing {
namespace {

using engine::kBlockPaths;
using engine::kLanes;
using engine::PathBlock;
using namespace stage_sizes;

// Adds the seconds since its construction to a stage when it goes.
class Stopwatch {
 public:
  explicit Stopwatch(double& seconds)
      : seconds_(seconds), start_(std::chrono::steady_clock::now()) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() {
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  double& seconds_;
  std::chrono::steady_clock::time_point start_;
};

std::size_t draw_slots(const Plan& plan) {
  return static_cast<std::size_t>(
      std::count_if(plan.vehicles.begin(), plan.vehicles.end(),
                    [](const VehiclePlan& vehicle) { return vehicle.draws != kNone; }));
}

// True if a draw of some vehicle pays for a lot of it.
bool buys_by_draws(const Plan& plan) {
  return std::any_of(plan.vehicles.begin(), plan.vehicles.end(), [](const VehiclePlan& vehicle) {
    return std::any_of(vehicle.lots.begin(), vehicle.lots.end(),
                       [](const VehicleLotPlan& lot) { return lot.bought > 0; });
  });
}
std::size_t tail_cells(const PathResults& results) {
  return results.tail == nullptr ? 0 : results.tail->cells.size();
}
std::size_t tail_group_rows(const PathResults& results, std::size_t snapshots) {
  return results.tail == nullptr ? 0 : results.tail->groups * snapshots;
}
}  // namespace

BookStages::BookStages(const Plan& plan, const SumLayout& layout, PathResults& results,
                       const double* references)
    : plan_(&plan),
      layout_(&layout),
      results_(&results),
      references_(references),
      first_series_(engine::factor_series(plan.factors)),
      log_ratio_(plan.factors.tilt.rows() * kBlockPaths),
      year_hazard_(plan.factors.tilt.on() ? plan.parties.size() * kBlockPaths : 0),
      proceeds_(prepared_rows(plan)),
      sale_ratio_(prepared_rows(plan)),
      received_(prepared_rows(plan)),
      step_in_(plan.step_ins.empty() ? 0 : rows(plan) * kBlockPaths),
      no_step_in_(kBlockPaths),
      own_use_(own_use_places(plan) * rows(plan) * kBlockPaths),
      sale_work_(5 * kBlockPaths),
      default_months_((plan.parties.size() + 1) * kBlockPaths),
      party_work_(plan),
      samples_(layout.samples * kBlockPaths),
      groups_(layout.groups * layout.samples * kBlockPaths),
      group_months_(layout.groups * rows(plan) * kGroupMonths),
      month_sums_(rows(plan) * kMonthRows * kLanes),
      transforms_(plan.transforms.size() * 2 * plan.most_nodes * kBlockPaths),
      shape_rows_(4 * plan.most_nodes * kBlockPaths),
      calls_(plan.strips.size() * plan.node_index.size() * kBlockPaths),
      offset_(plan.most_nodes * kBlockPaths),
      power_factors_(power_nodes(plan) * kBlockPaths),
      power_cost_(plan.power.share.empty() || plan.step_ins.empty() ? 0 : kBlockPaths),
      forward_work_(forward_rows(plan) * kBlockPaths),
      work_(4 * kBlockPaths),
      early_(early_work_rows() * kBlockPaths),
      lease_survival_(plan.lease_ends.empty() ? 0 : rows(plan) * kBlockPaths),
      lease_runs_(lease_survival_.size()),
      lease_work_(plan.lease_ends.empty() ? 0 : lease_work_rows() * kBlockPaths),
      vehicle_sale_(plan.vehicles.size() * rows(plan) * kBlockPaths),
      vehicle_after_draw_(buys_by_draws(plan) ? vehicle_sale_.size() : 0),
      vehicle_tested_(plan.vehicles.size() * rows(plan) * kBlockPaths),
      vehicle_drawn_(draw_slots(plan) * rows(plan) * kBlockPaths),
      tranche_samples_(most(plan, tranches) * layout.samples * kBlockPaths),
      tranche_months_(most(plan, tranches) * rows(plan) * kMonthRows * kLanes),
      coverage_(plan.vehicles.empty() ? 0 : rows(plan) * kCoverageSums * kLanes),
      vehicle_rows_(most(plan, vehicle_result_rows) * kBlockPaths +
                    most(plan, balloon_tranches) * plan.snapshots.size() * kBlockPaths),
      leased_(plan.lease_rows * kBlockPaths),
      customers_(plan.customer_rows * kBlockPaths),
      deliveries_(plan.delivery_rows * kBlockPaths),
      customer_work_((2 + most(plan, customer_lots)) * kBlockPaths),
      market_open_(plan.refinancing.months.size() * kBlockPaths),
      vehicle_hedges_(most(plan, hedges) * rows(plan) * kBlockPaths),
      hedge_levels_(plan.hedge_levels * kBlockPaths),
      covenant_worth_(plan.covenant_marks * rows(plan) * kBlockPaths),
      market_rates_(most(plan, prepayable_tranches) * rows(plan) * kBlockPaths),
      vehicle_work_(most(plan, vehicle_work_rows) * kBlockPaths),
      vehicle_lags_(plan.vehicles.size() * kBlockPaths),
      vehicle_factor_(most(plan, tranches) * kBlockPaths),
      vehicle_ended_(plan.depths.empty() ? 0 : plan.vehicles.size() * kBlockPaths),
      vehicle_owed_(pressed(plan).vehicles * rows(plan) * kBlockPaths),
      vehicle_pressed_(pressed(plan).vehicles * rows(plan) * kBlockPaths),
      pressed_lots_(pressed(plan).lots * rows(plan) * kBlockPaths),
      pressed_tests_(pressed(plan).tests * 3 * kBlockPaths),
      falls_(pressed(plan).vehicles > 0 ? plan.depths.size() * kBlockPaths : 0),
      tail_weights_(tail_cells(results) * kBlockPaths),
      tail_near_(tail_cells(results) * kBlockPaths),
      tail_groups_(tail_group_rows(results, layout.snapshots) * kBlockPaths),
      spot_bases_(plan.hardware.size() + plan.segments.size()),
      utilization_bases_(plan.hardware.size()),
      cost_bases_(plan.hardware.size()),
      vehicle_bits_((most(plan, covenants) + 1) * rows(plan)),
      month_bits_(3 * rows(plan)),
      living_(plan.tests == 0 ? 0 : (plan.parties.size() + 1) * rows(plan)),
      test_months_(plan),
      folded_(kMonthRows * rows(plan)),
      party_survival_((plan.parties.size() + 1) * rows(plan), static_cast<double>(kBlockPaths)),
      counts_(static_cast<std::size_t>(plan.tests) * rows(plan) * kTestCounts),
      fans_(plan.fans.size() * rows(plan) * static_cast<std::size_t>(kFanBins)),
      under_cost_(plan.hardware.size() * rows(plan) * kUnderCosts) {
  std::size_t next = 0;
  const auto take = [&next](std::size_t count) {
    const std::size_t first = next;
    next += count;
    return first;
  };
  ones_ = take(1);
  zeros_ = take(1);
  discount_ = take(1);
  ratio_ = take(plan.rates.lags.size());
  gross_ = take(plan.rates.tenors.size());
  log_rent_ = take(plan.hardware.size());
  spot_ = take(plan.hardware.size());
  utilization_ = take(plan.hardware.size());
  power_ = take(plan.power.on ? 1 : 0);
  cost_ = take(plan.power.share.size());
  segment_ = take(plan.segments.size());
  survival_ = take(plan.parties.size());
  value_ = take(1);
  const bool any_lost = std::any_of(plan.lots.begin(), plan.lots.end(),
                                    [](const LotPlan& lot) { return !lot.remaining.empty(); });
  left_value_ = any_lost ? take(1) : value_;
  mark_ = plan.marks.empty() ? value_ : take(1);
  book_value_ = take(1);
  price_ = take(plan.depths.size());
  derived_ = next;
  if (!plan.single_terms.empty()) singles_ = Singles(plan, derived_, layout.samples);
  std::fill_n(default_months_.get() + plan.parties.size() * kBlockPaths, kBlockPaths, kNever);
}

std::size_t BookStages::derived_series() const noexcept { return derived_; }

void BookStages::fill_power(PathBlock& block, int k) noexcept {
  const PowerPlan& power = plan_->power;
  const double* const noise = noise_row(block, power.noise, k);
  double* const level = block.row(series(power_), k);
  const double price =
      power.path.empty() ? power.level : power.level * power.path[static_cast<std::size_t>(k)];
  exponential_row(price, 1.0, noise == nullptr ? block.row(series(zeros_), k) : noise, level,
                  kBlockPaths);
  if (k >= power.fixed_from)
    std::fill_n(level, kBlockPaths, power.fixed_level[static_cast<std::size_t>(k)]);
  for (std::size_t i = 0; i < power.share.size(); ++i)
    affine_row(power.fixed[i], power.share[i], level, block.row(series(cost_ + i), k), kBlockPaths);
}

void BookStages::segment_log_rent(const PathBlock& block, std::size_t segment, int k,
                                  double* out) const noexcept {
  const SegmentPlan& plan = plan_->segments[segment];
  affine_row(plan.basis, 1.0, block.row(series(log_rent_ + plan.hardware), k), out, kBlockPaths);
  if (plan.noise != kNone) add_scaled_row(1.0, noise_row(block, plan.noise, k), out, kBlockPaths);
}

void BookStages::fill_segment(PathBlock& block, std::size_t segment, int k) noexcept {
  const std::size_t hardware = plan_->segments[segment].hardware;
  double* const spot = block.row(series(segment_ + segment), k);
  if (!plan_->hardware[hardware].earns) {
    std::fill_n(spot, kBlockPaths, 0.0);
    return;
  }
  double* const log_rent = work_.get();
  segment_log_rent(block, segment, k, log_rent);
  spot_row(block.row(series(utilization_ + hardware), k), log_rent, spot, kBlockPaths);
}

// Values of a unit become values of what is left of one that was there on the valuation date.
void BookStages::lose_units(PathBlock& block, std::size_t lot_index) noexcept {
  const LotPlan& lot = plan_->lots[lot_index];
  if (lot.remaining.empty()) return;
  for (int k = 0; k <= lot.last_month; ++k)
    affine_row(0.0, lot.remaining[static_cast<std::size_t>(k)], block.row(series(value_), k),
               block.row(series(left_value_), k), kBlockPaths);
}

void BookStages::fill_log_rent(PathBlock& block, const HardwarePlan& hardware, int k,
                               double* log_rent) const noexcept {
  log_rent_row(hardware.log_rent[static_cast<std::size_t>(k)], hardware.scarcity_loading,
               hardware.frontier_loading, block.row(engine::kScarcity, k),
               block.row(engine::kFrontier, k), log_rent, kBlockPaths);
  for (const auto& line : hardware.lines)
    take_launches_off(line.loading,
                      block.row(engine::line_series(line.line, engine::kLaunchEffect), k), log_rent,
                      kBlockPaths);
  if (hardware.idiosyncratic != kNone)
    add_scaled_row(1.0, noise_row(block, hardware.idiosyncratic, k), log_rent, kBlockPaths);
}

void BookStages::fill_utilization(PathBlock& block, const HardwarePlan& hardware, int k,
                                  double* utilization) const noexcept {
  utilization_row(hardware, block.row(engine::kScarcity, k),
                  noise_row(block, hardware.utilization_noise, k), utilization, kBlockPaths);
  if (!hardware.utilization_factor.empty())
    affine_row(0.0, hardware.utilization_factor[static_cast<std::size_t>(k)], utilization,
               utilization, kBlockPaths);
}

void BookStages::fill_market(PathBlock& block) noexcept {
  const Plan& plan = *plan_;
  for (int k = 0; k <= plan.steps; ++k) {
    const auto step = static_cast<std::size_t>(k);
    std::fill_n(block.row(series(ones_), k), kBlockPaths, 1.0);
    std::fill_n(block.row(series(book_value_), k), kBlockPaths, 0.0);
    double* const discount = block.row(series(discount_), k);
    if (plan.rates.random)
      exponential_row(plan.rates.discount[step], -1.0, block.row(engine::kRateIntegral, k),
                      discount, kBlockPaths);
    else
      std::fill_n(discount, kBlockPaths, plan.rates.discount[step]);
    for (std::size_t t = 0; t < plan.rates.tenors.size(); ++t) {
      const auto& tenor = plan.rates.tenors[t];
      double* const gross = block.row(series(gross_ + t), k);
      if (plan.rates.random)
        exponential_row(tenor.gross[step], tenor.loading, block.row(engine::kShortRate, k), gross,
                        kBlockPaths);
      else
        std::fill_n(gross, kBlockPaths, tenor.gross[step]);
    }
    for (std::size_t g = 0; g < plan.hardware.size(); ++g) {
      const auto& hardware = plan.hardware[g];
      double* const log_rent = block.row(series(log_rent_ + g), k);
      if (k < hardware.rent_fixed_from)
        fill_log_rent(block, hardware, k, log_rent);
      else
        std::fill_n(log_rent, kBlockPaths, hardware.log_rent[step]);
      double* const utilization = block.row(series(utilization_ + g), k);
      if (k < hardware.utilization_fixed_from)
        fill_utilization(block, hardware, k, utilization);
      else
        std::fill_n(utilization, kBlockPaths, hardware.utilization_fixed[step]);
      double* const spot = block.row(series(spot_ + g), k);
      if (hardware.earns)
        spot_row(utilization, log_rent, spot, kBlockPaths);
      else
        std::fill_n(spot, kBlockPaths, 0.0);
    }
    if (plan.power.on) fill_power(block, k);
    for (std::size_t s = 0; s < plan.segments.size(); ++s) fill_segment(block, s, k);
  }
  for (std::size_t l = 0; l < plan.rates.lags.size(); ++l)
    for (int k = 0, lag = plan.rates.lags[l]; k + lag <= plan.steps; ++k)
      quotient_row(block.row(series(discount_), k + lag), block.row(series(discount_), k),
                   block.row(series(ratio_ + l), k), kBlockPaths);
}

void BookStages::count_hardware_under_cost(PathBlock& block) noexcept {
  double* const ever = work_.get();
  for (std::size_t g = 0; g < plan_->hardware.size(); ++g) {
    std::fill_n(ever, kBlockPaths, 0.0);
    for (int k = 0; k <= plan_->steps; ++k) {
      const auto step = static_cast<std::size_t>(k);
      const HardwarePlan& hardware = plan_->hardware[g];
      const double* cost = nullptr;
      if (hardware.cost_row != kNone) cost = block.row(series(cost_ + hardware.cost_row), k);
      count_under_cost(block.row(series(spot_ + g), k), hardware.operating_cost[step], cost, ever,
                       kBlockPaths, under_cost_.data() + (g * rows(*plan_) + step) * kUnderCosts);
    }
  }
}

void BookStages::operator()(PathBlock& block, std::uint64_t number, double* sums) noexcept {
  const Plan& plan = *plan_;
  const TailReplay* const tail = results_->tail;
  const std::uint64_t* const listed = tail == nullptr ? results_->listed : tail->paths.data();
  paths_ = listed == nullptr ? engine::PathNumbers(number * kBlockPaths)
                             : engine::PathNumbers::of(listed + number * kBlockPaths);
  number_ = number;
  if (tail != nullptr) start_tail(number);
  std::fill_n(groups_.get(), groups_.size(), 0.0);
  std::fill_n(group_months_.get(), group_months_.size(), 0.0);
  {
    const Stopwatch watch(seconds_.market);
    fill_market(block);
  }
  {
    const Stopwatch watch(seconds_.parties);
    if (plan.factors.tilt.on()) start_tilt(block);
    fill_parties(block, sums);
    if (plan.factors.tilt.on()) end_tilt();
  }
  if (results_->control_sample != nullptr) return sample_controls(block, number);
  {
    const Stopwatch watch(seconds_.resale);
    fill_strips(block);
  }
  fill_singles(block);
  clear_vehicles();
  draw_vehicle_lags();
  draw_deliveries();
  open_market();
  fill_customers(block);
  own_use_of_ = kNone;
  if (!plan.depths.empty()) {
    const Stopwatch watch(seconds_.contracts);
    count_sales(block);
  }
  // Lots are sorted by hardware and contracts by lot and mark, so that a resale row and a mark are
  // filled once and used while they are in the cache. Contracts without a lot come last.
  std::size_t contract = 0;
  for (std::size_t lot = 0; lot < plan.lots.size(); ++lot) {
    {
      const Stopwatch watch(seconds_.resale);
      fill_lot(block, lot);
    }
    {
      const Stopwatch watch(seconds_.contracts);
      lose_units(block, lot);
      fill_single(block, value_of_lot(lot));
      add_vehicle_worth(block, lot);
      add_vehicle_lots(block, lot);
      keep_hedge_levels(block, lot);
      std::uint32_t mark = kNone;
      for (; contract < plan.contracts.size() && plan.contracts[contract].lot == lot; ++contract) {
        if (plan.contracts[contract].mark != mark) {
          mark = plan.contracts[contract].mark;
          fill_mark(block, mark);
          fill_single(block, mark_);
        }
        run_contract(block, contract, sums);
      }
    }
    // A fan and an instrument are of one unit, a contract of the units that are left.
    const Stopwatch watch(seconds_.other);
    for (std::size_t f = 0; f < plan.fans.size(); ++f)
      if (plan.fans[f].of == FanPlan::Of::resale_value && plan.fans[f].lot == lot)
        for (int k = 0; k <= plan.steps; ++k)
          count_fan(f, block.row(series(value_), k), nullptr, k, sums);
    for (std::size_t i = 0; i < plan.instruments.size(); ++i)
      if (plan.instruments[i].on == PayoffOn::resale_value && plan.instruments[i].lot == lot)
        run_instrument(block, number, i, sums);
  }
  {
    const Stopwatch watch(seconds_.contracts);
    for (; contract < plan.contracts.size(); ++contract)
      if (plan.contracts[contract].vehicle == kNone) run_contract(block, contract, sums);
    run_vehicles(block, sums);
  }
  const Stopwatch watch(seconds_.other);
  for (std::size_t i = 0; i < plan.instruments.size(); ++i)
    if (plan.instruments[i].on != PayoffOn::resale_value) run_instrument(block, number, i, sums);
  for (std::size_t i = 0; i < plan.parties.size(); ++i)
    for (std::size_t s = 0; s < plan.snapshots.size(); ++s)
      add_pair(layout_->survival(i, s),
               block.row(series(survival_ + i), std::min(plan.snapshots[s], plan.steps)), sums);
  run_fans(block, sums);
  count_hardware_under_cost(block);
  add_groups(number, sums);
  if (tail != nullptr) end_tail(sums);
}

}  // namespace lien::pricing
