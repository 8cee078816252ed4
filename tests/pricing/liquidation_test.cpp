#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "tests/pricing/liquidation_cases.hpp"

// What a forced sale brings: lag, costs, haircut, and what a customer's contract adds.
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

// A contract at 4 an hour on hardware whose rents stay above its cost: the strip has no kink, and
// the cost of the hours cancels. The closed form is a sum over its months.
//   power: part of the cost, at today's price, that power adds; left: share of the units in month k
struct StepInSale {
  double alone, contract;  // per lot, of a sale in month k
};
StepInSale step_in_sale(int k, double rate, int starts = 0, double power = 0, double left = 1) {
  StepInSale sale{0, 0};
  for (int h = 1; h <= 96 - k; ++h) {
    const double rent = 0.8 * 2.35 * std::exp(-0.12 * (k + h) / 12.0);
    const double cost = 0.36 * (1 + power) * std::exp(0.025 * (k + h) / 12.0);
    const double discount = 0.92 * 730 * std::exp(-0.14 * h / 12.0);
    sale.alone += discount * std::max(rent - cost, 0.0);
    if (k + h > starts && k + h <= 48)
      sale.contract += discount * (rate * 0.9 - cost - std::max(rent - cost, 0.0));
  }
  sale.alone = 1000 * left * (sale.alone + 300);
  sale.contract = 600 * left * std::max(sale.contract, 0.0);
  return sale;
}

Market step_in_market(double customer_hazard) {
  Market market = certain_market();
  market.frontier->drift = -0.10;
  market.parties[1].hazard = {{1}, {customer_hazard}};
  market.liquidation = Liquidation{0.4, 0, 0, 3};
  return market;
}

Book step_in_book(double rate) {
  Book book;
  book.loans = {loan_on("loan", "borrower")};
  Loan& loan = book.loans[0];
  loan.hardware = "income";
  loan.principal = 45e6;
  if (!(rate > 0)) return book;
  loan.customer = "customer";
  loan.contract_rate = rate;
  loan.contract_share = 0.6;
  loan.take_or_pay = 0.9;
  loan.contract_end = add_months(kSampleDate, 48, true);
  return book;
}

TEST(StepIn, AddsWhatTheContractBringsAboveTheSpotUseOfItsHours) {
  for (const double rate : {4.0, 2.6, 1.0}) {
    const BasisRun run = value(step_in_market(0), step_in_book(rate), MeasureBasis::real_world, 64);
    const double expected = expected_loss(run, [&](int k, double claim) {
      const StepInSale sale = step_in_sale(k + 3, rate);
      return settled(claim, 0.6 * sale.alone + sale.contract) * std::exp(-kRate * 3 / 12.0);
    });
    EXPECT_NEAR(run.mean(loss_pair(run, 0)).value, expected, 1e-4 * expected) << rate;
  }
}

// Power at twice today's price, and units that are lost. With the second share the cost is over
// every rent under contract, so that it does not cancel.
TEST(StepIn, KnowsPowerAndLostUnits) {
  for (const double share : {0.5, 1.0}) {
    Market market = step_in_market(0);
    market.power = Power{{1.5, 0}, share == 1 ? 10.0 : 2.0};
    market.hardware[0].power_share = share;
    market.hardware[0].attrition = 0.2;
    const double added = share * (market.power->level - 1);
    const BasisRun run = value(market, step_in_book(5), MeasureBasis::real_world, 64);
    double without = 0;
    const auto expected = [&](bool contract) {
      return expected_loss(run, [&](int k, double claim) {
        const double left = std::exp(-0.2 * (k + 3) / 12.0);
        const StepInSale sale = step_in_sale(k + 3, 5, 0, added, left);
        return settled(claim, 0.6 * sale.alone + (contract ? sale.contract : 0)) *
               std::exp(-kRate * 3 / 12.0);
      });
    };
    without = expected(false);
    EXPECT_NEAR(run.mean(loss_pair(run, 0)).value, expected(true), 1e-4 * expected(true)) << share;
    EXPECT_GT(without, 1.02 * expected(true)) << share;
  }
}

