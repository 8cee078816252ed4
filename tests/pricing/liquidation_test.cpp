#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/liquidation_cases.hpp"

// What a forced sale brings: lag, costs, haircut; step_in_test.cpp has what contracts add.
namespace lien::pricing {
namespace {

using namespace liquidation;

TEST(Liquidation, TakesEachOfItsCostsAlone) {
  struct Case {
    Liquidation terms;
    std::optional<double> haircut, lag;  // the loan's own
    double expect_haircut, fixed, holding;
    int expect_lag;
  };
  const Case cases[] = {
      {Liquidation{}, {}, {}, 0, 0, 0, 0},
      {Liquidation{0.3}, {}, {}, 0.3, 0, 0, 0},
      {Liquidation{0.3}, 0.45, {}, 0.45, 0, 0, 0},
      {Liquidation{0, 2.5e6}, {}, {}, 0, 2.5e6, 0, 0},
      {Liquidation{0, 0, 150, 5}, {}, {}, 0, 0, 150, 5},
      {Liquidation{0, 0, 150, 5}, {}, 9.5, 0, 0, 150, 10},
      {Liquidation{0, 0, 150, 5}, {}, 0.0, 0, 0, 150, 0},
      {Liquidation{0.1, 1e6, 80, 6.4}, 0.2, {}, 0.2, 1e6, 80, 6},
      {Liquidation{0, 1e12}, {}, {}, 0, 1e12, 0, 0},  // never below nothing
  };
  for (const Case& c : cases) {
    Market market = certain_market();
    market.liquidation = c.terms;
    Book book;
    book.loans = {loan_on("loan", "borrower")};
    book.loans[0].liquidation_haircut = c.haircut;
    book.loans[0].liquidation_lag_months = c.lag;
    const BasisRun run = value(market, book, MeasureBasis::real_world, 64);
    const double expected = expected_loss(run, [&](int k, double claim) {
      const int lag = c.expect_lag;
      const double proceeds =
          1000 * (1 - c.expect_haircut) * price_of(k + lag) - c.fixed - c.holding * 1000 * lag;
      return settled(claim, proceeds) * std::exp(-kRate * lag / 12.0);
    });
    EXPECT_NEAR(run.mean(loss_pair(run, 0)).value, expected, 1e-10 * expected);
  }
}

// The default of a borrower in default is simulated in month 1 and lies in the past: of a lag of
// six months one has passed, and units are held from today to the sale in month 5.
TEST(Liquidation, HoldsUnitsForTheMonthsLeftOfADefaultPast) {
  Market market = certain_market();
  market.liquidation = Liquidation{0, 1e4, 150, 6};
  for (Party& party : market.parties)
    if (party.id == "borrower") party.default_date = kSampleDate - std::chrono::days(40);
  Book book;
  book.loans = {loan_on("loan", "borrower")};
  const CompiledMarket compiled(market, MeasureBasis::real_world, 24, book);
  const ContractPlan& loan = compiled.plan.contracts[0];
  EXPECT_EQ(1 + loan.lag, 5);
  EXPECT_EQ(loan.deduction, 1e4 + 150 * book.loans[0].units * 5);
}

TEST(DrawnLag, HasTheRoundedLognormalLaw) {
  for (const auto& [mean, stdev] : {std::pair{6.0, 3.0}, {0.4, 0.5}, {20.0, 2.0}}) {
    const auto cumulative = lag_distribution(mean, stdev);
    const double variance = std::log(1 + stdev * stdev / (mean * mean));
    const double log_mean = std::log(mean) - variance / 2;
    const auto below = [&](double months) {
      return 0.5 * std::erfc(-(std::log(months) - log_mean) / std::sqrt(2 * variance));
    };
    ASSERT_GE(cumulative.size(), 2U);
    for (std::size_t j = 0; j + 1 < cumulative.size(); ++j)
      EXPECT_NEAR(cumulative[j], below(static_cast<double>(j) + 0.5), 1e-14);
    EXPECT_EQ(cumulative.back(), 1.0);
    // Nothing is cut but what would last longer, at most kLagCut, and that is sold at the last.
    const double last = static_cast<double>(cumulative.size()) - 1;
    EXPECT_LE(1 - below(last + 0.5), kLagCut);
    EXPECT_GT(1 - below(last - 0.5), kLagCut);
    EXPECT_EQ(longest_lag(mean, stdev), static_cast<int>(last));
  }
  EXPECT_EQ(longest_lag(5.5, 0), 6);
  EXPECT_EQ(longest_lag(0, 3), 0);
}

// Expectation over the lag's law, with nothing else random: by quadrature of the law itself.
TEST(DrawnLag, GivesTheMeanOverItsLaw) {
  Market market = certain_market();
  market.liquidation = Liquidation{0.1, 1e5, 60, 6, 4};
  Book book;
  book.loans = {loan_on("loan", "borrower")};
  const BasisRun run = value(market, book, MeasureBasis::real_world, 1 << 14);
  const auto cumulative = lag_distribution(6, 4);
  const double expected = expected_loss(run, [&](int k, double claim) {
    double mean = 0, before = 0;
    for (std::size_t j = 0; j < cumulative.size(); ++j) {
      const int lag = static_cast<int>(j);
      const double proceeds = 900 * price_of(k + lag) - 1e5 - 60.0 * 1000 * lag;
      mean += (cumulative[j] - before) * settled(claim, proceeds) * std::exp(-kRate * lag / 12.0);
      before = cumulative[j];
    }
    return mean;
  });
  const auto loss = run.mean(loss_pair(run, 0));
  EXPECT_NEAR(loss.value, expected, 4 * loss.standard_error);
  EXPECT_LT(loss.standard_error, 0.01 * expected);
  EXPECT_GT(loss.standard_error, 0.0005 * expected);
}

// Path by path a drawn lag is a fixed lag: the block's sums are those of fixed runs, each counted
// as often as its lag was drawn. Every sample, both bases, and what is received by month.
TEST(DrawnLag, IsAFixedLagOnEachPath) {
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    Market market = certain_market();
    market.liquidation = Liquidation{0.1, 1e5, 60, 3, 2};
    Book book;
    book.loans = {loan_on("loan", "borrower")};
    book.leases.emplace_back();
    Lease& lease = book.leases[0];
    lease.id = "lease";
    lease.lessee = "customer";
    lease.hardware = "multiple";
    lease.units = 500;
    lease.start = kSampleDate;
    lease.end = add_months(kSampleDate, 24, true);
    lease.rent = 500 * 900;
    const std::uint64_t number = 5;
    const SimulatedBlock drawn(market, book, settings_of(kSampleDate), basis, number);
    for (std::size_t i = 0; i < 2; ++i) {
      const ContractPlan& contract = drawn.plan.contracts[i];
      const auto& cumulative = drawn.plan.lag_laws[contract.lag_law].cumulative;
      std::vector<int> lag_of(kBlockPaths);
      std::map<int, int> counts;
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        const double u =
            engine::uniform_and_normal_at(contract.lag_key, number * kBlockPaths + p, 0).uniform;
        int lag = 0;
        while (cumulative[static_cast<std::size_t>(lag)] < u) ++lag;
        ++counts[lag_of[p] = lag];
      }
      ASSERT_GT(counts.size(), 4U);
      std::vector<double> expected(drawn.layout.samples, 0.0), received(80, 0.0);
      for (const auto& [lag, count] : counts) {
        Market fixed = market;
        fixed.liquidation->lag_months = lag;
        fixed.liquidation->lag_stdev_months = 0;
        const SimulatedBlock one(fixed, book, settings_of(kSampleDate), basis, number);
        for (std::size_t s = 0; s < expected.size(); ++s) {
          // The sampled loss depends on the path; the rest is the same on all 64.
          if (s >= kFixedSamples && (s - kFixedSamples) % kSnapshotSamples == kSampledLoss)
            continue;
          expected[s] += count * one.sum(one.layout.contract(i, s)) / kBlockPaths;
        }
        for (int m = 1; m <= contract.months + lag; ++m)
          received[static_cast<std::size_t>(m)] +=
              count *
              one.sum(one.layout.contract_month(i, static_cast<std::size_t>(m), kRecovery)) /
              kBlockPaths;
      }
      for (std::size_t s = 0; s < expected.size(); ++s) {
        if (s >= kFixedSamples && (s - kFixedSamples) % kSnapshotSamples == kSampledLoss) continue;
        EXPECT_NEAR(drawn.sum(drawn.layout.contract(i, s)), expected[s],
                    1e-12 * kBlockPaths * contract.scale)
            << "contract " << i << ", sample " << s;
      }
      for (int m = 1; m <= contract.months + contract.lag; ++m)
        EXPECT_NEAR(
            drawn.sum(drawn.layout.contract_month(i, static_cast<std::size_t>(m), kRecovery)),
            received[static_cast<std::size_t>(m)], 1e-12 * kBlockPaths * contract.scale)
            << "contract " << i << ", month " << m;
    }
  }
}

