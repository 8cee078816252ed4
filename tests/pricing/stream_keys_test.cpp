#include "pricing/plan/stream_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "tests/pricing/compiled_market.hpp"
#include "tests/pricing/random_book.hpp"

namespace lien::pricing {
namespace {

using engine::StreamKind;

Market market_of_all_kinds() {
  Market market = sample_market();
  market.scarcity->regime = sample_regime();
  market.frontier->drift_stdev = 0.1;
  market.hardware[0].idiosyncratic = OwnNoise{1, 0.2};
  market.liquidation->lag_months = 3;
  market.liquidation->lag_stdev_months = 1;
  return market;
}

Loan secured_loan(const char* id) {
  Loan loan;
  loan.id = id;
  loan.borrower = sample_market().parties[0].id;
  loan.hardware = sample_market().hardware[0].id;
  loan.units = 10;
  loan.principal = 1e5;
  loan.coupon = 0.1;
  loan.closing = kSampleDate;
  loan.maturity = Date{std::chrono::sys_days(kSampleDate) + std::chrono::days(700)};
  return loan;
}

Book two_loans() {
  Book book;
  book.loans = {secured_loan("L-1"), secured_loan("L-2")};
  return book;
}

struct Keys {
  Market market = market_of_all_kinds();
  Book book;
  CompiledMarket compiled;
  CompileInput input;
  Keys()
      : book(two_loans()),
        compiled(market, MeasureBasis::real_world, 0, book),
        input{&compiled.settings,       &compiled.market,   &compiled.book,
              MeasureBasis::real_world, &compiled.baseline, &compiled.changed} {}
};

TEST(StreamKeys, HoldEveryStreamThatAPlanDrawsFrom) {
  const Keys keys;
  std::map<StreamKind, std::size_t> count;
  for (const PlanKey& key : stream_keys(keys.compiled.plan)) ++count[key.kind];
  EXPECT_EQ(count[StreamKind::factor], 6u);  // four factors, the drift, the regimes
  EXPECT_EQ(count[StreamKind::launch], keys.market.launches.size());
  EXPECT_EQ(count[StreamKind::noise], 1u);
  EXPECT_EQ(count[StreamKind::party], keys.market.parties.size());
  EXPECT_EQ(count[StreamKind::delay], 2u);
}

// Nobody finds two ids of one 64-bit hash: one key is put in the place of another, of its own kind
// or of any other.
TEST(StreamKeys, RefuseTwoStreamsOfOneKeyWhateverTheirKinds) {
  const Keys keys;
  const auto all = stream_keys(keys.compiled.plan);
  EXPECT_NO_THROW(refuse_equal_keys(keys.input, keys.compiled.plan, all));
  const auto first_of = [&](StreamKind kind) {
    return static_cast<std::size_t>(
        std::find_if(all.begin(), all.end(), [&](const PlanKey& k) { return k.kind == kind; }) -
        all.begin());
  };
  const std::map<StreamKind, std::string> names = {
      {StreamKind::factor, "a market factor"},
      {StreamKind::launch, "launches " + keys.market.launches[0].line},
      {StreamKind::noise, "a noise of its own"},
      {StreamKind::party, "party " + keys.market.parties[0].id},
      {StreamKind::delay, "the drawn lag of loan "}};
  for (const auto& one : names)
    for (const auto& other : names) {
      auto changed = all;
      const std::size_t from = first_of(one.first);
      const std::size_t to = first_of(other.first) + (one.first == other.first ? 1 : 0);
      if (to >= all.size() || all[to].kind != other.first) continue;  // one stream of the kind
      changed[to].key = changed[from].key;
      try {
        refuse_equal_keys(keys.input, keys.compiled.plan, changed);
        ADD_FAILURE() << one.second << " and " << other.second;
      } catch (const InputError& error) {
        const std::string told = to_string(error.faults().front());
        EXPECT_NE(told.find("draws the same random numbers"), std::string::npos) << told;
        EXPECT_NE(told.find(one.second), std::string::npos) << told;
      }
    }
}

}  // namespace
}  // namespace lien::pricing
