#include "pricing/valuation/contract_kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/pricing/plain_market.hpp"
#include "tests/pricing/random_book.hpp"
#include "tests/pricing/simulated_block.hpp"

namespace lien::pricing {
namespace {

using engine::kBlockPaths;
using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

// Agreement of two sums over a block, relative to the size of one path's contribution. In floats a
// path rounds to 2^-24 some sixty times, a month's sum is kept in them too, and near a limit of a
// test a path may fall on its other side.
struct Agreement {
  double tolerance;
  std::uint32_t paths;  // of a count
};
Agreement agreement(const SimulatedBlock& b) {
  return b.settings.single_precision ? Agreement{4e-6 * kBlockPaths, 1}
                                     : Agreement{1e-12 * kBlockPaths, 0};
}

// Sums over a block of what one contract yields.
struct PlainSums {
  std::vector<double> sum, square, size;  // [samples]
  std::vector<double> survival, recovery, variable;
  double product = 0;
  int cash_defaults = 0;
  double cash_imbalance = 0;
  std::vector<std::array<std::uint32_t, kTestCounts>> coverage, loan_to_value;

  void add(const PlainOutcome& o) {
    std::vector<double> x = {o.present_value, o.exposure, o.loss_at_default, o.peak_loan_to_value,
                             o.residual};
    for (const auto& s : o.snapshots)
      x.insert(x.end(), {s.loss, s.defaulted, s.sampled_loss, s.credit_loss});
    sum.resize(x.size());
    square.resize(x.size());
    size.resize(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      sum[i] += x[i];
      square[i] += x[i] * x[i];
      size[i] = std::max(size[i], std::abs(x[i]));
    }
    product += o.exposure * o.loss_at_default;
    cash_defaults += o.cash_defaults;
    cash_imbalance = std::max(cash_imbalance, o.cash_imbalance);
    add_row(survival, o.survival);
    add_row(recovery, o.recovery);
    add_row(variable, o.variable);
    add_test(coverage, o.coverage);
    add_test(loan_to_value, o.loan_to_value);
  }

