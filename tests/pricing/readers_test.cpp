#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "pricing/book/read.hpp"

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

const char* const kRun = R"(name = "t"
valuation_date = 2026-09-30
market = "market.toml"
book = ["loans.csv"]
[simulation]
sampling = "philox"
)";
const char* const kMarket = R"(currency = "USD"
rates = { zero_curve = 0.04 }
[liquidation]
lag_months = 6
[[hardware]]
id = "H100"
rental_rate = 2.60
utilization = 0.80
operating_cost = 0.36
resale = { law = "rental_multiple", multiple = 8000 }
[[party]]
id = "a"
hazard = 0.05
recovery = 0.35
[[party]]
id = "b"
kind = "hyperscaler"
cds_spreads = { years = [1, 5], spreads = [0.004, 0.005] }
recovery = 0.40
)";
const std::string kHeader = "id,borrower,principal,closing,maturity,amortization";
const std::string kRow = "L,a,100,2026-09-30,2029-09-30,level";

// Writes the files over the sound ones, reads run.toml in their folder.
Inputs read(Files files, const CommandLine& options = {}) {
  const fs::path folder =
      fs::path(testing::TempDir()) /
      ("readers." + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
  fs::remove_all(folder);
  fs::create_directories(folder);
  files.emplace("run.toml", kRun);
  files.emplace("market.toml", kMarket);
  files.emplace("loans.csv", kHeader + ",coupon\n" + kRow + ",0.12\n");
  for (const auto& [name, text] : files) std::ofstream(folder / name, std::ios::binary) << text;
  fs::current_path(folder);
  return read_inputs("run.toml", options);
}

std::vector<std::string> faults(const Files& files, const CommandLine& options = {}) {
  std::vector<std::string> texts;
  try {
    (void)read(files, options);
  } catch (const InputError& error) {
    for (const Diagnostic& fault : error.faults()) texts.push_back(to_string(fault));
  }
  return texts;
}

// The faults of one loan, given as columns and cells beside the minimal ones.
std::vector<std::string> loan_faults(const std::string& columns, const std::string& cells) {
  return faults({{"loans.csv", kHeader + ',' + columns + '\n' + kRow + ',' + cells + '\n'}});
}

Loan loan(const std::string& columns, const std::string& cells) {
  return read({{"loans.csv", kHeader + ',' + columns + '\n' + kRow + ',' + cells + '\n'}})
      .book.loans.at(0);
}

bool one_fault_about(const std::vector<std::string>& texts, const std::string& words) {
  return texts.size() == 1 && texts[0].find(words) != std::string::npos;
}

Date day(int y, unsigned m, unsigned d) {
  return std::chrono::sys_days(std::chrono::year(y) / static_cast<int>(m) / static_cast<int>(d));
}

TEST(Readers, LayOptionsOfTheCommandLineOverTheFile) {
  CommandLine options;
  options.paths = 77;
  options.seed = 5;
  options.threads = 3;
  const Inputs inputs = read({}, options);
  EXPECT_EQ(inputs.settings.paths, 77u);
  EXPECT_EQ(inputs.settings.seed, 5u);
  EXPECT_EQ(inputs.settings.threads, 3u);
  EXPECT_EQ(inputs.settings.name, "t");
  EXPECT_EQ(inputs.settings.valuation_date, day(2026, 9, 30));
  EXPECT_TRUE(inputs.settings.risk_neutral && inputs.settings.real_world);
}

TEST(Readers, ReadTheRunFile) {
  const Inputs inputs = read({{"run.toml", std::string(kRun) + R"(paths = 1000000000
seed = 9223372036854775807
measure_basis = ["real_world"]
default_method = "sampled"
horizon_months = 24
[results]
confidence = [0.9]
loss_horizon_months = [12, 24, 0]
contract_months = true
)"}});
  const RunSettings& s = inputs.settings;
  EXPECT_EQ(s.paths, 1'000'000'000u);
  EXPECT_EQ(s.seed, 9223372036854775807u);  // 2^63 - 1, which no double holds
  EXPECT_FALSE(s.risk_neutral);
  EXPECT_TRUE(s.real_world && s.sample_values && s.contract_months);
  EXPECT_EQ(s.horizon_months, 24);
  EXPECT_EQ(s.confidence, std::vector<double>{0.9});
  EXPECT_EQ(s.loss_horizon_months, (std::vector<int>{12, 24, 0}));
}

TEST(Readers, ReadTheMarket) {
  const Market market = read({{"market.toml", std::string(kMarket) + R"([scarcity]
mean_reversion = 0.9
volatility = 0.4
[frontier]
drift = -0.38
drift_of = "price"
volatility = 0.38
[[launches]]
line = "nvidia"
law = "weibull"
shape = 2.1
mean_years = 1.25
drop = { mean = 0.229, stdev = 0.09, premium = 0.3 }
ramp = { law = "exponential", years = 0.5 }
past_launches = [{ date = 2026-02-01, drop = 0.2 }]
scheduled = [{ name = "Rubin", date = 2026-10-15, slip_months = 3 }]
[[hardware]]
id = "B200"
line = "nvidia"
rental_rate = 4
launch_loadings = { nvidia = 0.5 }
utilization = { mean = 0.80, min = 0.35, max = 0.97, scarcity_loading = 1.5 }
resale = { law = "curve", months = [0, 24], values = [30000, 9000] }
)"}}).market;
  EXPECT_EQ(market.scarcity->mean_reversion, 0.9);
  EXPECT_TRUE(market.frontier->drift_of_price);
  EXPECT_NEAR(market.frontier->log_drift(), -0.38 - 0.38 * 0.38 / 2, 1e-15);
  const LaunchLine& line = market.launches.at(0);
  EXPECT_EQ(line.law, LaunchLaw::weibull);
  EXPECT_EQ(line.drop_premium, 0.3);
  EXPECT_EQ(line.ramp_years, 0.5);
  EXPECT_EQ(line.past_launches.at(0).date, day(2026, 2, 1));
  EXPECT_EQ(line.scheduled.at(0).name, "Rubin");
  const Hardware& b200 = market.hardware.at(1);
  EXPECT_TRUE(b200.utilization->moves);
  EXPECT_EQ(b200.utilization->min, 0.35);
  EXPECT_EQ(b200.launch_loadings.at("nvidia"), 0.5);
  EXPECT_EQ(b200.resale->curve.years, (std::vector<double>{0, 2}));
  EXPECT_EQ(b200.resale->curve.values, (std::vector<double>{30000, 9000}));
  EXPECT_FALSE(market.hardware.at(0).utilization->moves);
  EXPECT_EQ(market.parties.at(1).input, CreditInput::cds_spreads);
  EXPECT_EQ(market.parties.at(1).kind, PartyKind::hyperscaler);
}

TEST(Readers, TakeDefaultsOfALoanFromItsOtherFields) {
  const Loan fixed = loan("coupon", "0.12");
  EXPECT_EQ(fixed.day_count, DayCount::thirty_360);
  EXPECT_EQ(fixed.recourse, Recourse::full);
  EXPECT_FALSE(fixed.floating);
  const Loan floating = loan("margin,frequency", "0.06,quarterly");
  EXPECT_TRUE(floating.floating);
  EXPECT_EQ(floating.day_count, DayCount::actual_360);
  EXPECT_EQ(floating.frequency, Frequency::quarterly);
  EXPECT_EQ(floating.source.at("margin"), (Location{"loans.csv", 2, 37}));
  EXPECT_EQ(floating.source.at("coupon"), (Location{"loans.csv", 2, 0}));
}

TEST(Readers, AcceptAByteOrderMarkCrlfAndAnEmptyNeutralColumn) {
  const std::string text =
      "\xEF\xBB\xBF" + kHeader + ",coupon,growth,mark\r\n" + kRow + ",0.12,0,\r\n";
  EXPECT_EQ(read({{"loans.csv", text}}).book.loans.at(0).coupon, 0.12);
}

TEST(Readers, CheckTheFieldsOfALoanTogether) {
  EXPECT_TRUE(one_fault_about(loan_faults("coupon,margin", "0.1,0.02"),
                              "loans.csv:2:41: loan L / margin: is 0.02; stands beside a coupon"));
  EXPECT_TRUE(one_fault_about(loan_faults("held", "1"), "coupon: is missing"));
  EXPECT_TRUE(one_fault_about(loan_faults("coupon,floor", "0.1,0.01"), "goes with a margin"));
  EXPECT_TRUE(one_fault_about(loan_faults("coupon,outstanding_principal", "0.1,101"),
                              "must be at most the principal"));
  EXPECT_TRUE(one_fault_about(loan_faults("coupon,balloon", "0.1,0.3"), "amortization balloon"));
  EXPECT_TRUE(one_fault_about(loan_faults("coupon,hardware", "0.1,H100"), "units: is missing"));
  EXPECT_TRUE(one_fault_about(loan_faults("coupon,reserve_target", "0.1,9"), "needs hardware"));
  EXPECT_TRUE(one_fault_about(loan_faults("coupon,recourse", "0.1,none"), "leaves nothing"));
  EXPECT_TRUE(one_fault_about(loan_faults("coupon,interest_only_months", "0.1,36"),
                              "must be shorter than the loan"));
  const auto contract = loan_faults("coupon,hardware,units,contract_rate", "0.1,H100,8,2");
  ASSERT_EQ(contract.size(), 2u);
  EXPECT_NE(contract[0].find("contract_end: is missing"), std::string::npos);
  EXPECT_NE(contract[1].find("customer: is missing"), std::string::npos);
}

// One slip of the keyboard is one fault, and not a second one about what seems to be missing.
TEST(Readers, DoNotMissAFieldThatIsOnlyMisspelt) {
  EXPECT_TRUE(one_fault_about(loan_faults("coupn", "0.12"), "did you mean coupon?"));
  std::string market = kMarket;
  market.replace(market.find("recovery"), 8, "recovry");
  EXPECT_TRUE(one_fault_about(faults({{"market.toml", market}}), "did you mean recovery?"));
}

TEST(Readers, RequireTheRateOfARunningFloatingPeriod) {
  const auto text = [](const char* closing, const char* rate) {
    return faults({{"loans.csv", kHeader + ",margin,current_rate\nL,a,100," + closing +
                                     ",2029-09-30,level,0.06," + rate + "\n"}});
  };
  EXPECT_TRUE(one_fault_about(text("2026-03-31", ""), "current_rate: is missing"));
  EXPECT_TRUE(text("2026-03-31", "0.0985").empty());
  EXPECT_TRUE(text("2026-09-30", "").empty());  // closes on the valuation date: no period runs yet
}

TEST(Readers, RequireSomebodyOrSomethingThatPays) {
  const auto text = [](const char* columns, const char* cells) {
    return faults(
        {{"loans.csv", std::string("id,principal,closing,maturity,amortization,coupon") + columns +
                           "\nL,100,2026-09-30,2029-09-30,level,0.1" + cells + "\n"}});
  };
  EXPECT_TRUE(one_fault_about(text("", ""), "neither a borrower nor hardware"));
  EXPECT_TRUE(text(",hardware,units", ",H100,8").empty());
  EXPECT_TRUE(one_fault_about(text(",hardware,units,recourse", ",H100,8,full"),
                              "needs a borrower who pays"));
}

TEST(Readers, NameTheContractThatObservesWhatTheMarketLacks) {
  std::string market = kMarket;
  const auto without = [&](const std::string& line) {
    std::string text = market;
    text.erase(text.find(line), line.size());
    return faults({{"market.toml", text},
                   {"loans.csv",
                    kHeader + ",coupon,hardware,units,recourse\n" + kRow + ",0.1,H100,8,none\n"}});
  };
  EXPECT_TRUE(without("").empty());
  EXPECT_TRUE(one_fault_about(without("utilization = 0.80\n"),
                              "loans.csv:2:41: loan L / hardware: is H100; has no utilization"));
  EXPECT_TRUE(one_fault_about(without("operating_cost = 0.36\n"), "has no operating_cost"));
  EXPECT_TRUE(one_fault_about(without("resale = { law = \"rental_multiple\", multiple = 8000 }\n"),
                              "has no resale"));
  EXPECT_TRUE(one_fault_about(without("[liquidation]\nlag_months = 6\n"),
                              "liquidation_lag_months: is missing"));
}

TEST(Readers, ReadLeasesFromATapeAndFromToml) {
  const std::string lease =
      "[[lease]]\nid = \"R-2\"\nlessee = \"b\"\nhardware = \"H100\"\n"
      "units = 8\nstart = 2026-09-30\nend = 2029-09-30\nrent = 1000\n"
      "rent_timing = \"arrears\"\nend_option = \"one_dollar\"\n";
  const Inputs inputs =
      read({{"run.toml", std::string(kRun).replace(std::string(kRun).find("\"loans.csv\""), 11,
                                                   "\"leases.csv\", \"l.toml\"")},
            {"leases.csv",
             "id,lessee,hardware,units,start,end,rent,rent_timing,net\n"
             "R-1,a,H100,512.0,2026-09-30,2029-09-30,425000,advance,true\n"},
            {"l.toml", lease}});
  ASSERT_EQ(inputs.book.leases.size(), 2u);
  EXPECT_EQ(inputs.book.leases[0].units, 512);
  EXPECT_TRUE(inputs.book.leases[0].net);
  EXPECT_EQ(inputs.book.leases[1].end_option, EndOption::one_dollar);
  EXPECT_EQ(inputs.book.leases[1].timing, RentTiming::arrears);
  EXPECT_EQ(inputs.book.leases[1].source.at("rent"), (Location{"l.toml", 8, 8}));
}

TEST(Readers, ReadInstruments) {
  const auto with = [](const std::string& text) {
    return Files{
        {"run.toml", std::string(kRun).replace(std::string(kRun).find("loans.csv"), 9, "i.toml")},
        {"i.toml", "[[instrument]]\nid = \"p\"\nexpiry = 2028-10-01\n" + text}};
  };
  const Instrument put =
      read(with("kind = \"put\"\non = \"resale_value\"\nhardware = \"H100\"\nstrike = 45\n"))
          .book.instruments.at(0);
  EXPECT_EQ(put.kind, InstrumentKind::put);
  EXPECT_EQ(put.strike, 45);
  EXPECT_EQ(put.expiry, day(2028, 10, 1));
  EXPECT_TRUE(
      one_fault_about(faults(with("kind = \"put\"\non = \"rental_rate\"\nhardware = \"H100\"\n")),
                      "strike: is missing"));
  EXPECT_TRUE(one_fault_about(faults(with("kind = \"forward\"\non = \"launch_count\"\n")),
                              "line: is missing"));
}

TEST(Readers, SetFaultyRowsAsideIfAskedTo) {
  const std::string run =
      std::string(kRun).replace(std::string(kRun).find("[sim"), 4, "on_reject = \"skip\"\n[sim");
  const std::string tape = kHeader + ",coupon\n" + kRow + ",0.12\n" +
                           "M,a,-5,2026-09-30,2029-09-30,level,0.12\n" +
                           "N,nobody,5,2026-09-30,2029-09-30,level,0.12\n";
  const Inputs inputs = read({{"run.toml", run}, {"loans.csv", tape}});
  EXPECT_EQ(inputs.book.loans.size(), 1u);
  EXPECT_EQ(inputs.rows_read, 3u);
  ASSERT_EQ(inputs.rejected.size(), 2u);
  EXPECT_EQ(inputs.rejected[0].where, (Location{"loans.csv", 3, 5}));
  EXPECT_EQ(inputs.rejected[1].field, "loan N / borrower");
  // A quote that never closes may have swallowed good rows: that stops even then.
  EXPECT_EQ(faults({{"run.toml", run}, {"loans.csv", tape + "\"O,a\n" + kRow + "\n"}}).size(), 1u);
}

TEST(Readers, SelectTheScenariosOfTheCommandLine) {
  const std::string run =
      std::string(kRun).replace(std::string(kRun).find("[sim"), 4, "scenarios = \"s.csv\"\n[sim");
  const Files files = {{"run.toml", run},
                       {"s.csv",
                        "scenario,input,shock,month,value\n"
                        "up,rates.zero_curve,absolute,,0.02\n"
                        "out,party.a,default,6,\n"}};
  EXPECT_EQ(read(files).scenarios.size(), 2u);
  CommandLine options;
  options.scenarios = {"out"};
  const Inputs inputs = read(files, options);
  ASSERT_EQ(inputs.scenarios.size(), 1u);
  EXPECT_EQ(inputs.scenarios[0].shock, Shock::default_event);
  EXPECT_EQ(inputs.scenarios[0].month, 6);
  options.scenarios = {"uo"};
  EXPECT_TRUE(faults(files, options).size() == 1);
}

// Weights are of all that may happen: left alone they would give the baseline what others have.
TEST(Readers, DropTheWeightsOfAPartOfTheScenarios) {
  const std::string run =
      std::string(kRun).replace(std::string(kRun).find("[sim"), 4, "scenarios = \"s.csv\"\n[sim");
  const Files files = {{"run.toml", run},
                       {"s.csv",
                        "scenario,input,shock,month,value,weight\n"
                        "up,rates.zero_curve,absolute,,0.02,0.3\n"
                        "down,rates.zero_curve,absolute,,-0.01,\n"
                        "out,party.a,default,6,,0.1\n"}};
  CommandLine options;
  options.scenarios = {"up", "out"};
  EXPECT_EQ(read(files, options).scenarios[0].weight, 0.3) << "what is left out has none";
  options.scenarios = {"up", "down"};
  EXPECT_EQ(read(files, options).scenarios[0].weight, 0);
}

TEST(NearestName, OffersANameOnlyIfItIsNear) {
  const std::vector<std::string> known = {"rental_rate", "wear", "line"};
  EXPECT_EQ(nearest_name("rentl_rate", known), "rental_rate");
  EXPECT_EQ(nearest_name("Line", known), "line");
  EXPECT_EQ(nearest_name("wera", known), "wear");  // neighbours swapped: one slip
  EXPECT_EQ(nearest_name("colour", known), "");
}

}  // namespace
}  // namespace lien::pricing
