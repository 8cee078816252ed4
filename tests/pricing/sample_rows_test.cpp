#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include "engine/simulation/path_block.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/resale_rows.hpp"
#include "pricing/valuation/row_sums.hpp"

// What a contract adds to the sums of a run and to a sale on one block, against plain loops.
namespace lien::pricing {
namespace {

using engine::kBlockPaths;
using engine::kLanes;

double number(std::mt19937& random) {
  return std::ldexp(static_cast<double>(random()) / 4294967296.0 - 0.3,
                    static_cast<int>(random() % 4U));
}

engine::AlignedDoubles numbers(std::mt19937& random, std::size_t rows) {
  engine::AlignedDoubles out(rows * kBlockPaths);
  for (std::size_t i = 0; i < out.size(); ++i) out.get()[i] = number(random);
  return out;
}

// Eight lanes, then the fixed tree.
double folded(const double (&lanes)[kLanes]) {
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

TEST(SampleRows, AddSumsAndTotalsAsPlainLoops) {
  std::mt19937 random(11);
  constexpr std::size_t kRows = 5;
  const engine::AlignedDoubles rows = numbers(random, kRows);
  engine::AlignedDoubles totals = numbers(random, kRows);
  std::vector<double> total(totals.get(), totals.get() + totals.size());
  std::vector<double> sums(2 * kRows + 1, 0.75), expected = sums;
  std::vector<SampleRow> samples;
  for (std::size_t s = 0; s < kRows; ++s) {
    const double reference = number(random), weight = number(random);
    const double* const row = rows.get() + s * kBlockPaths;
    const bool has_total = s != 2;
    samples.push_back({row, reference, sums.data() + 2 * s, weight,
                       has_total ? totals.get() + s * kBlockPaths : nullptr});
    double sum[kLanes] = {}, square[kLanes] = {};
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const double x = row[p] - reference;
      sum[p % kLanes] += x;
      square[p % kLanes] = std::fma(x, x, square[p % kLanes]);
      double& to = total[s * kBlockPaths + p];
      if (has_total) to = std::fma(weight, row[p], to);
    }
    expected[2 * s] += folded(sum);
    expected[2 * s + 1] += folded(square);
  }
  add_sample_rows(samples.data(), samples.size(), kBlockPaths);
  EXPECT_EQ(sums, expected);
  EXPECT_EQ(std::vector<double>(totals.get(), totals.get() + totals.size()), total);
  add_sample_rows(samples.data(), 0, kBlockPaths);
  EXPECT_EQ(sums, expected);
}

// Hours under contract: worth what they bring less what they cost, of the units that are left.
TEST(SampleRows, WeighHoursUnderContractByMonth) {
  const std::vector<double> revenue{9, 5, 4, 0.5}, cost{9, 3, 2, 2}, remaining{1, 0.75, 0.5, 0.25};
  StepInHours hours{2, 8, revenue.data(), cost.data(), remaining.data(), 0.25, 0.75, 1, 3};
  const auto is = [&](std::size_t k, double worth, double near, double far) {
    const StepInMonth month = step_in_month(hours, k);
    EXPECT_EQ(month.worth, worth);
    EXPECT_EQ(month.near, near);
    EXPECT_EQ(month.far, far);
  };
  is(1, 6 * (2 * 5 - 3), 6 * 0.25, 6 * 0.75);
  is(2, 4 * (2 * 4 - 2), 4 * 0.25, 4 * 0.75);
  is(3, 0, 0, 0);  // costs more than it brings: worth nothing, and its own use too
  hours.remaining = nullptr;
  is(1, 8 * (2 * 5 - 3), 8 * 0.25, 8 * 0.75);
  hours.cost = nullptr;
  is(3, 8 * 2 * 0.5, 8 * 0.25, 8 * 0.75);
}

// A living customer's contract adds what its own use leaves of it, never less than nothing; in
// months in which it is worth nothing only the cost of a sale stands.
TEST(SampleRows, AddASharedContractToASalePathByPath) {
  std::mt19937 random(12);
  constexpr std::size_t kFirst = 4, kLast = 30;
  const auto share = [&] { return static_cast<double>(random()) / 4294967296.0; };
  engine::AlignedDoubles near(2 * (kLast + 1) * kBlockPaths), customer(kBlockPaths);
  for (std::size_t i = 0; i < near.size(); ++i) near.get()[i] = share();
  const double* const far = near.get() + (kLast + 1) * kBlockPaths;
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    customer.get()[p] = static_cast<double>(1U + random() % (2 * kLast));
  std::vector<double> revenue(kLast + 1), cost(kLast + 1);
  for (std::size_t k = 0; k <= kLast; ++k) {
    revenue[k] = share();
    cost[k] = 2 * share();
  }
  const StepInHours hours{3, 50, revenue.data(), cost.data(), nullptr, 0.4, 0.6, kFirst, kLast};
  std::size_t empty = 0;
  for (std::size_t k = kFirst; k <= kLast; ++k) empty += step_in_month(hours, k).worth > 0 ? 0 : 1;
  ASSERT_GT(empty, 0U);
  ASSERT_LT(empty, kLast - kFirst);
  for (const double deduction : {0.0, 5.0}) {
    engine::AlignedDoubles added((kLast + 2) * kBlockPaths);
    std::fill_n(added.get(), added.size(), -77.0);
    shared_step_in_rows({hours, near.get(), far, customer.get(), deduction}, added.get(),
                        kBlockPaths);
    for (std::size_t k = 0; k <= kLast + 1; ++k)
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        const std::size_t at = k * kBlockPaths + p;
        if (k < kFirst || k > kLast) {  // no other row is written
          ASSERT_EQ(added.get()[at], -77.0) << k;
          continue;
        }
        const StepInMonth now = step_in_month(hours, k);
        const double left = std::fma(-now.near, near.get()[at], now.worth);
        const double above = std::max(0.0, std::fma(-now.far, far[at], left));
        const bool lives = customer.get()[p] > static_cast<double>(k);
        ASSERT_EQ(added.get()[at], (lives ? above : 0.0) - deduction) << k << " " << p;
      }
  }
}

TEST(SampleRows, PutNumbersIntoBins) {
  engine::AlignedDoubles row(kBlockPaths);
  for (std::size_t p = 0; p < kBlockPaths; ++p) row.get()[p] = 0.37 * static_cast<double>(p) - 3;
  std::vector<std::int32_t> bins(kBlockPaths + 1, 77);
  bin_row(row.get(), -1.0, 2.5, 40, bins.data(), kBlockPaths);
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const double bin = std::floor((row.get()[p] + 1.0) * 2.5);
    EXPECT_EQ(bins[p], static_cast<std::int32_t>(std::min(std::max(bin, 0.0), 40.0))) << p;
  }
  EXPECT_EQ(bins[0], 0);
  EXPECT_EQ(bins[kBlockPaths - 1], 40);
  EXPECT_EQ(bins[kBlockPaths], 77);
}

}  // namespace
}  // namespace lien::pricing
