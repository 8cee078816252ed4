#include "pricing/valuation/book_stages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "pricing/plan/calendar.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "tests/pricing/plain_market.hpp"
#include "tests/pricing/random_book.hpp"
#include "tests/pricing/simulated_block.hpp"

namespace lien::pricing {
namespace {

using engine::kBlockPaths;

const Date kToday = std::chrono::year(2026) / std::chrono::month(9) / std::chrono::day(30);
constexpr std::uint64_t kNumber = 5;  // of the block

SimulatedBlock random_block(MeasureBasis basis, std::vector<Instrument> instruments = {}) {
  std::mt19937_64 draw(11);
  Market market = random_market(draw);
  Book book;
  for (int i = 0; i < 12; ++i) book.loans.push_back(random_loan(draw, kToday, i));
  for (int i = 0; i < 6; ++i) book.leases.push_back(random_lease(draw, kToday, i));
  book.instruments = std::move(instruments);
  return {market, book, settings_of(kToday), basis, kNumber};
}

Instrument instrument(InstrumentKind kind, Underlying on, const std::string& of, double strike) {
  Instrument i;
  i.id = "i";
  i.kind = kind;
  i.on = on;
  (on == Underlying::launch_count ? i.line : i.hardware) = of;
  i.strike = strike;
  i.expiry = std::chrono::year(2027) / std::chrono::month(6) / std::chrono::day(15);  // month 9
  i.quantity = 3;
  return i;
}

// Every underlying and kind, long and short, against the payoff path by path. A date inside a month
// is worth P(0,t(d))/P(0,t_k) of one on the grid.
TEST(BookStages, PayWhatInstrumentsPromise) {
  std::vector<Instrument> all;
  const std::pair<Underlying, std::string> kinds[] = {
      {Underlying::rental_rate, "multiple"}, {Underlying::log_rental_rate, "curve"},
      {Underlying::resale_value, "curve"},   {Underlying::resale_value, "multiple"},
      {Underlying::zero_coupon_bond, ""},    {Underlying::launch_count, "line"}};
  const double strikes[] = {2.0, 0.7, 12000, 14000, 0.95, 0.5};
  for (std::size_t n = 0; n < 6; ++n)
    for (const InstrumentKind kind :
         {InstrumentKind::forward, InstrumentKind::call, InstrumentKind::put}) {
      all.push_back(instrument(kind, kinds[n].first, kinds[n].second, strikes[n]));
      all.back().long_position = n % 2 == 0;
      if (kinds[n].first == Underlying::zero_coupon_bond)
        all.back().delivery = add_months(kToday, 9 + 14, true);
    }
  const SimulatedBlock b = random_block(MeasureBasis::risk_neutral, all);
  const PlainMarket market(b.market, b.plan, b.rows, kNumber * kBlockPaths);
  const Curve& curve = b.market.rates.zero_curve;
  const double t = b.grid.time_of(all[0].expiry);
  const double timing = std::exp(-zero_rate(curve, t) * t + zero_rate(curve, 0.75) * 0.75 -
                                 b.market.rates.liquidity_spread * t);
  ASSERT_EQ(b.plan.instruments.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    double payoff = 0, exercised = 0, underlying = 0;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      const Instrument& terms = all[i];
      double s = 0;
      if (terms.on == Underlying::rental_rate)
        s = market.rent(p, 0, 9) * market.segment(p, 0, "", 9);
      if (terms.on == Underlying::log_rental_rate)
        s = std::log(market.rent(p, 1, 9) * market.segment(p, 1, "", 9));
      if (terms.on == Underlying::resale_value)
        s = market.value(p, terms.hardware == "multiple" ? 0 : 1, 9);
      if (terms.on == Underlying::zero_coupon_bond)
        s = 1 / market.path(p, "", "", "", "").gross.at(14)[9];
      if (terms.on == Underlying::launch_count)
        s = b.rows.row(engine::line_series(0, engine::kLaunchCount), 9)[p];
      const double over = terms.kind == InstrumentKind::put ? terms.strike - s : s - terms.strike;
      const bool forward = terms.kind == InstrumentKind::forward;
      const double sign = terms.long_position ? 3 : -3;
      payoff += sign * timing * market.discount(p, 9) * (forward ? over : std::max(over, 0.0));
      exercised += forward || over > 0 ? 1 : 0;
      underlying += s;
    }
    const double size = 1e-12 * kBlockPaths * std::max(1.0, all[i].strike);
    EXPECT_NEAR(b.sum(b.layout.instrument(i, kPayoff)), payoff, 3 * size) << i;
    EXPECT_EQ(b.sum(b.layout.instrument(i, kExercised)), exercised) << i;
    EXPECT_NEAR(b.sum(b.layout.instrument(i, kUnderlying)), underlying, size) << i;
  }
}

TEST(BookStages, KeepTheLossOfEveryPath) {
  const SimulatedBlock b = random_block(MeasureBasis::real_world);
  const PlainMarket market(b.market, b.plan, b.rows, kNumber * kBlockPaths);
  const double size = b.plan.book_balance[0];
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    std::vector<double> losses(b.plan.snapshots.size(), 0.0);
    for (const auto& contract : b.plan.contracts) {
      const PlainTerms terms{&b.market, kToday, &b.grid, contract.effective_rate, b.plan.snapshots};
      PlainOutcome o;
      if (contract.kind == ContractKind::loan) {
        const Loan& loan = b.book.loans[contract.source];
        o = plain_loan(terms, loan, market.path(p, loan, b.grid));
      } else {
        const Lease& lease = b.book.leases[contract.source];
        o = plain_lease(terms, lease,
                        market.path(p, lease.lessee, "", lease.residual_guarantor, lease.hardware));
      }
      for (std::size_t s = 0; s < losses.size(); ++s)
        losses[s] += contract.held * o.snapshots[s].sampled_loss;
    }
    for (std::size_t s = 0; s < losses.size(); ++s)
      EXPECT_NEAR(b.results.losses[s][kNumber * kBlockPaths + p], losses[s], 1e-12 * size);
  }
}

