#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "benches/jobs/j2_loan.hpp"
#include "engine/simulation/path_block.hpp"
#include "pricing/valuation/contract_kernel.hpp"

// J2 in our hands: value_contract on the reference loan and rows of j2_loan.hpp.
//
// What is timed: for every block of 64 paths the kernel, month sums from zero, and the sums over
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
namespace lien::benches {

inline constexpr std::size_t kJ2Blocks = kJ2Paths / engine::kBlockPaths;
static_assert(kJ2Blocks * engine::kBlockPaths == kJ2Paths);

// Floating-point operations of a loan-month-path, as kJ1Operations: additions, multiplications,
// multiply-adds, minima, maxima, comparisons; selections and loads are not here.
inline constexpr double kJ2Operations = 42.5;

// What is given, the same for any number of threads.
struct J2Inputs {
  // The first so many blocks, the same for any number: a kernel that is counted needs one, and
  // laying out the others would take the counting most of its time.
  explicit J2Inputs(std::size_t block_count = kJ2Blocks);

  J2Rows rows;                                 // as the peers read them
  std::vector<engine::AlignedDoubles> blocks;  // the same as our kernel reads them
  std::vector<pricing::MonthTerms> terms;
  pricing::ContractPlan contract;
};

// All that the kernel writes: one a thread.
class J2Work {
 public:
  // prices: the risk-neutral basis; else the real-world one, which books no value but two losses.
  // `inputs` must outlive the work.
  J2Work(const J2Inputs& inputs, bool prices);

  // Values the loan on block b and adds its three sums.
  void value(std::size_t b, J2Totals& total);
  // What the kernel is given for block b: it writes into this work.
  [[nodiscard]] pricing::ContractArguments arguments(std::size_t b);

 private:
  [[nodiscard]] double sum(std::size_t sample) const;

  const J2Inputs& inputs_;
  int snapshot_ = kJ2Months;
  engine::AlignedDoubles never_{engine::kBlockPaths};
  engine::AlignedDoubles no_step_in_{engine::kBlockPaths};  // nothing but the units is sold
  engine::AlignedDoubles samples_{pricing::sample_count(1) * engine::kBlockPaths};
  engine::AlignedDoubles month_sums_{(kJ2Months + kJ2Lag + 1) * pricing::kMonthRows *
                                     engine::kLanes};
  std::vector<std::uint64_t> value_bits_ = std::vector<std::uint64_t>(kJ2Months + 1);
  std::vector<std::uint64_t> failed_bits_ = value_bits_;
  bool prices_;
};

}  // namespace lien::benches
