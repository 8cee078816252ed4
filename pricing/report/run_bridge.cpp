#include "pricing/report/run_bridge.hpp"

#include <cmath>
#include <map>

#include "pricing/report/finished_run.hpp"

namespace lien::pricing {
namespace {

struct Asked {
  const char *key, *title, *basis;
  int horizon;
  bool instruments;  // the portfolio's number includes them
};
constexpr Asked kAsked[] = {
    {"present_value", "present value", "risk_neutral", 0, true},
    {"expected_loss", "expected loss", "real_world", 0, false},
    {"ecl_12m", "credit loss, 12 months", "real_world", 12, false},
    {"ecl_lifetime", "credit loss, lifetime", "real_world", 0, false},
};

// Balance by contract, of the baseline.
std::map<std::string, double> balances_of(const ComparedRun& run) {
  std::map<std::string, double> balances;
  const auto& scenario = run.contracts.column("scenario").texts;
  for (std::size_t row = 0; row < scenario.size(); ++row)
    if (scenario[row] == "baseline")
      balances[run.contracts.column("contract").texts[row]] =
          run.contracts.column("balance").numbers[row];
  return balances;
}

// A measure of the baseline by contract; of instruments too where the portfolio has them.
std::map<std::string, double> values_of(const ComparedRun& run, const Asked& asked,
                                        const std::map<std::string, double>& balances) {
  std::map<std::string, double> values;
  const Table& m = run.measures;
  for (std::size_t row = 0; row < m.rows(); ++row)
    if (m.column("measure").texts[row] == asked.key && m.column("level").texts[row] == "contract" &&
        m.column("scenario").texts[row] == "baseline" &&
        m.column("measure_basis").texts[row] == asked.basis &&
        m.column("horizon_months").numbers[row] == asked.horizon &&
        (asked.instruments || balances.count(m.column("id").texts[row]) != 0))
      values[m.column("id").texts[row]] = m.column("value").numbers[row];
  return values;
}

Estimate portfolio_of(const ComparedRun& run, const Asked& asked) {
  return measure_of(run.measures, asked.basis, "portfolio", "", asked.key, asked.horizon);
}

double balance_at(const std::map<std::string, double>& balances, const std::string& id) {
  const auto found = balances.find(id);
  return found == balances.end() ? 0.0 : found->second;
}

}  // namespace

Bridge bridge_of(const ComparedRun& before, const ComparedRun& after) {
  const auto owed_before = balances_of(before), owed_after = balances_of(after);
  Bridge bridge;
  for (const auto& [id, balance] : owed_before)
    (owed_after.count(id) != 0 ? bridge.common : bridge.gone) += 1;
  bridge.added = owed_after.size() - bridge.common;
  for (const Asked& asked : kAsked) {
    BridgeColumn column;
    column.key = asked.key;
    column.title = asked.title;
    column.before = portfolio_of(before, asked);
    column.after = portfolio_of(after, asked);
    if (std::isnan(column.before.value) || std::isnan(column.after.value)) continue;
    const auto was = values_of(before, asked, owed_before);
    const auto is = values_of(after, asked, owed_after);
    for (const auto& [id, value] : was)
      if (is.count(id) == 0) column.gone -= value;
    for (const auto& [id, value] : is) {
      const auto old = was.find(id);
      if (old == was.end()) {
        column.added += value;
        continue;
      }
      // At the old number per balance; what has no balance has only a value.
      const double owed = balance_at(owed_before, id);
      const double by_balance =
          owed > 0 ? old->second * (balance_at(owed_after, id) - owed) / owed : 0.0;
      column.balance += by_balance;
      column.value += value - old->second - by_balance;
      column.common.push_back({id, old->second, value});
    }
    column.rounding = column.after.value - column.before.value -
                      (column.added + column.gone + column.balance + column.value);
    bridge.columns.push_back(std::move(column));
  }
  if (bridge.columns.empty())
    throw InputError({{{after.directory, 0, 0},
                       "measure_basis",
                       "",
                       "has no number of the portfolio in common with " + before.directory,
                       "run both on the same measure_basis"}});
  return bridge;
}

}  // namespace lien::pricing