TEST(BookStages, SumPartiesAndTheRestToThePortfolio) {
  for (const MeasureBasis basis : {MeasureBasis::risk_neutral, MeasureBasis::real_world}) {
    const SimulatedBlock b = random_block(basis);
    const SumLayout& layout = b.layout;
    for (std::size_t s = 0; s < layout.samples; ++s) {
      double parts = 0;
      for (std::size_t g = 0; g < layout.portfolio(); ++g) parts += b.sum(layout.group(g, s));
      EXPECT_NEAR(b.sum(layout.group(layout.portfolio(), s)), parts,
                  1e-12 * kBlockPaths * b.plan.book_balance[0]);
    }
    for (std::size_t k = 0; k <= layout.steps; ++k)
      for (std::size_t f = 0; f < kGroupMonths; ++f) {
        double parts = 0;
        for (std::size_t g = 0; g < layout.portfolio(); ++g)
          parts += b.sum(layout.group_month(g, k, f));
        EXPECT_NEAR(b.sum(layout.group_month(layout.portfolio(), k, f)), parts,
                    1e-12 * kBlockPaths * b.plan.book_balance[0]);
      }
  }
}

// Expected flows of the portfolio by month are those of its contracts.
TEST(BookStages, SumContractsByMonth) {
  const SimulatedBlock b = random_block(MeasureBasis::real_world);
  const ScheduledColumns& c = b.plan.columns;
  for (std::size_t k = 1; k <= b.layout.steps; ++k) {
    std::map<std::size_t, double> sum;
    for (std::size_t i = 0; i < b.plan.contracts.size(); ++i) {
      const ContractPlan& contract = b.plan.contracts[i];
      if (k > static_cast<std::size_t>(contract.months + contract.lag)) continue;
      const auto of = [&](MonthSum which) {
        return contract.held * b.sum(b.layout.contract_month(i, k, which));
      };
      sum[kGroupRecovery] += of(kRecovery);
      if (k > static_cast<std::size_t>(contract.months)) continue;
      const std::size_t at = contract.first_month + k;
      const bool lease = contract.kind == ContractKind::lease;
      sum[kGroupRent] += of(kSurvival) * c.rent[at];
      sum[kGroupFee] += of(kSurvival) * c.fee[at];
      sum[kGroupPrincipal] += lease ? of(kVariable) : of(kSurvival) * c.principal[at];
      if (!lease)
        sum[kGroupInterest] +=
            c.floating_scheduled[at] > 0 ? of(kVariable) : of(kSurvival) * c.interest[at];
    }
    for (const auto& [which, expected] : sum)
      EXPECT_NEAR(b.sum(b.layout.group_month(b.layout.portfolio(), k, which)), expected,
                  1e-12 * kBlockPaths * b.plan.book_balance[0])
          << "month " << k << ", " << which;
  }
}

// A fan's sum is its series', every path is in one bin, and the bins hold the order statistics.
TEST(BookStages, CountTheFans) {
  const SimulatedBlock b = random_block(MeasureBasis::real_world);
  const PlainMarket market(b.market, b.plan, b.rows, kNumber * kBlockPaths);
  using Of = FanPlan::Of;
  int compared = 0;
  for (std::size_t f = 0; f < b.plan.fans.size(); ++f) {
    const FanPlan& fan = b.plan.fans[f];
    for (const int k : {0, 1, 13, b.plan.steps}) {
      const auto m = static_cast<std::size_t>(k);
      std::vector<double> x;
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        if (fan.of == Of::rental_rate) x.push_back(market.rent(p, fan.index, k));
        if (fan.of == Of::resale_value) x.push_back(market.value(p, fan.index, k));
        if (fan.of == Of::launch_count)
          x.push_back(b.rows.row(engine::line_series(fan.index, engine::kLaunchCount), k)[p]);
        if (fan.of == Of::power) x.push_back(market.power(p, k));
        if (fan.of == Of::short_rate)
          x.push_back(b.rows.row(engine::kShortRate, k)[p] + fan.shift[m]);
      }
      if (x.empty()) continue;
      ++compared;
      double sum = 0;
      for (const double value : x) sum += value;
      EXPECT_NEAR(b.sum(b.layout.fan(f, m)), sum, 1e-12 * kBlockPaths * std::max(1.0, fan.scale));
      std::vector<std::uint32_t> expected(static_cast<std::size_t>(kFanBins), 0U);
      for (const double value : x) {
        const double axis = fan.logarithmic ? std::log(value) : value;
        const double bin = (axis - fan.low[m]) * fan.inverse_width[m];
        ++expected[static_cast<std::size_t>(std::clamp(bin, 0.0, kFanBins - 1.0))];
      }
      const std::uint32_t* const counts =
          b.fans.data() + (f * (b.layout.steps + 1) + m) * static_cast<std::size_t>(kFanBins);
      int moved = 0;  // a value at the edge of its bin may fall to the next
      for (std::size_t bin = 0; bin < expected.size(); ++bin)
        moved += counts[bin] != expected[bin] ? 1 : 0;
      EXPECT_LE(moved, 2) << f << ' ' << k;
    }
  }
  EXPECT_GE(compared, 5 * 4);
}

}  // namespace
}  // namespace lien::pricing
