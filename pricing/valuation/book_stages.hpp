#pragma once

// Over 400 lines on purpose: one object a thread owns every row of a block; its members stand in
// files by room (book_*.cpp and their like), and splitting the declaration would part rows from
// what fills them.

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/memory/large_array.hpp"
#include "engine/random/path_numbers.hpp"
#include "engine/simulation/path_block.hpp"
#include "pricing/credit/clearing.hpp"
#include "pricing/plan/plan.hpp"
#include "pricing/valuation/contract_kernel.hpp"
#include "pricing/valuation/month_sums.hpp"
#include "pricing/valuation/path_results.hpp"
#include "pricing/valuation/resale_rows.hpp"
#include "pricing/valuation/sum_layout.hpp"
#include "pricing/valuation/test_months.hpp"

namespace lien::pricing {

// The stages of pricing on one block, in order: market rows, parties, then hardware by hardware
// the resale values and the contracts secured on it, instruments, fans. One object a thread; all
// memory is taken in the constructor.
class BookStages {
 public:
  // references: [pairs] subtracted from each sample, or null for zeros.
  BookStages(const Plan& plan, const SumLayout& layout, PathResults& results,
             const double* references);

  [[nodiscard]] std::size_t derived_series() const noexcept;
  void operator()(lien::engine::PathBlock& block, std::uint64_t number, double* sums) noexcept;

  // Counts of this thread's blocks, to be added up after the run.
  [[nodiscard]] std::span<const std::uint32_t> test_counts() const noexcept { return counts_; }
  [[nodiscard]] std::span<const std::uint32_t> fan_counts() const noexcept { return fans_; }
  // [hardware][steps + 1][kUnderCosts] paths whose rent is under the operating cost.
  [[nodiscard]] std::span<const std::uint32_t> under_cost() const noexcept { return under_cost_; }
  // Counts of tests and of rents under cost begin anew; all others go on.
  void restart_counts() noexcept {
    std::fill(counts_.begin(), counts_.end(), 0U);
    std::fill(under_cost_.begin(), under_cost_.end(), 0U);
  }
  // So do fans, seconds and clamped states, once they are added up.
  void restart_gathered() noexcept {
    std::fill(fans_.begin(), fans_.end(), 0U);
    seconds_ = {};
    clamped_ages_ = 0;
  }
  // Series of a filled block, for who replays a path: the values are those of the last lot.
  [[nodiscard]] std::size_t log_rent_series(std::size_t hardware) const noexcept {
    return series(log_rent_ + hardware);
  }
  [[nodiscard]] std::size_t utilization_series(std::size_t hardware) const noexcept {
    return series(utilization_ + hardware);
  }
  [[nodiscard]] std::size_t spot_series(std::size_t hardware) const noexcept {
    return series(spot_ + hardware);
  }
  // Operating cost over what it is at today's power price, of one row of PowerPlan.
  [[nodiscard]] std::size_t cost_series(std::size_t cost_row) const noexcept {
    return series(cost_ + cost_row);
  }
  [[nodiscard]] std::size_t value_series() const noexcept { return series(value_); }
  [[nodiscard]] std::size_t survival_series(std::size_t party) const noexcept {
    return series(survival_ + party);
  }
  // Of the block that ran last, [paths]: a party's month of default (kNever: none), and a sample of
  // a group of SumLayout.
  [[nodiscard]] const double* default_months(std::size_t party) const noexcept {
    return default_months_.get() + party * lien::engine::kBlockPaths;
  }
  // Of the same: a row of deliveries, see VehiclePlan::deliveries.
  [[nodiscard]] const double* delivery_row(std::uint32_t row) const noexcept {
    return deliveries_.get() + row * lien::engine::kBlockPaths;
  }
  [[nodiscard]] const double* group_sample(std::size_t group, std::size_t sample) const noexcept {
    return groups_.get() + (group * layout_->samples + sample) * lien::engine::kBlockPaths;
  }
  [[nodiscard]] const StageSeconds& seconds() const noexcept { return seconds_; }
  // States (path, month, line) whose newest launch is older than the polynomials in age reach.
  [[nodiscard]] std::uint64_t clamped_ages() const noexcept { return clamped_ages_; }
  // Place of a test's counts: [months + 1][kTestCounts] from here.
  [[nodiscard]] std::size_t test_first(std::uint32_t test) const noexcept {
    return static_cast<std::size_t>(test) * (static_cast<std::size_t>(plan_->steps) + 1) *
           kTestCounts;
  }
  [[nodiscard]] std::size_t fan_first(std::size_t fan, int month) const noexcept {
    return (fan * (static_cast<std::size_t>(plan_->steps) + 1) + static_cast<std::size_t>(month)) *
           static_cast<std::size_t>(kFanBins);
  }

