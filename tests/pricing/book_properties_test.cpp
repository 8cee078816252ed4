#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "engine/kernels/instruction_set.hpp"
#include "pricing/measures/basis_run.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "tests/pricing/random_book.hpp"
#include "tests/pricing/sample_market.hpp"

// What must hold of a valued book whatever its numbers are.
namespace lien::pricing {
namespace {

constexpr std::uint64_t kPaths = 1024;

BasisRun value(const Market& market, const Book& book, MeasureBasis basis, unsigned threads = 2) {
  RunSettings settings;
  settings.valuation_date = kSampleDate;
  settings.loss_horizon_months = {12, 0};
  settings.paths = kPaths;
  settings.threads = threads;
  const std::vector<std::string> changed;
  const Horizon horizon = horizon_of(settings, market, book);
  const TimeGrid grid(kSampleDate, horizon.months);
  return simulate_plan(
      compile({&settings, &market, &book, basis, &market, &changed}, horizon, grid), settings, true,
      true, {});
}

// Random loans and leases on the sample market: one hardware valued by its income, one by a
// multiple.
Book random_book(unsigned seed, int loans, int leases) {
  std::mt19937_64 draw(seed);
  Book book;
  const auto on_sample = [&](std::string& hardware) {
    if (!hardware.empty()) hardware = hardware == "curve" ? "income" : "multiple";
  };
  const auto marked = [](Loan& loan) {
    if (loan.mark == Mark::curve) loan.mark = Mark::market;
  };
  for (int i = 0; i < loans; ++i) {
    book.loans.push_back(random_loan(draw, kSampleDate, i));
    on_sample(book.loans.back().hardware);
    marked(book.loans.back());
  }
  for (int i = 0; i < leases; ++i) {
    book.leases.push_back(random_lease(draw, kSampleDate, i));
    on_sample(book.leases.back().hardware);
    book.leases.back().residual_guarantor.clear();
  }
  return book;
}

// Samples that are money, of one contract.
std::vector<double> money(const BasisRun& run, std::size_t i) {
  std::vector<double> out;
  for (std::size_t s = 0; s < run.layout.samples; ++s) {
    const bool share = s == kPeakLoanToValue ||
                       (s >= kFixedSamples && (s - kFixedSamples) % kSnapshotSamples == kDefault);
    if (!share) out.push_back(run.mean(run.layout.contract(i, s)).value);
  }
  return out;
}

std::map<std::string, std::size_t> by_id(const Book& book, const BasisRun& run) {
  std::map<std::string, std::size_t> ids;
  for (std::size_t i = 0; i < run.plan.contracts.size(); ++i)
    ids[contract_id(book, run.plan.contracts[i])] = i;
  return ids;
}

double credit_loss(const BasisRun& run, std::size_t i, int horizon) {
  return run
      .mean(run.layout.contract(
          i, kFixedSamples + run.snapshot(horizon) * kSnapshotSamples + kCreditLoss))
      .value;
}

double total_value(const BasisRun& run) {
  return run.mean(run.layout.group(run.layout.portfolio(), kPresentValue)).value;
}

// The part of a loan that carries `share` of everything.
Loan part_of(Loan loan, double share, const std::string& id) {
  loan.id = id;
  loan.units *= share;
  loan.principal *= share;
  if (loan.outstanding_principal) *loan.outstanding_principal *= share;
  loan.reserve_initial *= share;
  loan.reserve_target *= share;
  return loan;
}

TEST(BookProperties, TwoPartsOfALoanAddUp) {
  Market market = sample_market();
  market.liquidation->fixed_cost = 0;  // a cost per sale is paid twice
  const Book whole = random_book(21, 20, 0);
  Book parts;
  for (const Loan& loan : whole.loans) {
    parts.loans.push_back(part_of(loan, 0.5, loan.id + "a"));
    parts.loans.push_back(part_of(loan, 0.5, loan.id + "b"));
  }
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const BasisRun one = value(market, whole, basis), two = value(market, parts, basis);
    const auto ids = by_id(parts, two);
    for (const auto& [id, i] : by_id(whole, one)) {
      const auto expected = money(one, i);
      const auto a = money(two, ids.at(id + "a")), b = money(two, ids.at(id + "b"));
      for (std::size_t s = 0; s < expected.size(); ++s)
        EXPECT_NEAR(a[s] + b[s], expected[s], 1e-11 * one.plan.contracts[i].scale)
            << id << ' ' << s;
    }
  }
}

TEST(BookProperties, APermutedBookHasPermutedResultsBitForBit) {
  const Book book = random_book(22, 30, 10);
  Book shuffled = book;
  std::mt19937_64 draw(1);
  std::shuffle(shuffled.loans.begin(), shuffled.loans.end(), draw);
  std::shuffle(shuffled.leases.begin(), shuffled.leases.end(), draw);
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const BasisRun a = value(sample_market(), book, basis);
    const BasisRun b = value(sample_market(), shuffled, basis);
    EXPECT_EQ(a.sums, b.sums);
    EXPECT_EQ(a.references, b.references);
    EXPECT_EQ(a.results.losses, b.results.losses);
    EXPECT_EQ(a.test_counts, b.test_counts);
    EXPECT_EQ(by_id(book, a), by_id(shuffled, b));
  }
}