// Power alone is random, the cost over every rent: a sale brings the contract less its expected
// cost, and the mean over the paths is that at the expected price.
TEST(StepIn, TakesPowerAtItsExpectationGivenTheMonth) {
  Market market = step_in_market(0);
  market.power = Power{{1.5, 0.4}, 10.0};
  market.hardware[0].power_share = 1;
  market.liquidation = Liquidation{1, 0, 0, 3};  // the units alone bring nothing
  Book book = step_in_book(9);
  book.loans[0].principal = 900e6;  // no sale covers it
  const BasisRun run = value(market, book, MeasureBasis::real_world, 4096);
  const double expected = expected_loss(run, [&](int k, double claim) {
    double contract = 0;
    for (int month = k + 4; month <= 48; ++month) {
      const double t = month / 12.0;
      const double power = std::exp(0.16 * (1 - std::exp(-3 * t)) / 3 / 2);
      contract += 600 * 0.92 * 730 * std::exp(-0.14 * (month - k - 3) / 12.0) *
                  (9 * 0.9 - 3.6 * std::exp(0.025 * t) * power);
    }
    return settled(claim, contract) * std::exp(-kRate * 3 / 12.0);
  });
  const auto loss = run.mean(loss_pair(run, 0));
  EXPECT_NEAR(loss.value, expected, 4 * loss.standard_error + 1e-5 * expected);
  EXPECT_GT(loss.standard_error, 0);
  EXPECT_LT(loss.standard_error, 1e-3 * expected);
}

TEST(StepIn, BringsNothingBeforeTheContractStarts) {
  Book book = step_in_book(4);
  book.loans[0].contract_start = add_months(kSampleDate, 24, true);
  const BasisRun run = value(step_in_market(0), book, MeasureBasis::real_world, 64);
  const double expected = expected_loss(run, [&](int k, double claim) {
    const StepInSale sale = step_in_sale(k + 3, 4, 24);
    return settled(claim, 0.6 * sale.alone + sale.contract) * std::exp(-kRate * 3 / 12.0);
  });
  EXPECT_NEAR(run.mean(loss_pair(run, 0)).value, expected, 1e-4 * expected);
}

TEST(StepIn, IsNothingOfACustomerThatDefaulted) {
  const double hazard = 0.4;
  const BasisRun run =
      value(step_in_market(hazard), step_in_book(4), MeasureBasis::real_world, 1 << 14);
  const double expected = expected_loss(run, [&](int k, double claim) {
    const StepInSale sale = step_in_sale(k + 3, 4);
    const double lives = std::exp(-hazard * (k + 3) / 12.0);
    return (lives * settled(claim, 0.6 * sale.alone + sale.contract) +
            (1 - lives) * settled(claim, 0.6 * sale.alone)) *
           std::exp(-kRate * 3 / 12.0);
  });
  const auto loss = run.mean(loss_pair(run, 0));
  EXPECT_NEAR(loss.value, expected, 4 * loss.standard_error + 1e-4 * expected);
  EXPECT_LT(loss.standard_error, 0.01 * expected);

  Market gone = step_in_market(hazard);
  gone.parties[1].forced_default_month = 1;
  const BasisRun dead = value(gone, step_in_book(4), MeasureBasis::real_world, 64);
  const BasisRun none = value(gone, step_in_book(0), MeasureBasis::real_world, 64);
  EXPECT_EQ(dead.mean(loss_pair(dead, 0)).value, none.mean(loss_pair(none, 0)).value);
}

TEST(StepIn, NeverLowersARecovery) {
  // Random rents: at 1.5 an hour the contract is worth taking on some paths only.
  const Market market = sample_market();
  const BasisRun with = value(market, step_in_book(1.5), MeasureBasis::real_world, 1024);
  const BasisRun none = value(market, step_in_book(0), MeasureBasis::real_world, 1024);
  const auto &a = with.results.losses[with.snapshot(0)], &b = none.results.losses[none.snapshot(0)];
  int better = 0, same = 0;
  for (std::size_t p = 0; p < a.size(); ++p) {
    EXPECT_LE(a[p], b[p]);
    if (b[p] > 0) ++(a[p] < b[p] ? better : same);
  }
  EXPECT_GT(better, 10);
  EXPECT_GT(same, 10);
}

}  // namespace
}  // namespace lien::pricing