 private:
  using PathBlock = lien::engine::PathBlock;
  void fill_market(PathBlock& block) noexcept;
  void fill_log_rent(PathBlock& block, const HardwarePlan& hardware, int month,
                     double* log_rent) const noexcept;
  void fill_utilization(PathBlock& block, const HardwarePlan& hardware, int month,
                        double* utilization) const noexcept;
  void fill_power(PathBlock& block, int month) noexcept;
  void fill_segment(PathBlock& block, std::size_t segment, int month) noexcept;
  void segment_log_rent(const PathBlock& block, std::size_t segment, int month,
                        double* out) const noexcept;
  void lose_units(PathBlock& block, std::size_t lot) noexcept;
  void fill_power_nodes(const PathBlock& block, const StripPlan& strip, int month,
                        double* factors) noexcept;
  // Parties, in book_parties.cpp.
  struct PartyWork {
    explicit PartyWork(const Plan& plan);
    lien::engine::AlignedDoubles rows;      // [4][paths] of one party
    lien::engine::AlignedDoubles mover;     // [paths] of one party's month
    lien::engine::AlignedDoubles living;    // [steps + 1][paths] of one pool
    lien::engine::AlignedDoubles members;   // [members][4][paths] of the network
    lien::engine::AlignedDoubles kicks;     // [kicks][2][paths]
    lien::engine::AlignedDoubles clearing;  // [2][members][paths]
    lien::engine::AlignedDoubles solver;    // of one path's clearing
    std::vector<Standing> standing;         // [members] of one path
  };
  void fill_parties(PathBlock& block, double* sums) noexcept;
  void draw_clock(std::size_t party, double* clock) noexcept;
  void fill_party(PathBlock& block, std::size_t party) noexcept;
  void fill_pool(PathBlock& block, std::size_t party) noexcept;
  void fill_copula(PathBlock& block, std::size_t party) noexcept;
  void fill_network(PathBlock& block, double* sums) noexcept;
  void clear_network(std::size_t clearing, double* sums) noexcept;
  const double* fill_mover(const PathBlock& block, const PartyPlan& party, int k) noexcept;
  void party_step(PathBlock& block, std::size_t party, int k, double* clock,
                  double* accumulated) noexcept;
  void keep_survival(PathBlock& block, std::size_t party, int k) noexcept;
  // Paths drawn from a mixture, in book_tilt.cpp.
  void start_tilt(PathBlock& block) noexcept;
  void tilt_clock(std::size_t party, double* clock) noexcept;
  void tilt_month(std::size_t party, int k, double* clock, const double* accumulated) noexcept;
  void add_hazard_ratio(std::size_t party, std::size_t year, std::size_t snapshot,
                        const double* clock, const double* accumulated) noexcept;
  void start_year(std::size_t party, std::size_t year, double* clock,
                  const double* accumulated) noexcept;
  void end_tilt() noexcept;
  void sample_controls(PathBlock& block, std::uint64_t number) noexcept;  // book_controls.cpp
  void fill_strips(PathBlock& block) noexcept;
  void fill_shape(PathBlock& block, std::size_t shape, int k) noexcept;
  void fill_power_strip(PathBlock& block, std::size_t hardware, int k, StripInput input) noexcept;
  // Calls of a hardware with law income, laid out as node_index.
  [[nodiscard]] double* calls_of(const HardwarePlan& hardware) noexcept {
    return calls_.get() + hardware.strip * plan_->node_index.size() * lien::engine::kBlockPaths;
  }
  void fill_lot(PathBlock& block, std::size_t lot) noexcept;
  void fill_mark(PathBlock& block, std::size_t mark) noexcept;
  // What a mark takes a unit for in month k, on every path.
  void fill_mark_row(PathBlock& block, const MarkPlan& mark, int k, double* row) noexcept;
  void run_contract(PathBlock& block, std::size_t contract, double* sums) noexcept;
  void value_rows(PathBlock& block, std::size_t contract, const double* proceeds,
                  const double* ratio) noexcept;
  template <class Real, class RowOf>
  ContractArgumentsOf<Real> shared_arguments(const ContractPlan& contract, const RowOf& row_of,
                                             const Real* months) noexcept;
  // Contracts in single precision, in book_singles.cpp: rows of a block as floats, and what the
  // kernel yields as doubles.
  [[nodiscard]] bool is_single(const ContractPlan& contract) const noexcept {
    return !plan_->single_terms.empty() && fits_floats(contract);
  }
  void fill_singles(PathBlock& block) noexcept;
  void fill_single(PathBlock& block, std::size_t which) noexcept;
  void value_single(const PathBlock& block, std::size_t contract) noexcept;
  void promote_samples(const PathBlock& block, const ContractPlan& contract) noexcept;
  void fold_single(std::size_t row, std::size_t last, double* sums) const noexcept;
  void fill_single_step_in(const ContractPlan& contract, const StepInHours& hours,
                           double deduction) noexcept;
  [[nodiscard]] const float* single_row(std::size_t which) const noexcept {
    return singles_.rows.data() + which * (layout_->steps + 1) * lien::engine::kBlockPaths;
  }
  // lags: [paths] months, all `fixed` where there is no law.
  void draw_lags(std::uint32_t law, const lien::engine::PhiloxKey& key, int fixed,
                 std::size_t* lags) noexcept;
  void prepare_sale(PathBlock& block, const ContractPlan& contract) noexcept;
  // A customer's contract in a sale of `units` of its lot's units.
  struct StepInSale {
    const StepInPlan& terms;
    const HardwarePlan& hardware;
    double rate, units;
    const double* customer;  // [paths] month from which it pays no more
    bool pays_cost;          // the buyer, of the hours under contract
  };
  void fill_step_in_month(const StepInSale& sale, std::size_t k, double* row) noexcept;
  void fill_step_in(const ContractPlan& contract, double deduction) noexcept;
  void fill_own_use(std::uint32_t hardware) noexcept;
  // [steps + 1][paths] of the hardware whose rows are filled.
  [[nodiscard]] double* own_use_row(const OwnUsePlan& own) noexcept {
    return own_use_.get() + own.place * (layout_->steps + 1) * lien::engine::kBlockPaths;
  }
  void spread_receipts(const ContractPlan& contract) noexcept;
  void count_sales(PathBlock& block) noexcept;
  void count_sales_of(PathBlock& block, std::size_t contract) noexcept;
  [[nodiscard]] bool is_sampled(const ContractPlan& contract, std::size_t sample) const noexcept;
  void add_contract(std::size_t contract, double* sums) noexcept;
  void add_contract_months(std::size_t contract, double* sums) noexcept;
  void add_tests(std::size_t contract) noexcept;
  void count_test(const TestWords& test, std::uint32_t group, std::uint32_t slot) noexcept;
  void clear_vehicles() noexcept;
  void add_vehicle_worth(PathBlock& block, std::size_t lot) noexcept;
  void add_vehicle_lots(PathBlock& block, std::size_t lot) noexcept;
  void add_vehicle_step_ins(std::size_t vehicle, std::size_t lot, double* sale) noexcept;
  void set_vehicle_bases(PathBlock& block) noexcept;
  void open_market() noexcept;
  // What becomes of lots under leases, in book_leases.cpp: decided while the lot's values are in
  // their row; then units that are gone are taken out of rows of their worth and their sale.
  void decide_lease(PathBlock& block, std::size_t vehicle, const VehicleLotPlan& own) noexcept;
  [[nodiscard]] double joins(const VehicleLotPlan& own, std::size_t path) const noexcept;
  [[nodiscard]] const double* lease_row(std::size_t vehicle, const VehicleLotPlan& own,
                                        LeaseRow row) const noexcept {
    return leased_.get() +
           (plan_->vehicles[vehicle].leases[own.lease].first_row + row) * lien::engine::kBlockPaths;
  }
  void set_choices(const VehiclePlan& vehicle, const LeasedLotPlan& lease) noexcept;
  void add_lot_choices(std::size_t vehicle, double* sums) noexcept;
  void drop_parted(std::size_t vehicle, const VehicleLotPlan& own, int k,
                   double* row) const noexcept;
  void sell_parted(std::size_t vehicle, const VehicleLotPlan& own, int k, double* row,
                   double* brings) const noexcept;
  // When lots enter service where the path decides, in book_deliveries.cpp: drawn once a block;
  // then such a lot is taken out of its worth and its sale before its draw. A sale in month k on a
  // row of units' values, or of money for 1 unit: also fills after_draw.
  struct SoldUnits {
    double units = 0, holding_cost = 0;  // a month, of all of them
  };
  void draw_deliveries() noexcept;
  void drop_undelivered(const VehicleLotPlan& own, int k, double* row) const noexcept;
  void sell_delivered(std::size_t vehicle, std::uint32_t delivery, int k, const SoldUnits& sold,
                      double* row) noexcept;
  void charge_delivered(const VehicleLotPlan& own, std::size_t vehicle, int k,
                        double* brings) const noexcept;
  // What customers decide, in book_customers.cpp.
  void fill_customers(PathBlock& block) noexcept;
  void decide(PathBlock& block, const CustomerPlan& customer, int months) noexcept;
  void call_guarantor(PathBlock& block, const CustomerPlan& customer) noexcept;
  // Rows of what free hours earn: of a hardware, or after them of a segment.
  [[nodiscard]] std::size_t spot_row_of(std::size_t rent) const noexcept {
    const std::size_t hardware = plan_->hardware.size();
    return rent < hardware ? spot_ + rent : segment_ + (rent - hardware);
  }
  void compare_rents(PathBlock& block, const CustomerPlan& customer, std::size_t term, int month,
                     bool first_day) noexcept;
  [[nodiscard]] double* customer_row(std::uint32_t row) noexcept {
    return customers_.get() + row * lien::engine::kBlockPaths;
  }
  // Month from which a buyer of the lot counts on no rent of this customer.
  [[nodiscard]] const double* standing(const OfftakePlan& offtake) noexcept {
    return offtake.gone_row == kNone ? default_months(offtake.customer)
                                     : customer_row(offtake.gone_row - kGone + kStanding);
  }
  [[nodiscard]] VehicleArguments vehicle_arguments(PathBlock& block, std::size_t vehicle) noexcept;
  void run_vehicles(PathBlock& block, double* sums) noexcept;
  void add_vehicle(std::size_t vehicle, double* sums) noexcept;
  // A vehicle's debt as a whole and its coverage, in book_vehicle_debt.cpp.
  void add_vehicle_debt(std::size_t vehicle, double* sums) noexcept;
  void add_coverage(std::size_t vehicle, double* sums) noexcept;
  void add_balloons(std::size_t vehicle, double* sums) noexcept;
  // What vehicles sell, in book_vehicle_sales.cpp.
  void draw_vehicle_lags() noexcept;
  void prepare_vehicle_sale(PathBlock& block, std::size_t vehicle) noexcept;
  void count_vehicles(PathBlock& block) noexcept;
  // What is lent out in a month to the vehicle of a slot, a row of paths.
  double* drawn(std::size_t slot, std::size_t month) noexcept {
    return vehicle_drawn_.get() + (slot * (layout_->steps + 1) + month) * lien::engine::kBlockPaths;
  }
  const double* draws_of(std::uint32_t vehicle, std::size_t month) noexcept;
  // What a draw of this month adds to the sale of a default after it, a row of paths.
  double* after_draw(std::size_t vehicle, int month) noexcept {
    return vehicle_after_draw_.get() +
           (vehicle * (layout_->steps + 1) + static_cast<std::size_t>(month)) *
               lien::engine::kBlockPaths;
  }
  // drawn: the default follows the draws of its month.
  void count_vehicle_sale(PathBlock& block, std::size_t vehicle, std::size_t path,
                          std::size_t month, bool drawn) noexcept;
  void run_pressed_tests(PathBlock& block) noexcept;
  void fill_falls(PathBlock& block, int month) noexcept;
  [[nodiscard]] bool end_at_price(PathBlock& block, std::size_t vehicle, int month,
                                  const double* tests) noexcept;
  void keep_tests(std::size_t vehicle, int month, double* tests) noexcept;
  void fill_forward_rent(PathBlock& block, const InstrumentPlan& instrument, double* rent) noexcept;
  void run_instrument(PathBlock& block, std::uint64_t number, std::size_t instrument,
                      double* sums) noexcept;
  void fill_underlying(PathBlock& block, const InstrumentPlan& instrument, int k,
                       double* level) noexcept;
  void add_instrument(std::size_t instrument, const double* payoff, const double* exercised,
                      const double* level, double* sums) noexcept;
  // Swaps, caps, floors, futures, month averages, counterparties, bonds: settlements.cpp.
  void fill_settled(PathBlock& block, const InstrumentPlan& instrument,
                    const SettlementPlan& settlement, double* before, double* level) noexcept;
  void fill_hedges(PathBlock& block, const VehiclePlan& vehicle) noexcept;
  void fill_margin(PathBlock& block, const HedgePlan& hedge, double* cash) noexcept;
  void keep_hedge_levels(PathBlock& block, std::size_t lot) noexcept;
  // What the market asks of a vehicle's tranches that may be prepaid, in book_prepayments.cpp.
  void fill_market_rates(PathBlock& block, const VehiclePlan& vehicle) noexcept;
  void run_settlements(PathBlock& block, std::size_t instrument, double* sums) noexcept;
  void run_bond(PathBlock& block, std::size_t instrument, double* sums) noexcept;
  // Early exercise, in early_exercise.cpp.
  void fill_early_step(PathBlock& block, const InstrumentPlan& instrument, int k) noexcept;
  void record_pilot(PathBlock& block, const InstrumentPlan& instrument,
                    std::uint64_t number) noexcept;
  void run_early_exercise(PathBlock& block, std::uint64_t number, std::size_t instrument,
                          double* sums) noexcept;
  void fill_held(PathBlock& block, const InstrumentPlan& instrument,
                 const std::vector<StripPlan>& values, int k, std::size_t into) noexcept;
  [[nodiscard]] static std::size_t early_work_rows() noexcept;
  // Leases whose end the path decides: what lessees see and do, in lease_decisions.cpp; then what
  // the lessor gets by it, in lease_ends.cpp.
  [[nodiscard]] static std::size_t lease_work_rows() noexcept;
  [[nodiscard]] double* lease_work(std::size_t row) noexcept {
    return lease_work_.get() + row * lien::engine::kBlockPaths;
  }
  void fill_lease_step(PathBlock& block, const LeaseEndPlan& end, int month) noexcept;
  void record_lease(PathBlock& block, const LeaseEndPlan& end) noexcept;
  void decide_lease_end(PathBlock& block, const LeaseEndPlan& end) noexcept;
  void run_to_end(PathBlock& block, const ContractPlan& contract) noexcept;
  void settle_lease(PathBlock& block, const ContractPlan& contract) noexcept;
  void hold_deposit(PathBlock& block, const ContractPlan& contract) noexcept;
  void count_rents(const ContractPlan& contract) noexcept;
  void value_lease(PathBlock& block, std::size_t contract, const double* ratio,
                   double* sums) noexcept;
  void add_lease_options(const ContractPlan& contract, double* sums) noexcept;
  void count_hardware_under_cost(PathBlock& block) noexcept;
  void run_fans(PathBlock& block, double* sums) noexcept;
  void count_fan(std::size_t fan, const double* level, const double* axis, int month,
                 double* sums) noexcept;
  void add_groups(std::uint64_t number, double* sums) noexcept;
  // Losses of tail paths, in tail_sums.cpp.
  void start_tail(std::uint64_t number) noexcept;
  void add_tail(std::size_t contract, double* sums) noexcept;
  void add_tail_row(std::size_t member, std::size_t snapshot, const double* losses,
                    double* sums) noexcept;
  void end_tail(double* sums) noexcept;
  void add_pair(std::size_t pair, const double* row, double* sums) noexcept;
  void add_block_sample(std::size_t pair, double value, double* sums) noexcept;
  [[nodiscard]] double reference(std::size_t pair) const noexcept {
    return references_ == nullptr ? 0.0 : references_[pair];
  }
  // Row of a noise of the factor plan at month k; null where there is none.
  [[nodiscard]] const double* noise_row(const PathBlock& block, std::uint32_t noise,
                                        int k) const noexcept {
    return noise == kNone ? nullptr
                          : block.row(lien::engine::noise_series(plan_->factors, noise), k);
  }
  // Row of what the contracts on a lot see as a unit's value: that of what is left of it.
  [[nodiscard]] std::size_t value_of_lot(std::size_t lot) const noexcept {
    return plan_->lots[lot].remaining.empty() ? value_ : left_value_;
  }
  // [nodes][paths] of month k of a hardware whose cost follows power; null where none does.
  [[nodiscard]] double* power_factors(const HardwarePlan& hardware, int k) noexcept {
    if (power_factors_.size() == 0) return nullptr;
    const std::size_t node =
        hardware.strip * plan_->node_index.size() + plan_->node_first[static_cast<std::size_t>(k)];
    return power_factors_.get() + (plan_->step_ins.empty() ? 0 : node) * lien::engine::kBlockPaths;
  }
  [[nodiscard]] std::size_t series(std::size_t which) const noexcept {
    return first_series_ + which;
  }

