#include "pricing/report/run_bridge.hpp"

#include <cmath>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "pricing/report/finished_run.hpp"
#include "pricing/report/text_form.hpp"

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

using Values = std::map<std::string, Estimate>;

// A measure of the baseline by contract; of instruments too where the portfolio has them.
Values values_of(const ComparedRun& run, const Asked& asked,
                 const std::map<std::string, double>& balances) {
  Values values;
  const Table& m = run.measures;
  for (std::size_t row = 0; row < m.rows(); ++row)
    if (m.column("measure").texts[row] == asked.key && m.column("level").texts[row] == "contract" &&
        m.column("scenario").texts[row] == "baseline" &&
        m.column("measure_basis").texts[row] == asked.basis &&
        m.column("horizon_months").numbers[row] == asked.horizon &&
        (asked.instruments || balances.count(m.column("id").texts[row]) != 0)) {
      Estimate& value = values[m.column("id").texts[row]];
      value.value = m.column("value").numbers[row];
      value.standard_error = m.column("standard_error").numbers[row];
    }
  return values;
}

// Tails that a run has, by horizon (the lifetime last) and confidence.
std::map<std::pair<double, double>, Estimate> shortfalls_of(const ComparedRun& run) {
  std::map<std::pair<double, double>, Estimate> tails;
  const Table& m = run.measures;
  for (std::size_t row = 0; row < m.rows(); ++row) {
    if (m.column("measure").texts[row] != "expected_shortfall" ||
        m.column("level").texts[row] != "portfolio" ||
        m.column("scenario").texts[row] != "baseline")
      continue;
    Estimate& tail =
        tails[{m.column("horizon_months").numbers[row], m.column("confidence").numbers[row]}];
    tail.value = m.column("value").numbers[row];
    tail.standard_error = m.column("standard_error").numbers[row];
  }
  return tails;
}

// The tail that both have: the lifetime's, else the longest; at 0.99, else the highest confidence.
std::optional<std::pair<double, double>> common_tail(const ComparedRun& a, const ComparedRun& b) {
  const auto one = shortfalls_of(a), other = shortfalls_of(b);
  const auto rank = [](const std::pair<double, double>& tail) {
    return std::tuple(tail.first == 0, tail.first, tail.second == 0.99, tail.second);
  };
  std::optional<std::pair<double, double>> best;
  for (const auto& [tail, value] : one)
    if (other.count(tail) != 0 && (!best || rank(*best) < rank(tail))) best = tail;
  return best;
}

Values contributions_of(const ComparedRun& run, const std::pair<double, double>& tail) {
  Values values;
  const Table& c = run.contributions;
  for (std::size_t row = 0; row < c.rows(); ++row)
    if (c.column("by").texts[row] == "contract" && c.column("scenario").texts[row] == "baseline" &&
        c.column("horizon_months").numbers[row] == tail.first &&
        c.column("confidence").numbers[row] == tail.second) {
      Estimate& value = values[c.column("id").texts[row]];
      value.value = c.column("expected_shortfall_contribution").numbers[row];
      value.standard_error = c.column("standard_error").numbers[row];
    }
  return values;
}

Estimate portfolio_of(const ComparedRun& run, const Asked& asked) {
  return measure_of(run.measures, asked.basis, "portfolio", "", asked.key, asked.horizon);
}

double balance_at(const std::map<std::string, double>& balances, const std::string& id) {
  const auto found = balances.find(id);
  return found == balances.end() ? 0.0 : found->second;
}

// What the contracts make of the change, by balance and by the rest of it.
void add_steps(const Values& was, const Values& is,
               const std::map<std::string, double>& owed_before,
               const std::map<std::string, double>& owed_after, BridgeColumn& column) {
  for (const auto& [id, then] : was)
    if (is.count(id) == 0) column.gone -= then.value;
  for (const auto& [id, now] : is) {
    const auto old = was.find(id);
    if (old == was.end()) {
      column.added += now.value;
      continue;
    }
    // At the old number per balance; what has no balance has only a value.
    const Estimate& then = old->second;
    const double owed = balance_at(owed_before, id);
    const double growth = owed > 0 ? (balance_at(owed_after, id) - owed) / owed : 0.0;
    const double by_balance = then.value * growth;
    column.balance += by_balance;
    if (growth != 0) column.balance_error += std::abs(growth) * then.standard_error;
    column.value += now.value - then.value - by_balance;
    column.common.push_back({id, then.value, now.value});
  }
  column.rounding = column.after.value - column.before.value -
                    (column.added + column.gone + column.balance + column.value);
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
    column.of = {asked.key, asked.horizon, 0};
    column.before = portfolio_of(before, asked);
    column.after = portfolio_of(after, asked);
    if (std::isnan(column.before.value) || std::isnan(column.after.value)) continue;
    add_steps(values_of(before, asked, owed_before), values_of(after, asked, owed_after),
              owed_before, owed_after, column);
    bridge.columns.push_back(std::move(column));
  }
  if (const auto tail = common_tail(before, after)) {
    BridgeColumn column;
    column.key = "expected_shortfall";
    column.of = {column.key, static_cast<int>(tail->first), tail->second};
    column.title = "shortfall " + round_trip_text(tail->second * 100) + " %" +
                   (tail->first == 0 ? "" : ", " + integer_text(column.of.horizon) + " months");
    column.before = shortfalls_of(before).at(*tail);
    column.after = shortfalls_of(after).at(*tail);
    add_steps(contributions_of(before, *tail), contributions_of(after, *tail), owed_before,
              owed_after, column);
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
