#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <tuple>

#include "pricing/book/read.hpp"
#include "pricing/measures/value_book.hpp"

// Rows of a tape that are run as vehicles: against the vehicle that a user would write for them,
// from the files on. That a row without such terms is its vehicle is held by vehicle_book_test.
namespace lien::pricing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRun = R"(name = "rows"
valuation_date = 2026-09-30
market = "market.toml"
book = ["BOOK"]
[simulation]
paths = 1024
sampling = "philox"
[results]
loss_horizon_months = [12, 0]
)";
constexpr const char* kMarket = R"(currency = "USD"
rates = { zero_curve = 0.04, liquidity_spread = 0.01, hull_white = { mean_reversion = 0.08, volatility = 0.012 } }
[scarcity]
mean_reversion = 0.9
volatility = 0.4
[frontier]
drift = -0.2
volatility = 0.2
[liquidation]
lag_months = 3
haircut = 0.1
[[hardware]]
id = "chip"
rental_rate = 2.6
utilization = 0.8
operating_cost = 0.36
life_years = 8
useful_life_years = 6
resale = { law = "income", operator_rate = 0.14 }
[[party]]
id = "cloud"
hazard = 0.06
recovery = 0.3
scarcity_loading = 1
[[party]]
id = "lab"
hazard = 0.05
recovery = 0.4
)";
const std::string kHeader =
    "id,borrower,recourse,mark,hardware,units,purchase_price,operating_cost,principal,closing,"
    "maturity,coupon,margin,cap,frequency,amortization,customer,contract_share,contract_rate,"
    "contract_start,contract_end,take_or_pay,relet_months,reserve_initial,reserve_target,"
    "min_debt_service_coverage_ratio,max_loan_to_value,growth,net,realization,prepaid,"
    "prepaid_months,notice_months,termination_fee,walk_away_ratio,renewal_months,renewal_count,"
    "renewal_rent,prepayment_start,prepayment_spread,prepayment_penalty,held\n";

// The inputs of a run on one book file.
Inputs read(const std::string& name, const std::string& text) {
  const fs::path folder =
      fs::temp_directory_path() / ("lien_rows_" + std::to_string(::getpid()) + "_" + name);
  fs::create_directories(folder);
  std::string run = kRun;
  run.replace(run.find("BOOK"), 4, name);
  std::ofstream(folder / "run.toml") << run;
  std::ofstream(folder / "market.toml") << kMarket;
  std::ofstream(folder / name) << text;
  const fs::path before = fs::current_path();
  fs::current_path(folder);
  Inputs inputs = read_inputs("run.toml", {});
  fs::current_path(before);
  fs::remove_all(folder);
  return inputs;
}

using Key = std::tuple<std::string, std::string, std::string, double, double>;
std::map<Key, double> measures(const Inputs& inputs) {
  const RunResults results = value_book(inputs, {});
  const Table& t = results.tables.measures;
  std::map<Key, double> out;
  const auto number = [](double x) { return std::isnan(x) ? -1.0 : x; };
  for (std::size_t r = 0; r < t.rows(); ++r)
    out[{t.column("measure_basis").texts[r],
         t.column("level").texts[r] + ' ' + t.column("id").texts[r], t.column("measure").texts[r],
         number(t.column("horizon_months").numbers[r]),
         number(t.column("confidence").numbers[r])}] = t.column("value").numbers[r];
  return out;
}

const std::string kRow =
    "L-1,cloud,none,cost,chip,1000,26000,0.4,12000000,2026-09-30,2030-09-30,0.105,,,quarterly,"
    "straight_line,lab,0.7,2.4,2026-09-30,2028-09-30,0.95,2,900000,800000,1.2,0.7,0.03,true,0.9,"
    "2000000,12,3,150000,1.4,6,2,same,2027-06-30,0.004,0.01,0.8\n";
constexpr const char* kVehicle = R"([[vehicle]]
id = "L-1"
borrower = "cloud"
recourse = "none"
mark = "cost"
[[vehicle.lot]]
id = "lot"
hardware = "chip"
units = 1000
purchase_price = 26000
operating_cost = 0.4
[[vehicle.offtake]]
id = "offtake"
customer = "lab"
share = 0.7
rental_rate = 2.4
start = 2026-09-30
end = 2028-09-30
take_or_pay = 0.95
relet_months = 2
growth = 0.03
net = true
realization = 0.9
prepaid = 2e6
prepaid_months = 12
notice_months = 3
termination_fee = 150000
walk_away_ratio = 1.4
renewal_months = 6
renewal_count = 2
renewal_rent = "same"
[[vehicle.reserve]]
id = "reserve"
initial = 900000
target = 800000
covers = ["operating_cost", "debt_service"]
[[vehicle.covenant]]
id = "debt_service_coverage_ratio"
test = "debt_service_coverage_ratio"
min = 1.2
consequence = ["cash_trap"]
[[vehicle.covenant]]
id = "loan_to_value"
test = "loan_to_value"
max = 0.7
consequence = ["cash_trap"]
[[vehicle.tranche]]
id = "debt"
rank = 1
principal = 12000000
closing = 2026-09-30
maturity = 2030-09-30
coupon = 0.105
frequency = "quarterly"
amortization = "straight_line"
prepayment_start = 2027-06-30
prepayment_spread = 0.004
prepayment_penalty = 0.01
held = 0.8
)";

