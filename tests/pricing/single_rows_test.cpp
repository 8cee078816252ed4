#include "pricing/valuation/single_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "engine/memory/large_array.hpp"
#include "engine/simulation/path_block.hpp"
#include "pricing/plan/contract_columns.hpp"
#include "pricing/valuation/contract_kernel.hpp"

// Between double and single precision, against plain loops: equal to the bit.
namespace lien::pricing {
namespace {

using engine::kBlockPaths;
using Floats = engine::LargeVector<float>;

// Numbers of all sizes and both signs.
double uneven(std::mt19937& random) {
  const double size = std::ldexp(1.0 + static_cast<double>(random()) / 4294967296.0,
                                 static_cast<int>(random() % 60U) - 30);
  return random() % 2U == 0 ? size : -size;
}

TEST(SingleRows, RoundToTheNearestAndBack) {
  std::mt19937 random(1);
  engine::AlignedDoubles row(kBlockPaths), back(kBlockPaths);
  for (std::size_t i = 0; i < kBlockPaths; ++i) row.get()[i] = uneven(random);
  row.get()[3] = 1.0 + std::ldexp(1.0, -24);      // a tie, to the even one below
  row.get()[4] = 1.0 + 3 * std::ldexp(1.0, -24);  // and above
  Floats out(kBlockPaths);
  demote_row(row.get(), out.data(), kBlockPaths);
  promote_row(out.data(), back.get(), kBlockPaths);
  for (std::size_t i = 0; i < kBlockPaths; ++i) {
    EXPECT_EQ(out[i], static_cast<float>(row.get()[i]));
    EXPECT_EQ(back.get()[i], static_cast<double>(out[i]));
  }
  EXPECT_EQ(out[3], 1.0F);
  EXPECT_EQ(out[4], 1.0F + std::ldexp(1.0F, -22));
}

TEST(SingleRows, RoundHowFarANumberIsFromOneOnce) {
  engine::AlignedDoubles row(kBlockPaths);
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    row.get()[p] = 1 + std::ldexp(1.3, -static_cast<int>(p) / 2) * (p % 2 == 0 ? 1 : -1);
  Floats out(kBlockPaths);
  demote_less_one(row.get(), out.data(), kBlockPaths);
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    EXPECT_EQ(out[p], static_cast<float>(row.get()[p] - 1)) << p;
}

TEST(SingleRows, RoundWhatSurvivalFallsByOnce) {
  constexpr std::size_t kLast = 5;
  engine::AlignedDoubles rows((kLast + 1) * kBlockPaths);
  for (std::size_t k = 0; k <= kLast; ++k)
    for (std::size_t p = 0; p < kBlockPaths; ++p)
      rows.get()[k * kBlockPaths + p] = std::exp(-1e-6 * static_cast<double>(k * (p + 1)));
  Floats falls(rows.size(), -1.0F);
  demote_falls(rows.get(), kLast, falls.data());
  EXPECT_EQ(falls[0], -1.0F);  // from month 1 on
  for (std::size_t i = kBlockPaths; i < falls.size(); ++i)
    EXPECT_EQ(falls[i], static_cast<float>(rows.get()[i - kBlockPaths] - rows.get()[i]));
}

TEST(SingleRows, FoldLanesInTheFixedTree) {
  std::mt19937 random(2);
  constexpr std::size_t kLanes = kRealLanes<float>;
  for (const std::size_t stride : {kLanes, kMonthRows * kLanes})
    for (std::size_t last = 0; last <= 27; ++last) {
      Floats lanes((last + 1) * stride);
      for (float& x : lanes) x = static_cast<float>(uneven(random));
      std::vector<double> sums(last + 2, -1.0);
      fold_single_months(lanes.data(), stride, last, sums.data());
      EXPECT_EQ(sums[0], -1.0);  // from month 1 on, and no further than the last
      EXPECT_EQ(sums[last + 1], -1.0);
      for (std::size_t m = 1; m <= last; ++m) {
        const float* const at = lanes.data() + m * stride;
        float quarter[4];
        for (std::size_t i = 0; i < 4; ++i)
          quarter[i] = (at[i] + at[i + 8]) + (at[i + 4] + at[i + 12]);
        EXPECT_EQ(sums[m], (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]))
            << last << " " << m;
      }
    }
}

TEST(SingleRows, SayOfDefaultsWhatSurvivalLacks) {
  engine::AlignedDoubles survival(kBlockPaths), out(kBlockPaths);
  Floats defaults(kBlockPaths);
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    survival.get()[p] = 1 - std::ldexp(1.1, -static_cast<int>(p));
    defaults[p] = p % 3 == 0 ? 1.0F : static_cast<float>(1 - survival.get()[p]);
  }
  promote_defaults(defaults.data(), survival.get(), out.get(), kBlockPaths);
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    EXPECT_EQ(out.get()[p], p % 3 == 0 ? 1.0 : 1 - survival.get()[p]) << p;
}