TEST(DrawnLag, OfNoSpreadIsTheFixedOne) {
  // A stdev of a ten-thousandth of a month always rounds to the mean.
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    std::mt19937_64 draw(7);
    Market market = random_market(draw);
    Book book;
    for (int i = 0; i < 12; ++i) book.loans.push_back(random_loan(draw, kSampleDate, i));
    for (int i = 0; i < 6; ++i) book.leases.push_back(random_lease(draw, kSampleDate, i));
    market.liquidation->lag_months = 6;
    const SimulatedBlock fixed(market, book, settings_of(kSampleDate), basis, 1);
    market.liquidation->lag_stdev_months = 1e-4;
    const SimulatedBlock drawn(market, book, settings_of(kSampleDate), basis, 1);
    std::map<std::string, std::size_t> at;
    const auto id = [&](const ContractPlan& c) {
      return c.kind == ContractKind::loan ? book.loans[c.source].id : book.leases[c.source].id;
    };
    for (std::size_t i = 0; i < drawn.plan.contracts.size(); ++i)
      at[id(drawn.plan.contracts[i])] = i;
    for (std::size_t i = 0; i < fixed.plan.contracts.size(); ++i) {
      const std::size_t j = at.at(id(fixed.plan.contracts[i]));
      for (std::size_t s = 0; s < fixed.layout.samples; ++s)
        EXPECT_NEAR(fixed.sum(fixed.layout.contract(i, s)), drawn.sum(drawn.layout.contract(j, s)),
                    1e-11 * kBlockPaths * fixed.plan.contracts[i].scale)
            << i << ' ' << s;
      for (int m = 1; m <= fixed.plan.contracts[i].months + fixed.plan.contracts[i].lag; ++m)
        EXPECT_NEAR(
            fixed.sum(fixed.layout.contract_month(i, static_cast<std::size_t>(m), kRecovery)),
            drawn.sum(drawn.layout.contract_month(j, static_cast<std::size_t>(m), kRecovery)),
            1e-11 * kBlockPaths * fixed.plan.contracts[i].scale);
    }
  }
}

}  // namespace
}  // namespace lien::pricing
