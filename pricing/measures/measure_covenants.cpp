#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "pricing/measures/measure_rows.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

Cell number(double x) { return std::isnan(x) ? Cell{} : Cell{x}; }

bool tested(const BasisRun& run, const ContractPlan& contract, bool coverage, int month) {
  const std::size_t at = contract.first_month + static_cast<std::size_t>(month);
  return (coverage ? run.plan.terms[at].test_service : run.plan.terms[at].tested_balance) > 0;
}

void add_test(const ScenarioRun& scenario, const BasisRun& run, const ContractPlan& contract,
              bool coverage, const std::vector<std::string>& dates, Table& table) {
  const std::uint32_t test = coverage ? contract.coverage_test : contract.value_test_slot;
  if (test == kNone) return;
  const char* const basis = run.plan.real_world ? "real_world" : "risk_neutral";
  double ever = 0, before = 0;
  for (int month = 1; month <= contract.months; ++month) {
    if (!tested(run, contract, coverage, month)) continue;
    const double in = run.tests(test, month, kInBreach);
    ever += run.tests(test, month, kFirstBreach);
    const auto now = run.in_breach(test, month);
    // Of the paths in breach at the test before, the share that passes this one.
    const double cured = before > 0 ? run.tests(test, month, kCured) / before
                                    : std::numeric_limits<double>::quiet_NaN();
    table.add({std::string_view(scenario.id), std::string_view(basis),
               std::string_view(contract_id(*scenario.book, contract)),
               std::string_view(coverage ? "debt_service_coverage_ratio" : "loan_to_value"), month,
               std::string_view(dates[static_cast<std::size_t>(month)]), now.value,
               number(now.standard_error), ever / run.paths, number(cured)});
    before = in;
  }
}

// The share of a group's tests in breach, by month.
void add_group(const ScenarioRun& scenario, const BasisRun& run, std::size_t g,
               const std::vector<std::string>& dates, Table& table) {
  const bool all = g == run.layout.portfolio();
  double tests = 0;
  for (std::size_t i = 0; i < run.plan.contracts.size(); ++i)
    if (all || run.plan.contracts[i].group == g) tests += tests_of(run.plan, i);
  if (tests == 0) return;
  const std::string id = all ? "portfolio" : "party:" + scenario.market->parties[g].id;
  for (int month = 1; month <= run.plan.months; ++month) {
    const auto at = static_cast<std::size_t>(month);
    const auto in =
        scaled(run.block_mean(run.layout.group_month(g, at, kGroupInBreach)), 1 / tests);
    const auto ever =
        scaled(run.block_mean(run.layout.group_month(g, at, kGroupEverBreach)), 1 / tests);
    table.add({std::string_view(scenario.id),
               std::string_view(run.plan.real_world ? "real_world" : "risk_neutral"),
               std::string_view(id), std::string_view("all"), month, std::string_view(dates[at]),
               in.value, number(in.standard_error), ever.value, Cell{}});
  }
}

}  // namespace

void measure_covenants(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables) {
  for (const BasisRun* run : {scenario.risk_neutral, scenario.real_world}) {
    if (run == nullptr) continue;
    const TimeGrid grid(inputs.settings.valuation_date, run->plan.steps, run->plan.steps_per_year);
    std::vector<std::string> dates;
    for (const Date date : grid.dates()) dates.push_back(iso_text(date));
    if (!run->layout.contract_months) {
      for (std::size_t g = 0; g < run->layout.groups; ++g)
        if (g != run->layout.no_party()) add_group(scenario, *run, g, dates, tables.covenants);
      continue;
    }
    const auto& contracts = run->plan.contracts;
    std::vector<std::size_t> order(contracts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return contract_id(*scenario.book, contracts[a]) < contract_id(*scenario.book, contracts[b]);
    });
    for (const std::size_t i : order) {
      add_test(scenario, *run, contracts[i], true, dates, tables.covenants);
      add_test(scenario, *run, contracts[i], false, dates, tables.covenants);
    }
  }
}

}  // namespace lien::pricing
