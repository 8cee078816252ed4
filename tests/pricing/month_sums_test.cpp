#include "pricing/valuation/month_sums.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "engine/simulation/path_block.hpp"
#include "pricing/valuation/contract_kernel.hpp"
#include "pricing/valuation/month_flows.hpp"
#include "pricing/valuation/test_months.hpp"

// What is summed and counted by month on one block, against plain loops.
namespace lien::pricing {
namespace {

using engine::kBlockPaths;
using engine::kLanes;

// Numbers of all sizes, so that another order of additions has other bits.
double uneven(std::mt19937& random) {
  return std::ldexp(1.0 + static_cast<double>(random()) / 4294967296.0,
                    static_cast<int>(random() % 60U));
}

TEST(MonthSums, FoldLanesInTheFixedTree) {
  std::mt19937 random(1);
  for (const std::size_t stride : {kLanes, kMonthRows * kLanes})
    for (std::size_t last = 0; last <= 13; ++last) {
      engine::AlignedDoubles lanes((last + 1) * stride);
      for (std::size_t i = 0; i < lanes.size(); ++i) lanes.get()[i] = uneven(random);
      std::vector<double> sums(last + 2, -1.0);
      fold_months(lanes.get(), stride, last, sums.data());
      EXPECT_EQ(sums[0], -1.0);  // from month 1 on, and no further than the last
      EXPECT_EQ(sums[last + 1], -1.0);
      for (std::size_t m = 1; m <= last; ++m) {
        const double* const l = lanes.get() + m * stride;
        EXPECT_EQ(sums[m], ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7])))
            << last << " " << m;
      }
    }
}

TEST(MonthSums, SayWhoLivesAfterAMonth) {
  std::mt19937 random(2);
  for (const std::size_t last : {std::size_t{1}, std::size_t{7}, std::size_t{40}}) {
    std::vector<double> month(kBlockPaths);
    for (double& m : month) m = random() % 3U == 0 ? kNever : static_cast<double>(random() % 60U);
    std::vector<std::uint64_t> living(last + 2, 77);
    living_words(month.data(), last, living.data());
    for (std::size_t m = 0; m <= last; ++m)
      for (std::size_t p = 0; p < kBlockPaths; ++p)
        EXPECT_EQ((living[m] >> p) & 1U, month[p] > static_cast<double>(m) ? 1U : 0U);
    EXPECT_EQ(living[last + 1], 77U);
  }
}

TEST(MonthSums, AddALoansFlowsToItsGroup) {
  std::mt19937 random(4);
  for (std::size_t last = 0; last <= 19; ++last) {
    const auto numbers = [&] {
      std::vector<double> row(last + 3);
      for (double& x : row) x = uneven(random);
      return row;
    };
    const std::vector<double> survival = numbers(), variable = numbers(), interest = numbers(),
                              principal = numbers(), fee = numbers(), rent = numbers();
    std::vector<double> floats(last + 3);
    for (double& x : floats) x = random() % 2U == 0 ? 0.0 : 1.0;
    std::vector<double> group[5] = {numbers(), numbers(), numbers(), numbers(), numbers()};
    std::vector<double> plain[5] = {group[0], group[1], group[2], group[3], group[4]};
    const double held = 0.3;
    for (std::size_t m = 1; m <= last; ++m) {
      plain[0][m] += held * (floats[m] > 0 ? variable[m] : survival[m] * interest[m]);
      plain[1][m] += held * (survival[m] * principal[m]);
      plain[2][m] += held * survival[m] * fee[m];
      plain[3][m] += held * survival[m] * rent[m];
      plain[4][m] += held * (variable[m] + fee[m]);
    }
    add_loan_flows({held, survival.data(), variable.data(), interest.data(), principal.data(),
                    fee.data(), rent.data(), floats.data()},
                   last, {group[0].data(), group[1].data(), group[2].data(), group[3].data()});
    add_both(held, variable.data(), fee.data(), last, group[4].data());
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(group[i], plain[i]) << last << " " << i;
    // A loan without rent, and one whose interest never floats besides.
    for (const bool may_float : {true, false}) {
      for (std::size_t m = 1; m <= last; ++m) {
        const bool now = may_float && floats[m] > 0;
        plain[0][m] += held * (now ? variable[m] : survival[m] * interest[m]);
        plain[1][m] += held * (survival[m] * principal[m]);
        plain[2][m] += held * survival[m] * fee[m];
      }
      add_loan_flows({held, survival.data(), variable.data(), interest.data(), principal.data(),
                      fee.data(), nullptr, may_float ? floats.data() : nullptr},
                     last, {group[0].data(), group[1].data(), group[2].data(), group[3].data()});
      for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(group[i], plain[i]) << last << " " << i;
    }
  }
}