void scale_money(Market& market, Book& book, double by) {
  for (auto& hardware : market.hardware) {
    hardware.rental_rate *= by;
    *hardware.operating_cost *= by;
    hardware.resale->scrap *= by;
  }
  market.liquidation->fixed_cost *= by;
  market.liquidation->holding_cost *= by;
  for (auto& loan : book.loans) {
    loan.principal *= by;
    loan.reserve_initial *= by;
    loan.reserve_target *= by;
    loan.contract_rate *= by;
    if (loan.operating_cost) *loan.operating_cost *= by;
    *loan.purchase_price *= by;
  }
  for (auto& lease : book.leases) {
    *lease.purchase_price *= by;
    lease.rent *= by;
    lease.guaranteed_residual *= by;
    lease.option_price *= by;
    lease.return_cost *= by;
    // One dollar is one of any currency.
    if (lease.end_option == EndOption::one_dollar) lease.end_option = EndOption::none;
  }
}

TEST(BookProperties, AnotherCurrencyUnitScalesEveryAmount) {
  Market market = sample_market(), scaled = market;
  Book book = random_book(23, 20, 8), other = book;
  scale_money(market, book, 1);
  scale_money(scaled, other, 64);
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const BasisRun a = value(market, book, basis), b = value(scaled, other, basis);
    for (std::size_t i = 0; i < a.plan.contracts.size(); ++i) {
      const auto one = money(a, i), two = money(b, i);
      for (std::size_t s = 0; s < one.size(); ++s)
        EXPECT_NEAR(two[s] / 64, one[s], 1e-11 * a.plan.contracts[i].scale);
    }
    EXPECT_EQ(a.test_counts, b.test_counts);
  }
}

TEST(BookProperties, CreditLossesAreNotNegativeAndGrowWithTheHorizon) {
  const Book book = random_book(24, 40, 10);
  const BasisRun run = value(sample_market(), book, MeasureBasis::real_world);
  for (std::size_t i = 0; i < run.plan.contracts.size(); ++i) {
    const double near = credit_loss(run, i, 12), lifetime = credit_loss(run, i, 0);
    EXPECT_GE(near, 0.0);
    EXPECT_GE(lifetime, near);
  }
}

TEST(BookProperties, ValueRisesWithRecoveryAndFallsWithTheHaircut) {
  const Book book = random_book(25, 30, 10);
  double before = 0;
  for (const double recovery : {0.0, 0.3, 0.6, 1.0}) {
    Market market = sample_market();
    market.parties[0].recovery = recovery;
    const double now = total_value(value(market, book, MeasureBasis::risk_neutral));
    EXPECT_TRUE(recovery == 0 || now > before) << recovery;
    before = now;
  }
  for (const double haircut : {0.0, 0.2, 0.5, 1.0}) {
    Market market = sample_market();
    market.liquidation->haircut = haircut;
    Book plain = book;
    for (auto& loan : plain.loans) loan.liquidation_haircut.reset();
    const double now = total_value(value(market, plain, MeasureBasis::risk_neutral));
    EXPECT_TRUE(haircut == 0 || now < before) << haircut;
    before = now;
  }
}