  const Plan* plan_;
  const SumLayout* layout_;
  PathResults* results_;
  const double* references_;
  std::size_t first_series_;
  // Derived series of a block, offsets from first_series_.
  std::size_t ones_, zeros_, discount_, ratio_, gross_, log_rent_, spot_, utilization_, power_,
      cost_, segment_, survival_, value_, left_value_, mark_, book_value_, price_, derived_;
  lien::engine::PathNumbers paths_ = 0;                        // of the block that is running
  std::uint64_t number_ = 0;                                   // of that block
  lien::engine::AlignedDoubles log_ratio_;                     // [tilt rows][paths]
  lien::engine::AlignedDoubles year_hazard_;                   // [parties][paths] up to the year
  std::array<std::size_t, lien::engine::kBlockPaths> lags_{};  // of one contract, by path
  // Prepared sales, [steps + 1][paths] of one contract; empty where no contract has them.
  lien::engine::AlignedDoubles proceeds_, sale_ratio_, received_;
  // Of the running contract: [steps + 1][paths] what its customer's contract adds to a sale, less
  // what a sale costs; or one row of the latter.
  lien::engine::AlignedDoubles step_in_, no_step_in_;
  lien::engine::AlignedDoubles own_use_;         // [places][steps + 1][paths] of one hardware
  std::uint32_t own_use_of_ = kNone;             // which, in this block
  lien::engine::AlignedDoubles sale_work_;       // [5][paths] see prepare_sale
  lien::engine::AlignedDoubles default_months_;  // [parties + 1][paths]; the last is never
  PartyWork party_work_;
  // Empty where no contract is valued in single precision.
  struct Singles {
    Singles() = default;
    Singles(const Plan& plan, std::size_t series, std::size_t sample_rows);
    lien::engine::LargeVector<float> rows;     // [derived series + parties][steps + 1][paths]: the
                                               // latter what survival falls by
    lien::engine::LargeVector<float> own_use;  // as own_use_
    lien::engine::LargeVector<float> step_in;  // [steps + 1][paths] of one contract
    lien::engine::LargeVector<float>
        own;  // [parties + 2][paths] months of default, then never and a contract's deduction
    lien::engine::LargeVector<float> samples;  // [samples][paths]
    lien::engine::LargeVector<float> months;   // [steps + 1][kMonthRows][16]
  };
  Singles singles_;
  lien::engine::AlignedDoubles samples_;       // [samples][paths]
  lien::engine::AlignedDoubles groups_;        // [groups][samples][paths]
  lien::engine::AlignedDoubles group_months_;  // [groups][kGroupMonths][steps + 1]
  lien::engine::AlignedDoubles month_sums_;    // [steps + 1][kMonthRows][kLanes]
  lien::engine::AlignedDoubles transforms_;    // [transforms][2][nodes][paths] of one month
  lien::engine::AlignedDoubles shape_rows_;    // [4][most nodes][paths] of one shape and month
  lien::engine::AlignedDoubles calls_;         // [strips][node_index][paths]
  lien::engine::AlignedDoubles offset_;        // [nodes][paths] of one month of a strip
  // [strips][node_index][paths] where a cost follows power; one month where no sale reads it.
  lien::engine::AlignedDoubles power_factors_;
  lien::engine::AlignedDoubles power_cost_;    // [paths] cost of a contract's hours
  lien::engine::AlignedDoubles forward_work_;  // [1 + 2 lines][paths] of one forward rent
  lien::engine::AlignedDoubles work_;          // [4][paths]
  lien::engine::AlignedDoubles early_;         // [early_work_rows()][paths]
  // One lease whose end the path decides: survival that stands still after its end and whether it
  // runs, [steps + 1][paths]; then [lease_work_rows()][paths], the first its lessee's default.
  lien::engine::AlignedDoubles lease_survival_, lease_runs_, lease_work_;
  // Vehicles: what their lots bring in a sale and in a test, then one vehicle's results.
  // [vehicles][steps + 1][paths]; vehicle_after_draw_ is empty where no draw pays for a lot
  lien::engine::AlignedDoubles vehicle_sale_, vehicle_after_draw_, vehicle_tested_;
  lien::engine::AlignedDoubles
      vehicle_drawn_;  // [fans of draws, without the book's][steps + 1][paths]
  lien::engine::AlignedDoubles tranche_samples_;  // [tranches][samples][paths]
  lien::engine::AlignedDoubles tranche_months_;   // [tranches][steps + 1][kMonthRows][kLanes]
  lien::engine::AlignedDoubles coverage_;         // [steps + 1][kCoverageSums][kLanes]
  // [kVehicleSamples + guarantees + hedges][paths], then of vehicles with balloons [tranches]
  // [kBalloonSamples][paths] and [snapshots][paths]
  lien::engine::AlignedDoubles vehicle_rows_;
  lien::engine::AlignedDoubles leased_;     // [lease_rows][paths] see LeaseRow
  lien::engine::AlignedDoubles customers_;  // [customer_rows][paths] see CustomerRow
  // [delivery_rows][paths] see VehiclePlan::deliveries
  lien::engine::AlignedDoubles deliveries_;
  // [2 + lots][paths] of one customer: its rent, the market's, that of each lot
  lien::engine::AlignedDoubles customer_work_;
  lien::engine::AlignedDoubles market_open_;     // [RefinancingPlan::months][paths] 1 or 0
  lien::engine::AlignedDoubles vehicle_hedges_;  // [hedges][steps + 1][paths] of one vehicle
  lien::engine::AlignedDoubles hedge_levels_;    // [Plan::hedge_levels][paths] values of a unit
  lien::engine::AlignedDoubles covenant_worth_;  // [Plan::covenant_marks][steps + 1][paths]
  // [tranches][steps + 1][paths] of one vehicle, in months in which they may be prepaid
  lien::engine::AlignedDoubles market_rates_;
  lien::engine::AlignedDoubles vehicle_work_;    // [vehicle_work_rows()][paths]
  std::vector<std::size_t> vehicle_lags_;        // [vehicles][paths] months to the sale
  lien::engine::AlignedDoubles vehicle_factor_;  // [tranches][paths] drawn lags: sale_factor
  // Own sales press prices: month of the default that sells a vehicle, [vehicles][paths]; then of
  // vehicles that a test at the pressed price may end what they owe and the worth that is tested,
  // [pressed vehicles][steps + 1][paths].
  lien::engine::AlignedDoubles vehicle_ended_, vehicle_owed_, vehicle_pressed_;
  lien::engine::AlignedDoubles pressed_lots_;   // [pressed lots][steps + 1][paths] unpressed worth
  lien::engine::AlignedDoubles pressed_tests_;  // [pressed tests][3][paths] active, passes, since
  lien::engine::AlignedDoubles falls_;          // [depths][paths] of one month: 1 - price
  // A replay of tail paths: weights, and losses of groups.
  lien::engine::AlignedDoubles tail_weights_, tail_near_;  // [cells][paths]
  lien::engine::AlignedDoubles tail_groups_;               // [groups][snapshots][paths]
  // [hardware]; spot: then segments
  std::vector<const double*> spot_bases_, utilization_bases_, cost_bases_;
  std::vector<std::uint64_t> vehicle_bits_;  // [covenants + 1][steps + 1]; first the living
  std::vector<std::uint64_t> month_bits_;    // [3][steps + 1] of one contract: MonthBits
  std::vector<std::uint64_t> living_;        // [parties + 1][steps + 1]; empty without tests
  TestMonths test_months_;
  std::vector<double> folded_;          // [kMonthRows][steps + 1] month_sums_, lanes added
  std::vector<double> party_survival_;  // [parties + 1][steps + 1] sums over the block
  lien::engine::LargeVector<std::uint32_t> counts_, fans_;
  std::vector<std::uint32_t> under_cost_;
  std::uint64_t clamped_ages_ = 0;
  StageSeconds seconds_;
};

}  // namespace lien::pricing
