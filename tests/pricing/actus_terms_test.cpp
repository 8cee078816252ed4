#include <gtest/gtest.h>

#include "pricing/actus/schedule.hpp"

// Terms of the ACTUS standard that few of its published cases hold, each by hand on a loan whose
// day is worth 1: 3650 at 10 %, Actual/365.
namespace lien::pricing::actus {
namespace {

using namespace std::chrono_literals;

Time on(Date day) { return {day, false}; }

Contract loan(ContractType type) {
  Contract contract;
  Terms& terms = contract.terms;
  terms.type = type;
  terms.status_date = on(Date{2026y / 1 / 1});
  terms.initial_exchange = on(Date{2026y / 1 / 5});
  terms.maturity = on(Date{2027y / 1 / 5});
  terms.notional = 3650;
  terms.nominal_rate = 0.1;
  terms.day_count = YearCount::actual_365;
  return contract;
}

std::vector<Event> of_type(const Contract& contract, EventType type) {
  std::vector<Event> out;
  for (const Event& event : schedule(contract))
    if (event.type == type) out.push_back(event);
  return out;
}

TEST(ActusTerms, APeriodCapHoldsTheChangeOfARate) {
  Contract contract = loan(ContractType::pam);
  contract.terms.rate_reset.anchor = on(Date{2026y / 2 / 1});
  contract.terms.rate_index = "index";
  contract.observed.series["index"] = {{on(Date{2026y / 1 / 1}), 0.5}};
  EXPECT_NEAR(*of_type(contract, EventType::rate_reset).at(0).rate, 0.5, 1e-15);
  contract.terms.period_cap = 0.02;
  EXPECT_NEAR(*of_type(contract, EventType::rate_reset).at(0).rate, 0.12, 1e-15);
  contract.observed.series["index"] = {{on(Date{2026y / 1 / 1}), 0.01}};
  contract.terms.period_floor = -0.03;
  EXPECT_NEAR(*of_type(contract, EventType::rate_reset).at(0).rate, 0.07, 1e-15);
}

TEST(ActusTerms, InterestFollowsAPrepayment) {
  Contract contract = loan(ContractType::pam);
  contract.terms.prepayable = true;
  contract.observed.events = {{on(Date{2026y / 4 / 15}), "PP", 1825, "", ""},
                              {on(Date{2027y / 1 / 6}), "PP", 100, "", ""}};  // after the end
  EXPECT_EQ(of_type(contract, EventType::prepayment).size(), 1u);
  // A hundred days at 1 and 265 at a half.
  EXPECT_NEAR(of_type(contract, EventType::interest_payment).at(0).payoff, 100 + 132.5, 1e-9);
  EXPECT_NEAR(of_type(contract, EventType::maturity).at(0).payoff, 1825, 1e-9);
}

TEST(ActusTerms, AFeeOnTheNotionalAccruesToTheEnd) {
  Contract contract = loan(ContractType::pam);
  contract.terms.fee_rate = 0.02;
  contract.terms.fee.anchor = on(Date{2026y / 4 / 15});
  const auto paid = [&contract] {
    double all = 0;
    for (const Event& event : schedule(contract))
      if (event.type == EventType::fee_payment || event.type == EventType::maturity)
        all += event.payoff;
    return all;
  };
  EXPECT_NEAR(of_type(contract, EventType::fee_payment).at(0).payoff, 20, 1e-9);
  EXPECT_NEAR(paid(), 3650 + 73, 1e-9);
  // Without dates of its own a fee is due with the notional (POF_MD_PAM).
  contract.terms.fee = {};
  EXPECT_TRUE(of_type(contract, EventType::fee_payment).empty());
  EXPECT_NEAR(of_type(contract, EventType::maturity).at(0).payoff, 3650 + 73, 1e-9);
}

TEST(ActusTerms, WhatATerminationAndAPurchaseSettleCountsInterest) {
  Contract contract = loan(ContractType::pam);
  contract.terms.purchase = on(Date{2026y / 2 / 4});
  contract.terms.price_at_purchase = 3500;
  contract.terms.termination = on(Date{2026y / 3 / 6});
  contract.terms.price_at_termination = 3600;
  const std::vector<Event> events = schedule(contract);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_NEAR(events[0].payoff, -3530, 1e-9);
  EXPECT_NEAR(events[1].payoff, 3660, 1e-9);
}

// Repaid in as many parts as are to come after the status date, one of which falls on it.
TEST(ActusTerms, AnAmortizerCountsThePartsToCome) {
  Contract contract = loan(ContractType::lam);
  Terms& terms = contract.terms;
  terms.initial_exchange = on(Date{2025y / 12 / 1});
  terms.principal = {on(Date{2026y / 1 / 1}), Cycle{{1, 0}, false}};
  terms.maturity = on(Date{2026y / 6 / 1});
  const auto parts = of_type(contract, EventType::principal_redemption);
  ASSERT_EQ(parts.size(), 4u);
  for (const Event& part : parts) EXPECT_NEAR(part.payoff, 730, 1e-9);
  EXPECT_NEAR(of_type(contract, EventType::maturity).at(0).payoff, 730, 1e-9);
}

// The same without a maturity: five parts of 730 from the first of January on, which counts.
TEST(ActusTerms, AnAmortizerEndsWithItsLastPart) {
  Contract contract = loan(ContractType::lam);
  Terms& terms = contract.terms;
  terms.initial_exchange = on(Date{2025y / 12 / 1});
  terms.principal = {on(Date{2026y / 1 / 1}), Cycle{{1, 0}, false}};
  terms.maturity.reset();
  terms.next_principal_payment = 730;
  const auto end = of_type(contract, EventType::maturity);
  ASSERT_EQ(end.size(), 1u);
  EXPECT_EQ(end[0].time.day, Date{2026y / 5 / 1});
}

// ISDA 2006, 4.16 (h): the last of February is a thirtieth but where it ends the contract.
TEST(ActusTerms, ThirtyDaysCountTheLastOfFebruary) {
  const Date january{2026y / 1 / 31}, february{2026y / 2 / 28}, march{2026y / 3 / 31};
  const auto days = [](Date from, Date to, std::optional<Date> end) {
    return 360 * year_fraction(YearCount::thirty_e_360_isda, from, to, end);
  };
  EXPECT_NEAR(days(january, february, std::nullopt), 30, 1e-12);
  EXPECT_NEAR(days(january, february, february), 28, 1e-12);
  EXPECT_NEAR(days(february, march, march), 30, 1e-12);
}

// A guarantee with a fee in money: what has accrued of a period when it is called is paid with it.
TEST(ActusTerms, ACalledGuaranteeSettlesTheFeeSoFar) {
  Contract contract = loan(ContractType::ceg);
  Terms& terms = contract.terms;
  terms.initial_exchange.reset();
  Reference covered{Role::covered, "loan", loan(ContractType::pam).terms, "", 1};
  covered.contract->id = "loan";
  terms.structure = {covered};
  terms.notional = 1000;
  terms.fee_basis = FeeBasis::absolute;
  terms.fee_rate = 100;
  terms.fee = {on(Date{2026y / 2 / 1}), Cycle{{1, 0}, false}};
  contract.observed.events = {{on(Date{2026y / 3 / 11}), "CE", 0, "loan", "DF"}};
  const auto paid = of_type(contract, EventType::settlement);
  ASSERT_EQ(paid.size(), 1u);
  EXPECT_NEAR(paid[0].payoff, 1000 + 100 * 10 / 31.0, 1e-9);  // ten of March's days
}

// Money without an end is repaid and drawn as it is observed to be.
TEST(ActusTerms, MoneyWithoutAnEndMovesByWhatIsObserved) {
  Contract contract = loan(ContractType::ump);
  contract.terms.maturity.reset();
  contract.observed.events = {{on(Date{2026y / 2 / 1}), "PI", 1000, "", ""},
                              {on(Date{2026y / 3 / 1}), "PR", 600, "", ""}};
  const auto drawn = of_type(contract, EventType::principal_increase);
  const auto repaid = of_type(contract, EventType::principal_redemption);
  ASSERT_EQ(drawn.size(), 1u);
  ASSERT_EQ(repaid.size(), 1u);
  EXPECT_EQ(drawn[0].payoff, -1000);
  EXPECT_EQ(drawn[0].notional, 4650);
  EXPECT_EQ(repaid[0].payoff, 600);
  EXPECT_EQ(repaid[0].notional, 4050);
}

}  // namespace
}  // namespace lien::pricing::actus
