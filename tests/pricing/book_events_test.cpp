// The schedules of tapes, beside the same agreements under the ACTUS standard.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "pricing/actus/schedule.hpp"
#include "pricing/measures/contract_events.hpp"

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::vector<ContractEvents> events_of_tape(const std::string& rows) {
  const fs::path file =
      fs::temp_directory_path() /
      ("lien_book_events_" + std::to_string(std::hash<std::string>()(rows)) + ".csv");
  std::ofstream(file, std::ios::binary) << rows;
  const std::vector<ContractEvents> all = contract_events(file.string());
  fs::remove(file);
  return all;
}

// One loan a name, of this amortization, that else agrees on `rest`.
std::string loans(const std::string& rest, std::initializer_list<const char*> amortizations) {
  std::string rows =
      "id,borrower,principal,closing,maturity,coupon,margin,frequency,day_count,closing_fee,"
      "amortization\n";
  for (const char* amortization : amortizations) {
    rows.append(amortization).append(rest).append(amortization).append("\n");
  }
  return rows;
}

actus::Contract agreement(actus::ContractType type) {
  actus::Contract contract;
  actus::Terms& terms = contract.terms;
  terms.type = type;
  terms.status_date = {Date{2025y / 12 / 31}, false};
  terms.initial_exchange = actus::Time{Date{2026y / 1 / 31}, false};
  terms.maturity = actus::Time{Date{2028y / 1 / 31}, false};
  terms.notional = 1000;
  terms.nominal_rate = 0.11;
  terms.premium_discount = -20;
  terms.day_count = actus::YearCount::actual_360;
  terms.month_ends = true;
  const actus::Cycle quarterly{{3, 0}, false};
  const actus::Time first{Date{2026y / 4 / 30}, false};
  terms.interest = {first, quarterly};
  if (type != actus::ContractType::pam) terms.principal = {first, quarterly};
  return contract;
}

void expect_same(const ContractEvents& tape, const actus::Contract& contract) {
  std::vector<actus::Event> expected;
  for (const actus::Event& event : actus::schedule(contract))
    if (event.type != actus::EventType::payment_fixed) expected.push_back(event);
  ASSERT_EQ(tape.events.size(), expected.size()) << tape.id;
  constexpr double rounding = 1e-10;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const ContractEvent& own = tape.events[i];
    EXPECT_EQ(own.time, expected[i].time) << tape.id << i;
    EXPECT_EQ(own.type, actus::acronym(expected[i].type)) << tape.id << i;
    EXPECT_NEAR(*own.payoff, expected[i].payoff, rounding) << tape.id << i;
    EXPECT_NEAR(*own.notional, expected[i].notional, rounding) << tape.id << i;
    EXPECT_NEAR(*own.rate, *expected[i].rate, rounding) << tape.id << i;
    EXPECT_NEAR(*own.accrued, *expected[i].accrued, rounding) << tape.id << i;
  }
}

TEST(BookEvents, FixedLoansAreTheContractsOfTheStandard) {
  const auto tape =
      events_of_tape(loans(",a,1000,2026-01-31,2028-01-31,0.11,,quarterly,act/360,0.02,",
                           {"level", "straight_line", "bullet"}));
  ASSERT_EQ(tape.size(), 3u);
  expect_same(tape[0], agreement(actus::ContractType::ann));
  expect_same(tape[1], agreement(actus::ContractType::lam));
  expect_same(tape[2], agreement(actus::ContractType::pam));
}

TEST(BookEvents, FloatingInterestIsLeftBlank) {
  const auto tape = events_of_tape(
      loans(",a,1000,2026-01-31,2027-01-31,,0.05,quarterly,act/360,,", {"straight_line", "level"}));
  ASSERT_EQ(tape.size(), 2u);
  EXPECT_EQ(tape[0].about, "floating at 0.05 over the forward rate");
  ASSERT_EQ(tape[0].events.size(), 9u);  // IED, three of PR and IP, IP and MD
  EXPECT_EQ(tape[0].events[1].payoff, 250.0);
  EXPECT_FALSE(tape[0].events[2].payoff);
  EXPECT_EQ(tape[0].events[8].payoff, 250.0);
  ASSERT_EQ(tape[1].events.size(), 9u);
  EXPECT_FALSE(tape[1].events[1].payoff);
  EXPECT_FALSE(tape[1].events[1].notional);
}

TEST(BookEvents, RentsOfALease) {
  const auto tape = events_of_tape(
      "id,lessee,hardware,units,start,end,rent,rent_timing,rent_growth,frequency\n"
      "l,a,h,1,2026-01-01,2028-01-01,100,advance,0.1,semiannual\n");
  ASSERT_EQ(tape.size(), 1u);
  ASSERT_EQ(tape[0].events.size(), 4u);
  EXPECT_EQ(tape[0].events[0].time.day, Date{2026y / 1 / 1});
  EXPECT_EQ(tape[0].events[1].payoff, 100.0);
  EXPECT_EQ(tape[0].events[3].time.day, Date{2027y / 7 / 1});
  EXPECT_NEAR(*tape[0].events[3].payoff, 110, 1e-12);
  EXPECT_EQ(tape[0].events[0].type, "RENT");
}

}  // namespace
}  // namespace lien::pricing