TEST(SingleRows, AddACustomersContractToASale) {
  std::mt19937 random(3);
  const auto between = [&random](double low, double high) {
    return low + (high - low) * static_cast<double>(random()) / 4294967296.0;
  };
  constexpr std::size_t kFirst = 2, kMonths = 9;
  std::vector<double> revenue(kMonths + 1), cost(kMonths + 1, 0.5);
  Floats near((kMonths + 2) * kBlockPaths), far(near.size()), added(near.size(), -1.0F);
  Floats customer(kBlockPaths);
  for (double& worth : revenue) worth = between(1, 9);
  revenue[4] = 0.1;  // worth nothing: no row is read
  for (std::size_t i = 0; i < near.size(); ++i) {
    near[i] = static_cast<float>(between(0, 3));
    far[i] = static_cast<float>(between(0, 3));
  }
  for (float& month : customer) month = static_cast<float>(random() % 12U);
  const StepInHours hours{1.1, 0.9, revenue.data(), cost.data(), nullptr,
                          1.2, 1.7, kFirst,         kMonths};
  single_step_in_rows({hours, near.data(), far.data(), customer.data(), 0.5}, added.data());
  int worthless = 0, gone = 0;
  for (std::size_t k = kFirst; k <= kMonths; ++k)
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const std::size_t at = k * kBlockPaths + p;
      const StepInMonth now = step_in_month(hours, k);
      const float left =
          std::fma(-static_cast<float>(now.near), near[at], static_cast<float>(now.worth));
      const float above = std::max(0.0F, std::fma(-static_cast<float>(now.far), far[at], left));
      const bool lives = customer[p] > static_cast<float>(k);
      worthless += above == 0 ? 1 : 0;
      gone += lives ? 0 : 1;
      EXPECT_EQ(added[at], (lives ? above : 0.0F) - 0.5F) << k << " " << p;
    }
  EXPECT_GT(worthless, 20);
  EXPECT_GT(gone, 20);
  for (std::size_t p = 0; p < kBlockPaths; ++p) {  // no other row is written
    EXPECT_EQ(added[(kFirst - 1) * kBlockPaths + p], -1.0F);
    EXPECT_EQ(added[(kMonths + 1) * kBlockPaths + p], -1.0F);
  }
}

// A flag must not vanish: a tiny positive number says that a month has a test.
TEST(SingleRows, KeepWhatIsPositivePositive) {
  MonthTerms month;
  month.test_service = 1e-300;
  month.tested_balance = 0;
  month.opening = 123456789.0;
  month.fixing = 77;
  month.gross_ratio = 1 + 1e-9;
  month.eir_discount = 0.9;
  month.eir_discount_sale = 0.9 - 1e-9;
  const SingleTerms single = single_terms(month);
  EXPECT_GT(single.test_service, 0.0F);
  EXPECT_LT(single.test_service, 1e-37F);
  EXPECT_EQ(single.tested_balance, 0.0F);
  EXPECT_EQ(single.opening, 123456792.0F);
  EXPECT_EQ(single.fixing, 77);
  EXPECT_EQ(single.reserve_cap, 1e30F);
  EXPECT_FLOAT_EQ(single.gross_ratio, 1e-9F);  // differences, where floats near one would be rough
  EXPECT_FLOAT_EQ(single.eir_discount_sale, 1e-9F);
}

}  // namespace
}  // namespace lien::pricing