// A guarantee that falls away is a guarantor that never pays; what the lessee owes stays as agreed.
TEST(BookProperties, AWithdrawnGuaranteeIsAGuarantorThatDefaultsAtOnce) {
  Market market = sample_market();
  Party backer = market.parties[0];
  backer.id = "backer";
  market.parties.push_back(backer);
  Book book = random_book(28, 0, 20);
  for (auto& lease : book.leases) {
    lease.guaranteed_residual = 2e4 * lease.units;  // above most values
    lease.residual_guarantor = "backer";
  }
  const double stands = total_value(value(market, book, MeasureBasis::risk_neutral));
  Book without = book;
  for (auto& lease : without.leases) lease.guarantee_withdrawn = true;
  Market failed = market;
  failed.parties.back().forced_default_month = 1;
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const BasisRun one = value(market, without, basis), other = value(failed, book, basis);
    for (std::size_t i = 0; i < one.plan.contracts.size(); ++i)
      for (std::size_t s = 0; s < one.layout.samples; ++s)
        EXPECT_EQ(one.mean(one.layout.contract(i, s)).value,
                  other.mean(other.layout.contract(i, s)).value)
            << contract_id(book, one.plan.contracts[i]) << ' ' << s;
    if (basis == MeasureBasis::risk_neutral) {
      EXPECT_LT(total_value(one), stands - 1e5);
    }
  }
}

// Nothing random but who defaults, which values weigh and do not draw: no standard errors.
TEST(BookProperties, WithoutVolatilityNothingHasAnError) {
  Market market = sample_market();
  market.scarcity->volatility = market.frontier->volatility = 0;
  market.scarcity->initial = 0.2;
  market.rates.hull_white.reset();
  market.launches[0].law = LaunchLaw::none;
  market.launches[0].drop_stdev = 0;
  market.launches[0].scheduled = {{"next", kSampleDate + std::chrono::days(200), 0}};
  Book book = random_book(26, 20, 8);
  for (auto& loan : book.loans) loan.customer.clear();
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const BasisRun run = value(market, book, basis);
    for (std::size_t i = 0; i < run.plan.contracts.size(); ++i)
      for (std::size_t s = 0; s < run.layout.samples; ++s) {
        const bool sampled =
            s >= kFixedSamples && (s - kFixedSamples) % kSnapshotSamples == kSampledLoss;
        if (sampled) continue;
        EXPECT_EQ(run.mean(run.layout.contract(i, s)).standard_error, 0.0)
            << contract_id(book, run.plan.contracts[i]) << ' ' << s;
      }
  }
}

// All bits of a run, from any number of threads and either instruction set.
TEST(BookProperties, TheSameBitsFromThreadsAndInstructionSets) {
  const Book book = random_book(27, 20, 8);
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const BasisRun one = value(sample_market(), book, basis, 1);
    const auto expect_same = [&](const BasisRun& other, const std::string& what) {
      EXPECT_EQ(one.sums, other.sums) << what;
      EXPECT_EQ(one.references, other.references) << what;
      EXPECT_EQ(one.results.losses, other.results.losses) << what;
      EXPECT_EQ(one.results.block_groups, other.results.block_groups) << what;
      EXPECT_EQ(one.test_counts, other.test_counts) << what;
      EXPECT_EQ(one.fan_counts, other.fan_counts) << what;
    };
    for (const unsigned threads : {2U, 3U, 7U, 16U})
      expect_same(value(sample_market(), book, basis, threads),
                  std::to_string(threads) + " threads");
    int sets = 0;
    for (const char* const set : {"avx2", "avx512"}) {
      if (!engine::force_instruction_set(set)) continue;
      ++sets;
      expect_same(value(sample_market(), book, basis), set);
    }
    engine::choose_instruction_set();
    if (sets < 2) std::printf("[   note   ] this CPU has one instruction set to compare\n");
  }
}

}  // namespace
}  // namespace lien::pricing
