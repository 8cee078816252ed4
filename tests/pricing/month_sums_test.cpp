#include "pricing/valuation/month_sums.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "engine/simulation/path_block.hpp"
#include "pricing/valuation/contract_kernel.hpp"
#include "pricing/valuation/month_flows.hpp"

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

TEST(MonthSums, PutDefaultsInTheirMonth) {
  std::mt19937 random(2);
  for (const std::size_t last : {std::size_t{1}, std::size_t{7}, std::size_t{40}}) {
    std::vector<double> month(kBlockPaths);
    for (double& m : month)
      m = random() % 3U == 0 ? kNever : static_cast<double>(1U + random() % 60U);
    std::vector<std::uint64_t> deaths(last + 1, 77);
    default_words(month.data(), last, deaths.data());
    for (std::size_t m = 0; m <= last; ++m)
      for (std::size_t p = 0; p < kBlockPaths; ++p)
        EXPECT_EQ((deaths[m] >> p) & 1U, month[p] == static_cast<double>(m) ? 1U : 0U);
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
// them, cured where a test passes after one that failed; only of paths that live.
TEST(MonthSums, CountTestsPathByPath) {
  std::mt19937_64 random(3);
  constexpr std::size_t last = 30, end = 41, stride = 3;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::uint64_t> breach(last + 1), living(last + 1);
    std::vector<char> tested(last + 1);
    std::uint64_t alive = ~std::uint64_t{0};
    for (std::size_t m = 1; m <= last; ++m) {
      breach[m] = round == 0 ? 0 : random() & random();
      // Every other round about one path a month, so that the first breach is one path's alone.
      if (round % 2 == 1) breach[m] &= random() & random() & random() & random();
      if (m % 5 == 0) alive &= random() | random() | random();
      living[m] = alive;
      tested[m] = random() % 3U == 0 ? 0 : 1;
    }
    std::vector<std::uint32_t> total((last + 1) * kTestCounts, 5), expected = total;
    std::vector<double> months((end + 1) * stride, 0.5), sums = months;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      bool in = false, ever = false;
      for (std::size_t m = 1; m <= end; ++m) {
        if (m <= last && tested[m] != 0) {
          const bool lives = ((living[m] >> p) & 1U) != 0, fails = ((breach[m] >> p) & 1U) != 0;
          expected[m * kTestCounts + kInBreach] += lives && fails ? 1U : 0U;
          expected[m * kTestCounts + kFirstBreach] += lives && fails && !ever ? 1U : 0U;
          expected[m * kTestCounts + kCured] += lives && !fails && in ? 1U : 0U;
          in = lives && fails;
          ever = ever || in;
          sums[m * stride] += in ? 1 : 0;
        }
        sums[m * stride + 1] += ever ? 1 : 0;
      }
    }
    count_test_months({breach.data(), living.data(), tested.data(), last},
                      {total.data(), months.data(), months.data() + 1, stride, end});
    EXPECT_EQ(total, expected) << round;
    EXPECT_EQ(months, sums) << round;
  }
}

}  // namespace
}  // namespace lien::pricing