 private:
  static void add_row(std::vector<double>& row, const std::vector<double>& more) {
    row.resize(more.size());
    for (std::size_t k = 0; k < more.size(); ++k) row[k] += more[k];
  }
  static void add_test(std::vector<std::array<std::uint32_t, kTestCounts>>& counts,
                       const PlainTest& test) {
    counts.resize(test.in_breach.size());
    for (std::size_t k = 0; k < counts.size(); ++k) {
      counts[k][kInBreach] += test.in_breach[k];
      counts[k][kFirstBreach] += test.first_breach[k];
      counts[k][kCured] += test.cured[k];
    }
  }
};

PlainSums plain_sums(const SimulatedBlock& b, const ContractPlan& contract, std::uint64_t number) {
  const PlainTerms terms{
      &b.market,
      b.settings.valuation_date,
      &b.grid,
      contract.effective_rate,
      b.plan.snapshots,
      b.settings.provisions ? b.settings.provisions->loss_given_default_floor : 0};
  const PlainMarket market(b.market, b.plan, b.rows, number * kBlockPaths);
  PlainSums sums;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    if (contract.kind == ContractKind::loan) {
      const Loan& loan = b.book.loans[contract.source];
      sums.add(plain_loan(terms, loan, market.path(p, loan, b.grid)));
    } else {
      const Lease& lease = b.book.leases[contract.source];
      sums.add(
          plain_lease(terms, lease,
                      market.path(p, lease.lessee, "", lease.residual_guarantor, lease.hardware)));
    }
  }
  return sums;
}

bool of_basis(std::size_t sample, bool real_world) {
  if (sample == kPresentValue) return !real_world;
  if (sample < kFixedSamples) return true;
  const std::size_t which = (sample - kFixedSamples) % kSnapshotSamples;
  return which == kLoss || which == kDefault || real_world;
}

bool is_money(std::size_t sample) {
  if (sample < kFixedSamples) return sample != kPeakLoanToValue;
  return (sample - kFixedSamples) % kSnapshotSamples != kDefault;
}

void expect_same_contract(const SimulatedBlock& b, std::size_t i, const PlainSums& plain) {
  const ContractPlan& contract = b.plan.contracts[i];
  const double tolerance = agreement(b).tolerance;
  const std::uint32_t paths = agreement(b).paths;
  for (std::size_t s = 0; s < b.layout.samples; ++s) {
    if (!of_basis(s, b.plan.real_world)) continue;
    // Small differences of large numbers carry the rounding of the large ones.
    const double size = std::max(plain.size[s], 1e-3 * (is_money(s) ? contract.scale : 1.0));
    const std::size_t pair = b.layout.contract(i, s);
    EXPECT_NEAR(b.sum(pair), plain.sum[s], tolerance * size) << "sample " << s;
    EXPECT_NEAR(b.square(pair), plain.square[s], 2 * tolerance * size * size) << "sample " << s;
  }
  const double product = std::max(plain.size[kExposure], contract.scale) *
                         std::max(plain.size[kLossAtDefault], 1e-3 * contract.scale);
  EXPECT_NEAR(b.sum(b.layout.contract(i, b.layout.samples)), plain.product,
              2 * tolerance * product);
  for (std::size_t m = 1; m < plain.survival.size(); ++m) {
    const auto month = [&](MonthSum which) { return b.sum(b.layout.contract_month(i, m, which)); };
    const bool term = m <= static_cast<std::size_t>(contract.months);
    if (term) {
      EXPECT_NEAR(month(kSurvival), plain.survival[m], tolerance) << m;
    }
    EXPECT_NEAR(month(kRecovery), plain.recovery[m], tolerance * contract.scale) << m;
    EXPECT_NEAR(month(kVariable), plain.variable[m], tolerance * contract.scale) << m;
    const auto expect_test = [&](std::uint32_t slot, const auto& counts) {
      if (slot == kNone || !term) return;
      for (std::size_t t = 0; t < kTestCounts; ++t)
        EXPECT_NEAR(b.test(slot, static_cast<int>(m), static_cast<TestCount>(t)), counts[m][t],
                    paths)
            << "month " << m << ", count " << t;
    };
    expect_test(contract.coverage_test, plain.coverage);
    expect_test(contract.value_test_slot, plain.loan_to_value);
  }
}

struct Seen {
  int contracts = 0, cash_defaults = 0, breaches = 0;
};

Seen expect_same_block(const SimulatedBlock& b, std::uint64_t number) {
  Seen seen;
  std::vector<double> portfolio(b.layout.samples, 0.0);
  double size = 0;
  for (std::size_t i = 0; i < b.plan.contracts.size(); ++i) {
    const ContractPlan& contract = b.plan.contracts[i];
    const bool loan = contract.kind == ContractKind::loan;
    SCOPED_TRACE(loan ? b.book.loans[contract.source].id : b.book.leases[contract.source].id);
    const PlainSums plain = plain_sums(b, contract, number);
    expect_same_contract(b, i, plain);
    // What comes into the account leaves it or stays.
    EXPECT_LE(plain.cash_imbalance, 1e-12 * contract.scale);
    ++seen.contracts;
    seen.cash_defaults += plain.cash_defaults;
    for (const auto& counts : plain.coverage) seen.breaches += static_cast<int>(counts[kInBreach]);
    for (std::size_t s = 0; s < b.layout.samples; ++s) {
      const bool share = s >= kFixedSamples && (s - kFixedSamples) % kSnapshotSamples == kDefault;
      portfolio[s] += plain.sum[s] * contract.held * (share ? contract.outstanding : 1);
    }
    size += contract.scale;
  }
  for (std::size_t s = 0; s < b.layout.samples; ++s)
    if (s != kPeakLoanToValue && of_basis(s, b.plan.real_world)) {
      EXPECT_NEAR(b.sum(b.layout.group(b.layout.portfolio(), s)), portfolio[s],
                  agreement(b).tolerance * size)
          << "portfolio, sample " << s;
    }
  return seen;
}

void expect_plain_months(bool single_precision) {
  constexpr int kBooks = 8, kLoans = 30, kLeases = 12;
  std::mt19937_64 draw(1);
  Seen seen;
  for (int n = 0; n < kBooks; ++n) {
    SCOPED_TRACE("book " + std::to_string(n));
    const Date valuation_date = n % 2 == 0 ? Date(year(2026) / month(9) / day(30))
                                           : Date(year(2026) / month(3) / day(n + 9U));
    Market market = random_market(draw);
    Book book;
    for (int i = 0; i < kLoans; ++i) book.loans.push_back(random_loan(draw, valuation_date, i));
    for (int i = 0; i < kLeases; ++i) book.leases.push_back(random_lease(draw, valuation_date, i));
    RunSettings settings = settings_of(valuation_date);
    settings.seed = static_cast<std::uint64_t>(n);
    settings.single_precision = single_precision;
    settings.sample_values = n == 3;
    if (n == 4) settings.horizon_months = 17;  // most contracts end later
    if (n == 5) market.parties[0].forced_default_month = 9;
    if (n == 4 || n == 7) settings.provisions = Provisions{3, 30, 0.5};
    if (n == 6) market.rates.hull_white.reset();
    const auto basis = n % 3 == 1 ? MeasureBasis::real_world : MeasureBasis::risk_neutral;
    const SimulatedBlock block(market, book, settings, basis, static_cast<std::uint64_t>(n));
    const Seen here = expect_same_block(block, static_cast<std::uint64_t>(n));
    seen.contracts += here.contracts;
    seen.cash_defaults += here.cash_defaults;
    seen.breaches += here.breaches;
    if (testing::Test::HasFailure()) break;
  }
  // The books reach what they are to reach.
  EXPECT_EQ(seen.contracts, kBooks * (kLoans + kLeases));
  EXPECT_GT(seen.cash_defaults, 500);
  EXPECT_GT(seen.breaches, 1000);
}

TEST(ContractKernel, IsThePlainMonthOnRandomBooks) { expect_plain_months(false); }
TEST(ContractKernel, IsThePlainMonthInFloatsToTheirRounding) { expect_plain_months(true); }

}  // namespace
}  // namespace lien::pricing