// Path by path: in breach while the test fails in a tested month, first breach at the first of
// them, cured where a test passes after one that failed; only of paths that live: whose party does
// and whose account has not failed, in this month or before.
TEST(MonthSums, CountTestsPathByPath) {
  std::mt19937_64 random(3);
  constexpr std::size_t last = 130;  // three words of months
  for (int round = 0; round < 20; ++round) {
    const bool has_failed = round % 3 > 0;
    std::vector<std::uint64_t> breach(last + 1), living(last + 1), failed(last + 1);
    std::vector<std::uint64_t> tested(last / 64 + 1);
    std::uint64_t alive = ~std::uint64_t{0};
    for (std::size_t m = 1; m <= last; ++m) {
      breach[m] = round == 0 ? 0 : random() & random();
      // Every other round about one path a month, so that the first breach is one path's alone.
      if (round % 2 == 1) breach[m] &= random() & random() & random() & random();
      if (m % 5 == 0) alive &= random() | random() | random() | random() | random();
      living[m] = alive;
      failed[m] = random() & random() & random() & random() & random() & random();
      if (random() % 3U > 0) tested[m / 64] |= std::uint64_t{1} << (m % 64);
    }
    tested[last / 64] |= std::uint64_t{1} << (last % 64 + 1);  // beyond what counts
    std::vector<std::uint32_t> total((last + 2) * kTestCounts, 5), expected = total;
    std::vector<double> in_breach(last + 2, 0.5), first_breach(last + 2, 0.25);
    std::vector<double> ins = in_breach, firsts = first_breach;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const auto has = [p](std::uint64_t word) { return ((word >> p) & 1U) != 0; };
      bool in = false, ever = false, gone = false;
      for (std::size_t m = 1; m <= last; ++m) {
        gone = gone || (has_failed && has(failed[m]));
        if (((tested[m / 64] >> (m % 64)) & 1U) != 0) {
          const bool lives = has(living[m]) && !gone, fails = has(breach[m]);
          expected[m * kTestCounts + kInBreach] += lives && fails ? 1U : 0U;
          expected[m * kTestCounts + kFirstBreach] += lives && fails && !ever ? 1U : 0U;
          expected[m * kTestCounts + kCured] += lives && !fails && in ? 1U : 0U;
          in = lives && fails;
          ins[m] += in ? 1 : 0;
          firsts[m] += in && !ever ? 1 : 0;
          ever = ever || in;
        }
      }
    }
    count_test_months(
        {breach.data(), living.data(), has_failed ? failed.data() : nullptr, tested.data(), last},
        {total.data(), in_breach.data(), first_breach.data()});
    EXPECT_EQ(total, expected) << round;
    EXPECT_EQ(in_breach, ins) << round;
    EXPECT_EQ(first_breach, firsts) << round;
  }
}

// What a plan says of tests, month by month; a test beyond the contract's last month is none.
TEST(MonthSums, KnowTheMonthsOfTests) {
  Plan plan;
  plan.steps = 70;
  plan.tests = 3;
  plan.terms.resize(2 * 71);
  plan.contracts.resize(2);
  plan.contracts[0].months = 66;
  plan.contracts[0].coverage_test = 0;
  plan.contracts[1].months = 70;
  plan.contracts[1].first_month = 71;
  plan.contracts[1].value_test_slot = 2;
  plan.terms[3].test_service = plan.terms[64].test_service = plan.terms[67].test_service = 1e-300;
  plan.terms[5].tested_balance = 1;  // no slot asks
  plan.terms[71 + 70].tested_balance = 9;
  plan.vehicles.resize(1);
  plan.vehicles[0].months = 10;
  plan.vehicles[0].covenants.resize(1);
  plan.vehicles[0].covenants[0].slot = 1;
  plan.vehicles[0].covenants[0].tested = {1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1};
  const TestMonths months(plan);
  const auto of = [&](std::uint32_t slot) {
    std::vector<int> all;
    for (int m = 0; m < 128; ++m)
      if (((months.of(slot)[m / 64] >> (m % 64)) & 1U) != 0) all.push_back(m);
    return all;
  };
  EXPECT_EQ(of(0), (std::vector<int>{3, 64}));
  EXPECT_EQ(of(1), (std::vector<int>{3, 10}));
  EXPECT_EQ(of(2), (std::vector<int>{70}));
}

}  // namespace
}  // namespace lien::pricing
