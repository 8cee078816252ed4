#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "engine/kernels/random_rows.hpp"
#include "pricing/measures/basis_run.hpp"
#include "pricing/plan/calendar.hpp"
#include "tests/pricing/random_book.hpp"
#include "tests/pricing/sample_market.hpp"
#include "tests/pricing/simulated_block.hpp"

// What a forced sale brings: lag, costs, haircut, and a market that the book's own sales press.
namespace lien::pricing {
namespace {

using engine::kBlockPaths;

constexpr double kRate = 0.05;
constexpr double kFall = 0.30;          // of rents, a year
constexpr double kPrice = 9000 * 2.35;  // of a unit today

// No random driver but default: V(t) = kPrice e^{-0.32 t}, wear included; P(0,t) = e^{-0.05 t}.
Market certain_market() {
  Market market = sample_market();
  market.rates = {};
  market.rates.zero_curve = {{1}, {kRate}};
  market.rates.liquidity_spread = 0.02;
  market.scarcity.reset();
  market.frontier = Frontier{-kFall, 0, 0, false};
  market.launches.clear();
  for (Hardware& hardware : market.hardware) {
    hardware.line.clear();
    hardware.utilization = Utilization{0.80};
  }
  market.hardware[1].resale->multiple = 9000;
  for (Party& party : market.parties) party.scarcity_loading = 0;
  market.liquidation = Liquidation{};
  return market;
}

double price_of(int k) { return kPrice * std::exp(-(kFall + 0.02) * k / 12.0); }

Loan loan_on(const std::string& id, const std::string& borrower, double units = 1000) {
  Loan loan;
  loan.id = id;
  loan.borrower = borrower;
  loan.hardware = "multiple";
  loan.units = units;
  loan.principal = 16000 * units;
  loan.coupon = 0.11;
  loan.closing = kSampleDate;
  loan.maturity = add_months(kSampleDate, 36, true);
  return loan;
}

BasisRun value(const Market& market, const Book& book, MeasureBasis basis, std::uint64_t paths,
               bool sampled = false, unsigned threads = 1) {
  RunSettings settings;
  settings.valuation_date = kSampleDate;
  settings.loss_horizon_months = {12, 0};
  settings.paths = paths;
  settings.threads = threads;
  settings.sample_values = sampled;
  const std::vector<std::string> changed;
  const Horizon horizon = horizon_of(settings, market, book);
  const TimeGrid grid(kSampleDate, horizon.months);
  return simulate_plan(
      compile({&settings, &market, &book, basis, &market, &changed}, horizon, grid), settings, true,
      false, {});
}

std::size_t loss_pair(const BasisRun& run, std::size_t contract) {
  return run.layout.contract(contract, kFixedSamples + run.snapshot(0) * kSnapshotSamples + kLoss);
}

// Chance of the borrower's default in month k, hazard 8 % a year.
double default_in(int k) { return std::exp(-0.08 * (k - 1) / 12.0) - std::exp(-0.08 * k / 12.0); }

// Expected loss of a loan whose default in month k brings net(k, claim) at once discounted.
template <class Recovered>
double expected_loss(const BasisRun& run, const Recovered& recovered) {
  double loss = 0;
  for (int k = 1; k <= 36; ++k) {
    const double claim = run.plan.terms[static_cast<std::size_t>(k)].opening;
    loss += default_in(k) * std::exp(-kRate * k / 12.0) * (claim - recovered(k, claim));
  }
  return loss;
}

// What the lender gets of a claim: proceeds, and 35 % of what they leave.
double settled(double claim, double proceeds) {
  const double covered = std::min(claim, std::max(proceeds, 0.0));
  return covered + 0.35 * (claim - covered);
}

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
struct StepInSale {
  double alone, contract;  // per lot, of a sale in month k
};
StepInSale step_in_sale(int k, double rate, int starts = 0) {
  StepInSale sale{0, 0};
  for (int h = 1; h <= 96 - k; ++h) {
    const double rent = 0.8 * 2.35 * std::exp(-0.12 * (k + h) / 12.0);
    const double cost = 0.36 * std::exp(0.025 * (k + h) / 12.0);
    const double discount = 0.92 * 730 * std::exp(-0.14 * h / 12.0);
    sale.alone += discount * (rent - cost);
    if (k + h > starts && k + h <= 48) sale.contract += discount * (rate * 0.9 - rent);
  }
  sale.alone = 1000 * (sale.alone + 300);
  sale.contract = 600 * std::max(sale.contract, 0.0);
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

// n loans of n independent parties, one hardware: given that a party defaults in month k, the
// others that do so in the same month are binomial.
constexpr int kParties = 8;
constexpr double kBase = 20000;  // units in the world

Market crowded_market(double depth, int lag) {
  Market market = certain_market();
  const Party one = market.parties[0];
  market.parties.clear();
  for (int i = 0; i < kParties; ++i) {
    market.parties.push_back(one);
    market.parties.back().id = "party-" + std::to_string(i);
    market.parties.back().hazard = {{1}, {0.9}};
  }
  market.liquidation->haircut = 0.1;
  market.liquidation->lag_months = lag;
  market.liquidation->depth = depth;
  market.liquidation->price_impact = 0.7;
  market.liquidation->installed_base = {{"multiple", kBase}};
  return market;
}

Book crowd() {
  Book book;
  for (int i = 0; i < kParties; ++i)
    book.loans.push_back(loan_on("loan-" + std::to_string(i), "party-" + std::to_string(i), 400));
  return book;
}

TEST(MarketDepth, PressesPricesByABinomialNumberOfSales) {
  for (const int lag : {0, 4}) {
    const BasisRun run =
        value(crowded_market(0.03, lag), crowd(), MeasureBasis::real_world, 1 << 14);
    double expected = 0;
    for (int k = 1; k <= 36; ++k) {
      const double q = std::exp(-0.9 * (k - 1) / 12.0) - std::exp(-0.9 * k / 12.0);
      const double claim = run.plan.terms[static_cast<std::size_t>(k)].opening;
      double recovered = 0, chance = std::pow(1 - q, kParties - 1);  // of j others
      for (int j = 0; j < kParties; ++j) {
        const double sold = 400.0 * (1 + j);
        const double price = price_of(k + lag) * std::exp(-0.7 * sold / (0.03 * kBase));
        recovered += chance * settled(claim, 400 * 0.9 * price);
        chance *= (kParties - 1.0 - j) / (j + 1.0) * q / (1 - q);
      }
      expected +=
          q * std::exp(-kRate * k / 12.0) * (claim - recovered * std::exp(-kRate * lag / 12.0));
    }
    for (std::size_t i = 0; i < kParties; ++i) {
      const auto loss = run.mean(loss_pair(run, i));
      EXPECT_NEAR(loss.value, expected, 4 * loss.standard_error) << "lag " << lag;
      EXPECT_LT(loss.standard_error, 0.01 * expected);
    }
    // All of them, from one sum.
    const std::size_t all = run.layout.group(
        run.layout.portfolio(), kFixedSamples + run.snapshot(0) * kSnapshotSamples + kLoss);
    const auto loss = run.mean(all);
    EXPECT_NEAR(loss.value, kParties * expected, 4 * loss.standard_error);
  }
}

TEST(MarketDepth, WithoutBoundIsNoImpactAndOfNothingIsNoRecovery) {
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral})
    for (const int lag : {0, 4}) {
      const BasisRun deep = value(crowded_market(1e12, lag), crowd(), basis, 1024);
      Market off = crowded_market(1, lag), gone = off;
      off.liquidation->installed_base.clear();
      gone.liquidation->installed_base.clear();
      gone.liquidation->haircut = 1;
      const BasisRun none = value(off, crowd(), basis, 1024, true);
      EXPECT_EQ(deep.sums, none.sums);  // to the last digit
      const BasisRun shallow = value(crowded_market(1e-9, lag), crowd(), basis, 1024);
      EXPECT_EQ(shallow.sums, value(gone, crowd(), basis, 1024, true).sums);
    }
}

// A lone loan presses its own sale, whenever that is drawn to be.
TEST(MarketDepth, PressesASaleInTheMonthThatIsDrawn) {
  Market market = certain_market();
  market.liquidation = Liquidation{0.1, 0, 0, 6, 4};
  market.liquidation->depth = 0.03;
  market.liquidation->price_impact = 0.7;
  market.liquidation->installed_base = {{"multiple", kBase}};
  Book book;
  book.loans = {loan_on("loan", "borrower")};
  const BasisRun run = value(market, book, MeasureBasis::real_world, 1 << 15);
  const auto cumulative = lag_distribution(6, 4);
  const double pressed = std::exp(-0.7 * 1000 / (0.03 * kBase));
  const double expected = expected_loss(run, [&](int k, double claim) {
    double mean = 0, before = 0;
    for (std::size_t j = 0; j < cumulative.size(); ++j) {
      const int lag = static_cast<int>(j);
      const double proceeds = 900 * pressed * price_of(k + lag);
      mean += (cumulative[j] - before) * settled(claim, proceeds) * std::exp(-kRate * lag / 12.0);
      before = cumulative[j];
    }
    return mean;
  });
  const auto loss = run.mean(loss_pair(run, 0));
  EXPECT_NEAR(loss.value, expected, 4 * loss.standard_error);
  EXPECT_LT(loss.standard_error, 0.02 * expected);
}

// A random book: cash accounts, value tests, leases, two hardware, drawn lags.
Market busy_market(std::mt19937_64& draw, double depth) {
  Market market = random_market(draw);
  market.liquidation->lag_months = 3;
  market.liquidation->lag_stdev_months = 2;
  market.liquidation->depth = depth;
  market.liquidation->installed_base = {{"multiple", 50000}, {"curve", 80000}};
  return market;
}

Book busy_book(std::mt19937_64& draw) {
  Book book;
  for (int i = 0; i < 24; ++i) book.loans.push_back(random_loan(draw, kSampleDate, i));
  for (int i = 0; i < 10; ++i) book.leases.push_back(random_lease(draw, kSampleDate, i));
  return book;
}

TEST(MarketDepth, OfMoreNeverLosesMoreOnAnyPath) {
  std::mt19937_64 books(11);
  const Book book = busy_book(books);
  std::vector<double> before;
  double total = 0;
  for (const double depth : {0.003, 0.01, 0.03, 0.1, 1.0, 1e9}) {
    std::mt19937_64 draw(12);
    const BasisRun run = value(busy_market(draw, depth), book, MeasureBasis::real_world, 512);
    const auto& losses = run.results.losses[run.snapshot(0)];
    for (std::size_t p = 0; p < before.size(); ++p)
      EXPECT_LE(losses[p], before[p] + 1e-9 * std::abs(before[p])) << "path " << p;
    const double sum = std::accumulate(losses.begin(), losses.end(), 0.0);
    if (!before.empty()) {
      EXPECT_LT(sum, total);
    }
    total = sum;
    before = losses;
  }
}

TEST(MarketDepth, TheSameBitsFromAnyThreads) {
  std::mt19937_64 books(13), draw(14);
  const Book book = busy_book(books);
  const Market market = busy_market(draw, 0.03);
  for (const MeasureBasis basis : {MeasureBasis::real_world, MeasureBasis::risk_neutral}) {
    const BasisRun one = value(market, book, basis, 4096, false, 1);
    const BasisRun three = value(market, book, basis, 4096, false, 3);
    EXPECT_EQ(one.sums, three.sums);
    EXPECT_EQ(one.test_counts, three.test_counts);
    EXPECT_EQ(one.fan_counts, three.fan_counts);
  }
}

TEST(MarketDepth, CountsAccountsThatRunDry) {
  // Nothing but rents pays these loans: both fail in the first month, and both are sold at once.
  Market market = certain_market();
  market.liquidation->lag_months = 2;
  market.liquidation->installed_base = {{"multiple", kBase}};
  Book book;
  for (const char* id : {"one", "two"}) {
    book.loans.push_back(loan_on(id, "", 300));
    book.loans.back().recourse = Recourse::none;
    book.loans.back().coupon = 0.5;
    book.loans.back().maturity = add_months(kSampleDate, 12, true);
  }
  const BasisRun run = value(market, book, MeasureBasis::real_world, 64);
  const double available =
      300 * 730 * (0.8 * 2.35 * std::exp(-0.32 / 12) - 0.36 * std::exp(0.025 / 12));
  const double claim = run.plan.terms[1].opening - available;
  const double price = price_of(3) * std::exp(-600 / (0.03 * kBase));
  const double expected =
      std::exp(-kRate / 12) * (claim - std::min(claim, 300 * price) * std::exp(-kRate * 2 / 12));
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_NEAR(run.mean(loss_pair(run, i)).value, expected, 1e-10 * expected);
}

TEST(MarketDepth, OfOneHardwareLeavesTheOthersAlone) {
  std::mt19937_64 books(15), draw(16);
  const Book book = busy_book(books);
  Market market = busy_market(draw, 0.03);
  market.liquidation->installed_base = {{"multiple", 50000}};
  const BasisRun run = value(market, book, MeasureBasis::real_world, 256);
  Market off = market;
  off.liquidation->installed_base.clear();
  const BasisRun none = value(off, book, MeasureBasis::real_world, 256, true);
  int others = 0;
  for (std::size_t i = 0; i < run.plan.contracts.size(); ++i) {
    const ContractPlan& contract = run.plan.contracts[i];
    if (contract.lot == kNone || contract.depth != kNone) continue;
    ++others;
    EXPECT_EQ(run.mean(loss_pair(run, i)).value, none.mean(loss_pair(none, i)).value);
  }
  EXPECT_GT(others, 5);
}

}  // namespace
}  // namespace lien::pricing
