// J2 in our hands: value_contract on the reference loan and rows of benches/peers/j2_loan.hpp.
//
// What is timed: for every block of 64 paths, zeroing the month sums, the kernel, and the sums over
// paths of the three samples that are compared. What is not: laying the rows out as the program
// holds them, [month][64] a block, with survival accumulated and D_{k+6}/D_k formed, since in a run
// the market stages fill them once for all contracts of a block.
//
// The month of the kernel does more than the month of the peers: it also books exposure, loss at
// default, expected flows by month, the peak loan-to-value, and the month of breach and of
// cash-flow default of every path.
//
// Breaches are not compared: ours are counted on paths with sampled defaults, theirs are sums of
// survival weights; and ours trap cash, which theirs do not. The limit is put out of reach, so that
// no cash is trapped; the test is carried out every month all the same.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "benches/peers/j2_loan.hpp"
#include "engine/elementary/elementary.hpp"
#include "engine/simulation/path_block.hpp"
#include "pricing/valuation/contract_kernel.hpp"
#include "pricing/valuation/row_sums.hpp"

namespace lien::benches {
namespace {

using engine::AlignedDoubles;
using engine::kBlockPaths;
using engine::kLanes;
using pricing::ContractPlan;
using pricing::MonthTerms;

constexpr std::size_t kBlocks = kJ2Paths / kBlockPaths;
static_assert(kBlocks * kBlockPaths == kJ2Paths);
constexpr double kUnreachable = 1e9;

enum Series : std::size_t { kSpot, kValue, kDiscount, kRatio, kSurvival, kGross, kSeries };

// Rows [kSeries][kJ2RowMonths][kBlockPaths] of one block.
struct BlockRows {
  AlignedDoubles rows{kSeries * kJ2RowMonths * kBlockPaths};
  double* row(Series series, std::size_t month) {
    return rows.get() + (series * kJ2RowMonths + month) * kBlockPaths;
  }
};

void fill_month(const J2Rows& from, std::size_t first, std::size_t k, BlockRows& to) {
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const std::size_t at = k * kJ2Pitch + first + p;
    to.row(kSpot, k)[p] = from.spot_revenue[at];
    to.row(kValue, k)[p] = from.resale_value[at];
    to.row(kDiscount, k)[p] = from.discount[at];
    to.row(kGross, k)[p] = from.forward_return[at];
    // The kernel reads the weight of having survived to the month, the peers that of the month.
    to.row(kSurvival, k)[p] = k == 0 ? 1.0 : to.row(kSurvival, k - 1)[p] * from.survival[at];
    if (k + kJ2Lag < kJ2RowMonths)
      to.row(kRatio, k)[p] = from.discount[at + kJ2Lag * kJ2Pitch] / from.discount[at];
  }
}

std::vector<BlockRows> block_rows() {
  const J2Rows rows = j2_reference_rows();
  std::vector<BlockRows> blocks(kBlocks);
  for (std::size_t b = 0; b < kBlocks; ++b)
    for (std::size_t k = 0; k < kJ2RowMonths; ++k) fill_month(rows, b * kBlockPaths, k, blocks[b]);
  return blocks;
}

std::vector<MonthTerms> month_terms(const J2Loan& loan) {
  constexpr double kLogEffectiveRate = 0.10;  // a year; books credit loss, which peers do not
  std::vector<MonthTerms> terms(kJ2Months + 1);
  for (std::size_t k = 1; k <= kJ2Months; ++k) {
    const J2Month& month = loan.month[k];
    // As compile does: the last payment is tested before it is made.
    const double tested = month.opening_balance - (k == kJ2Months ? 0.0 : month.principal);
    terms[k] = {.month = double(k),
                .opening = month.opening_balance,
                .flow = month.principal,
                .eir_discount = engine::exp(-kLogEffectiveRate * double(k) / 12.0),
                .eir_discount_sale = engine::exp(-kLogEffectiveRate * double(k + kJ2Lag) / 12.0),
                .tested_balance = tested,
                .inverse_tested = 1.0 / tested,
                .free_hours = month.free_units,  // the peers' spot revenue is by unit and month
                .contract_revenue = month.contract_revenue,
                .lost_hours = loan.units - month.free_units,
                .operating_cost = month.operating_cost,
                .service = month.principal,
                .test_service = month.principal,
                .reserve_cap = loan.reserve_cap,
                .floating_base = month.opening_balance,
                .floating_base_service = month.opening_balance,
                .floating_base_test = month.opening_balance,
                .gross_ratio = month.ratio,
                .floor = loan.floor,
                .margin = loan.margin,
                .fixing = static_cast<std::int64_t>(k)};
  }
  return terms;
}

ContractPlan contract_plan(const J2Loan& loan) {
  ContractPlan contract;
  contract.variant = {.cash = true, .floating = true, .value_test = true, .owner = false};
  contract.months = kJ2Months;
  contract.lag = kJ2Lag;
  contract.units = contract.mark_units = loan.units;
  contract.haircut_units = loan.units * (1.0 - loan.haircut);
  contract.deduction = loan.fixed_cost;
  contract.recovery = loan.recovery;
  contract.outstanding = loan.month[1].opening_balance;
  contract.reserve_initial = loan.reserve;
  contract.reserve_target = loan.reserve_cap;
  contract.max_loan_to_value = kUnreachable;
  contract.default_on_shortfall = true;
  contract.coverage_test = pricing::kNone;
  contract.value_test_slot = 0;
  return contract;
}

// The loan, its rows and all that the kernel writes.
class J2Work {
 public:
  // prices: the risk-neutral basis; else the real-world one, which books no value but two losses.
  explicit J2Work(bool prices) : prices_(prices) {
    std::fill_n(never_.get(), kBlockPaths, pricing::kNever);
    std::fill_n(zeros_.get(), kBlockPaths, 0.0);
  }