// Every measure of a tape's one row is that of the vehicle: returns how many of its tranche and of
// its tests.
std::pair<int, int> expect_equal(const Inputs& rows, const std::string& vehicle) {
  std::map<Key, double> found = measures(rows), written = measures(read("deals.toml", vehicle));
  int tranche = 0, tests = 0;
  for (const auto& [key, value] : written) {
    Key of_row = key;
    std::string& id = std::get<1>(of_row);
    tests += id == "contract L-1/loan_to_value" || id == "contract L-1/debt_service_coverage_ratio";
    if (id == "contract L-1/debt") {
      id = "contract L-1";
      ++tranche;
    }
    if (found.count(of_row) == 0) {
      ADD_FAILURE() << id << ' ' << std::get<2>(key);
      continue;
    }
    if (std::isnan(value)) continue;
    EXPECT_EQ(found.at(of_row), value) << id << ' ' << std::get<2>(key);
  }
  EXPECT_EQ(found.size(), written.size());
  return {tranche, tests};
}

TEST(RowVehicle, IsTheVehicleOfTheSameTerms) {
  const Inputs rows = read("loans.csv", kHeader + kRow);
  ASSERT_EQ(rows.book.vehicles.size(), 1U);
  EXPECT_EQ(rows.book.loans.front().id, "L-1");
  const auto [tranche, tests] = expect_equal(rows, kVehicle);
  EXPECT_GT(tranche, 10);
  EXPECT_GT(tests, 3);
  EXPECT_GT(
      (measures(rows).at({"real_world", "contract L-1", "prepayment_probability", 0.0, -1.0})),
      0.05);
}

// A row whose lot comes late: the loan is lent, what the lot earns waits. Alone it makes a vehicle.
TEST(RowVehicle, ComesLateAsItsLotDoes) {
  const auto with = [](std::string row, const std::string& more) {
    row.pop_back();
    return row + more + "\n";
  };
  const std::string header = with(kHeader, ",in_service,slip_months");
  const Inputs rows = read("loans.csv", header + with(kRow, ",2026-10-31,3"));
  ASSERT_EQ(rows.book.vehicles.size(), 1U);
  EXPECT_EQ(rows.book.vehicles[0].lots[0].slip_months, 3);
  std::string late = kVehicle;
  const std::string cost = "operating_cost = 0.4\n";
  late.insert(late.find(cost) + cost.size(), "in_service = 2026-10-31\nslip_months = 3\n");
  EXPECT_GT(expect_equal(rows, late).first, 10);
  const std::string plain =
      "L-1,cloud,none,cost,chip,1000,26000,0.4,12000000,2026-09-30,2030-09-30,0.105,,,quarterly,"
      "straight_line,lab,0.7,2.4,,2028-09-30,0.95,2,900000,800000,1.2,0.7,,,,,,,,,,,,,,,0.8\n";
  const Inputs slips = read("loans.csv", header + with(plain, ",2026-10-31,3")),
               sure = read("loans.csv", header + with(plain, ",2026-10-31,0"));
  EXPECT_EQ(slips.book.vehicles.size(), 1U);
  EXPECT_TRUE(sure.book.vehicles.empty());
  const Key value = {"risk_neutral", "contract L-1", "present_value", 0.0, -1.0};
  EXPECT_LT(measures(slips).at(value), measures(sure).at(value));
}

// Each term moves the row, but for what it says of a customer that has another: none is dropped.
TEST(RowVehicle, EveryTermCounts) {
  const std::string& row = kRow;
  const auto value = [](const std::string& text) {
    return measures(read("loans.csv", kHeader + text))
        .at({"risk_neutral", "vehicle L-1", "equity_value", 0.0, -1.0});
  };
  const double base = value(row);
  const auto without = [&](const std::string& from, const std::string& to) {
    std::string changed = row;
    changed.replace(changed.find(from), from.size(), to);
    return value(changed);
  };
  for (const auto& [from, to] :
       std::map<std::string, std::string>{{",0.03,true,", ",0.04,true,"},
                                          {",true,0.9", ",false,0.9"},
                                          {",0.9,2000000", ",0.95,2000000"},
                                          {",2000000,12,", ",1000000,12,"},
                                          {",2000000,12,", ",2000000,10,"},
                                          {",12,3,150000", ",12,4,150000"},
                                          {",150000,1.4", ",250000,1.4"},
                                          {",1.4,6,", ",1.5,6,"},
                                          {",6,2,same", ",9,2,same"},
                                          {",2,same", ",1,same"},
                                          {",same,", ",market,"},
                                          {"2027-06-30,0.004", "2028-06-30,0.004"},
                                          {",0.004,", ",0.006,"},
                                          {",0.01,0.8", ",0.02,0.8"}})
    EXPECT_NE(without(from, to), base) << from << " to " << to;
}

// Zeros and the defaults ask for nothing: the row stays with the tape's kernel.
TEST(RowVehicle, NeutralTermsNeedNone) {
  const std::string neutral =
      "L-1,cloud,none,,chip,1000,26000,0.4,12000000,2026-09-30,2030-09-30,0.105,,,quarterly,"
      "straight_line,lab,0.7,2.4,2026-09-30,2028-09-30,0.95,2,900000,800000,1.2,0.7,0,false,1,"
      "0,0,,,,0,0,market,,,,0.8\n";
  const Inputs rows = read("loans.csv", kHeader + neutral);
  EXPECT_TRUE(rows.book.vehicles.empty());
  EXPECT_EQ(rows.book.loans.size(), 1U);
}

}  // namespace
}  // namespace lien::pricing
