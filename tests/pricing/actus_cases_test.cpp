// The cases that the ACTUS standard publishes, with the events that it expects of them. They are
// not part of this repository (their licence is another): where the folder beside it is absent
// these tests skip.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "pricing/book/json_document.hpp"
#include "pricing/measures/contract_events.hpp"

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;

double number_of(const JsonValue& value) {
  return value.kind == JsonKind::number ? value.number : std::strtod(value.text.c_str(), nullptr);
}

std::string expected_time(const JsonValue& event) {
  std::string text = event.find("eventDate")->text;
  if (text.size() == 16) text += ":00";
  return text;
}

std::string time_text(const actus::Time& time) {
  const std::chrono::year_month_day day{time.day};
  std::ostringstream text;
  text << static_cast<int>(day.year()) << '-' << static_cast<unsigned>(day.month()) / 10
       << static_cast<unsigned>(day.month()) % 10 << '-' << static_cast<unsigned>(day.day()) / 10
       << static_cast<unsigned>(day.day()) % 10 << (time.end_of_day ? "T23:59:59" : "T00:00:00");
  return text.str();
}

// The files print 15 digits: 1e-9 of a number above 1.
void expect_number(const JsonValue& event, const char* field, std::optional<double> ours,
                   const std::string& where) {
  const JsonValue* expected = event.find(field);
  if (expected == nullptr) return;
  ASSERT_TRUE(ours) << where << field;
  const double x = number_of(*expected);
  EXPECT_NEAR(*ours, x, 1e-9 * std::max(1.0, std::abs(x))) << where << field;
}

void expect_events(const ContractEvents& ours, const JsonValue& results) {
  ASSERT_EQ(ours.events.size(), results.items.size()) << ours.id;
  for (std::size_t i = 0; i < results.items.size(); ++i) {
    const JsonValue& event = results.items[i];
    const ContractEvent& own = ours.events[i];
    const std::string where = ours.id + " event " + std::to_string(i) + " ";
    EXPECT_EQ(time_text(own.time), expected_time(event)) << where;
    EXPECT_EQ(own.type, event.find("eventType")->text) << where;
    EXPECT_EQ(ours.currency, event.find("currency")->text) << where;
    expect_number(event, "payoff", own.payoff, where);
    expect_number(event, "notionalPrincipal", own.notional, where);
    expect_number(event, "nominalInterestRate", own.rate, where);
    expect_number(event, "accruedInterest", own.accrued, where);
    expect_number(event, "exerciseAmount", own.exercise_amount, where);
  }
}

// contracts: how many the file must hold at least, so that an emptied file passes nothing.
void expect_cases(const std::string& type, std::size_t contracts) {
  const fs::path path = fs::path(LIEN_ACTUS_CASES) / ("actus-tests-" + type + ".json");
  if (!fs::exists(path)) GTEST_SKIP() << "no ACTUS cases at " << path;
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  std::vector<Diagnostic> faults;
  const auto cases = parse_json(path.string(), text.str(), faults);
  ASSERT_TRUE(cases);
  const std::vector<ContractEvents> ours = contract_events(path.string());
  ASSERT_EQ(ours.size(), cases->members.size());
  EXPECT_GE(ours.size(), contracts);
  for (std::size_t i = 0; i < ours.size(); ++i)
    expect_events(ours[i], *cases->members[i].value.find("results"));
}

TEST(ActusCases, PrincipalAtMaturity) { expect_cases("pam", 13); }
TEST(ActusCases, LinearAmortizer) { expect_cases("lam", 16); }
TEST(ActusCases, NegativeAmortizer) { expect_cases("nam", 11); }
TEST(ActusCases, Annuity) { expect_cases("ann", 16); }
TEST(ActusCases, ExoticLinearAmortizer) { expect_cases("lax", 9); }
TEST(ActusCases, CallMoney) { expect_cases("clm", 8); }
TEST(ActusCases, UndefinedMaturity) { expect_cases("ump", 5); }
TEST(ActusCases, CapFloor) { expect_cases("capfl", 2); }
TEST(ActusCases, Guarantee) { expect_cases("ceg", 7); }
TEST(ActusCases, Collateral) { expect_cases("cec", 8); }

}  // namespace
}  // namespace lien::pricing