  // Values the loan on block b and adds its three sums.
  void value(std::size_t b, J2Totals& total) {
    BlockRows& block = blocks_[b];
    std::fill_n(month_sums_.get(), month_sums_.size(), 0.0);
    pricing::ContractArguments a{};
    a.contract = &contract_;
    a.terms = terms_.data();
    a.survival = block.row(kSurvival, 0);
    a.discount = block.row(kDiscount, 0);
    a.discount_ratio = block.row(kRatio, 0);
    a.value = block.row(kValue, 0);
    a.mark = a.value;
    a.spot = block.row(kSpot, 0);
    a.gross = block.row(kGross, 0);
    a.step_in = zeros_.get();
    a.default_month = a.customer_month = a.guarantor_month = never_.get();
    a.snapshots = &snapshot_;
    a.snapshot_count = 1;
    a.samples = samples_.get();
    a.month_sums = month_sums_.get();
    a.prices = prices_;
    a.bits.value = value_bits_.data();
    a.bits.failed = failed_bits_.data();
    pricing::value_contract(a);
    total.present_value += sum(pricing::kPresentValue);
    total.loss += sum(std::size_t{pricing::kFixedSamples} + pricing::kLoss);
    total.default_probability += sum(std::size_t{pricing::kFixedSamples} + pricing::kDefault);
  }

 private:
  double sum(std::size_t sample) {
    return pricing::row_sums(samples_.get() + sample * kBlockPaths, 0.0, kBlockPaths).sum;
  }

  std::vector<BlockRows> blocks_ = block_rows();
  std::vector<MonthTerms> terms_ = month_terms(j2_reference_loan());
  ContractPlan contract_ = contract_plan(j2_reference_loan());
  int snapshot_ = kJ2Months;
  AlignedDoubles never_{kBlockPaths};
  AlignedDoubles zeros_{kBlockPaths};  // nothing but the units is sold
  AlignedDoubles samples_{pricing::sample_count(1) * kBlockPaths};
  AlignedDoubles month_sums_{(kJ2Months + kJ2Lag + 1) * pricing::kMonthRows * kLanes};
  std::vector<std::uint64_t> value_bits_ = std::vector<std::uint64_t>(kJ2Months + 1);
  std::vector<std::uint64_t> failed_bits_ = value_bits_;
  bool prices_;
};

void report_j2(benchmark::State& state, const J2Totals& total) {
  const double n = double(kJ2Paths);
  state.counters["mean"] = total.present_value / n;
  state.counters["loss"] = total.loss / n;
  state.counters["default_probability"] = total.default_probability / n;
  state.counters["ns_per_item"] = benchmark::Counter(
      kJ2Items * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void run_j2(benchmark::State& state, bool prices, bool in_cache) {
  J2Work work(prices);
  J2Totals total;
  for (auto _ : state) {
    total = {};
    for (std::size_t b = 0; b < kBlocks; ++b) work.value(in_cache ? 0 : b, total);
    benchmark::DoNotOptimize(total);
  }
  report_j2(state, total);
}

// Every block's rows come from memory, as for the peers.
BENCHMARK_CAPTURE(run_j2, prices, true, false)->Name("J2/lien")->Unit(benchmark::kMillisecond);
// As in a book: many loans in turn on the rows of one block, which stay in the cache.
BENCHMARK_CAPTURE(run_j2, cached, true, true)
    ->Name("J2_in_cache/lien")
    ->Unit(benchmark::kMillisecond);
// The same on the real-world basis.
BENCHMARK_CAPTURE(run_j2, real_world, false, true)
    ->Name("J2_in_cache/lien_real_world")
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lien::benches
