#include "pricing/report/vehicle_summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

namespace lien::pricing {
namespace {

constexpr const char* kBaseline = "baseline";
constexpr std::size_t kMostContracts = 40;  // of tapes, beside the vehicles

bool is_shown(const std::string& measure) {
  constexpr std::array<std::string_view, 8> names = {"breach_probability",
                                                     "covered_price",
                                                     "debt_service_coverage_ratio",
                                                     "expected_loss",
                                                     "guarantee_value",
                                                     "outstanding_principal",
                                                     "price",
                                                     "probability_of_default"};
  return std::find(names.begin(), names.end(), measure) != names.end();
}

// Rows of measures.csv of one scenario, below the portfolio.
class Rows {
 public:
  Rows(const Table& table, const std::string& scenario) {
    const auto& scenarios = table.column("scenario").texts;
    const auto& bases = table.column("measure_basis").texts;
    const auto& levels = table.column("level").texts;
    const auto& ids = table.column("id").texts;
    const auto& measures = table.column("measure").texts;
    const auto& horizons = table.column("horizon_months").numbers;
    for (std::size_t row = 0; row < scenarios.size(); ++row) {
      const bool own = levels[row] == "vehicle" || levels[row] == "contract";
      if (scenarios[row] != scenario || !own || !is_shown(measures[row])) continue;
      const int months = std::isnan(horizons[row]) ? -1 : static_cast<int>(horizons[row]);
      Estimate estimate;
      estimate.value = table.column("value").numbers[row];
      estimate.standard_error = table.column("standard_error").numbers[row];
      found_[{bases[row], levels[row], ids[row], measures[row], months}] = estimate;
      if (levels[row] == "vehicle") vehicles_.insert(ids[row]);
      real_world_ = real_world_ || bases[row] == "real_world";
    }
  }
  [[nodiscard]] Estimate at(const std::string& basis, const std::string& level,
                            const std::string& id, const std::string& measure, int months) const {
    const auto row = found_.find({basis, level, id, measure, months});
    return row == found_.end() ? Estimate{} : row->second;
  }
  // Losses, defaults and tests: real world where it was simulated.
  [[nodiscard]] std::string losses() const { return real_world_ ? "real_world" : "risk_neutral"; }
  [[nodiscard]] bool real_world() const { return real_world_; }
  [[nodiscard]] const std::set<std::string>& vehicles() const { return vehicles_; }
  // Ids of a level with a measure at a horizon, of one basis, that begin with `prefix`.
  [[nodiscard]] std::vector<std::string> ids(const std::string& basis, const std::string& level,
                                             const std::string& measure,
                                             const std::string& prefix) const {
    std::vector<std::string> out;
    for (const auto& [key, estimate] : found_)
      if (std::get<0>(key) == basis && std::get<1>(key) == level && std::get<3>(key) == measure &&
          std::get<2>(key).starts_with(prefix) && (out.empty() || out.back() != std::get<2>(key)))
        out.push_back(std::get<2>(key));
    return out;
  }
  // The lowest of a measure over its months.
  void lowest(const std::string& id, const std::string& measure, Estimate& least,
              int& month) const {
    for (auto row = found_.lower_bound({losses(), "vehicle", id, measure, -1});
         row != found_.end() && std::get<2>(row->first) == id && std::get<3>(row->first) == measure;
         ++row) {
      if (row->second.value >= least.value || std::isnan(row->second.value)) continue;
      least = row->second;
      month = std::get<4>(row->first);
    }
  }

 private:
  // basis, level, id, measure, months
  std::map<std::tuple<std::string, std::string, std::string, std::string, int>, Estimate> found_;
  std::set<std::string> vehicles_;
  bool real_world_ = false;
};

// The test of a deal that is breached most often over the life.
void add_tests(const Rows& rows, DealLine& line) {
  const std::string basis = rows.losses(), prefix = line.id + "/";
  for (const std::string& id : rows.ids(basis, "contract", "breach_probability", prefix)) {
    const Estimate life = rows.at(basis, "contract", id, "breach_probability", 0);
    const Estimate year = rows.at(basis, "contract", id, "breach_probability", 12);
    // A run may look at one horizon only.
    const bool more = std::isnan(life.value) ? year.value > line.breach_12m.value
                                             : life.value > line.breach_lifetime.value;
    if (!line.test.empty() && !more) continue;
    line.test = id.substr(prefix.size());
    line.breach_lifetime = life;
    line.breach_12m = year;
  }
}

DealLine deal(const Rows& rows, const std::string& level, const std::string& id) {
  DealLine line;
  line.id = id;
  line.price = rows.at("risk_neutral", level, id, "price", 0);
  line.expected_loss = rows.at(rows.losses(), level, id, "expected_loss", 0);
  line.default_12m = rows.at(rows.losses(), level, id, "probability_of_default", 12);
  line.default_lifetime = rows.at(rows.losses(), level, id, "probability_of_default", 0);
  add_tests(rows, line);
  return line;
}

bool belongs(const std::string& contract, const std::set<std::string>& vehicles) {
  return vehicles.contains(contract.substr(0, contract.find('/')));  // a row's has no part
}

bool covers(const std::string& path, const std::string& vehicle, const std::string& part) {
  for (const std::string& v : {vehicle, std::string("*")})
    for (const std::string& p : {part, std::string("*")})
      if (path == "vehicle." + v + ".guarantee." + p) return true;
  return false;
}

// Scenarios that change nothing but that guarantees fall away for good.
std::vector<std::string> only_cancel(const std::vector<ScenarioRow>& scenarios) {
  std::set<std::string> other;
  for (const ScenarioRow& row : scenarios)
    if (row.shock != Shock::cancel || row.month ||
        row.input.find(".guarantee.") == std::string::npos)
      other.insert(row.scenario);
  std::vector<std::string> out;
  for (const ScenarioRow& row : scenarios)
    if (!other.contains(row.scenario) &&
        std::find(out.begin(), out.end(), row.scenario) == out.end())
      out.push_back(row.scenario);
  return out;
}

bool cancels(const std::vector<ScenarioRow>& scenarios, const std::string& scenario,
             const std::string& id) {
  const std::size_t slash = id.find('/');
  return std::any_of(scenarios.begin(), scenarios.end(), [&](const ScenarioRow& row) {
    return row.scenario == scenario && covers(row.input, id.substr(0, slash), id.substr(slash + 1));
  });
}

// Of those that take this guarantee away the one that takes the fewest others.
std::string without(const std::vector<ScenarioRow>& scenarios, const std::vector<std::string>& all,
                    const std::string& id) {
  std::string best;
  std::size_t fewest = all.size() + 1;
  for (const std::string& scenario : only_cancel(scenarios)) {
    if (!cancels(scenarios, scenario, id)) continue;
    const auto taken = static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(),
        [&](const std::string& other) { return cancels(scenarios, scenario, other); }));
    if (taken >= fewest) continue;
    fewest = taken;
    best = scenario;
  }
  return best;
}

}  // namespace

VehicleSummary summarize_vehicles(const RunTables& tables,
                                  const std::vector<ScenarioRow>& scenarios) {
  VehicleSummary summary;
  const Rows rows(tables.measures, kBaseline);
  summary.real_world = rows.real_world();
  for (const std::string& id : rows.vehicles()) {
    DealLine line = deal(rows, "vehicle", id);
    line.balance = rows.at(rows.losses(), "vehicle", id, "outstanding_principal", 0).value;
    line.coverage.value = HUGE_VAL;
    rows.lowest(id, "debt_service_coverage_ratio", line.coverage, line.coverage_month);
    summary.deals.push_back(std::move(line));
  }
  if (summary.deals.empty()) return summary;
  const auto& ids = tables.contracts.column("contract").texts;
  const auto& scenario = tables.contracts.column("scenario").texts;
  std::vector<std::size_t> tapes;
  for (std::size_t row = 0; row < ids.size(); ++row)
    if (scenario[row] == kBaseline && !belongs(ids[row], rows.vehicles())) tapes.push_back(row);
  if (tapes.size() > kMostContracts) summary.left_out = tapes.size();
  for (const std::size_t row : tapes) {
    if (summary.left_out > 0) break;
    summary.deals.push_back(deal(rows, "contract", ids[row]));
    summary.deals.back().balance = tables.contracts.column("balance").numbers[row];
  }
  std::map<std::string, Rows> stressed;
  const auto guarantees = rows.ids("risk_neutral", "contract", "guarantee_value", "");
  for (const std::string& id : guarantees) {
    GuaranteeLine line;
    line.id = id;
    line.value = rows.at("risk_neutral", "contract", id, "guarantee_value", 0);
    line.with = rows.at("risk_neutral", "contract", id, "covered_price", 0);
    line.scenario = without(scenarios, guarantees, id);
    if (!line.scenario.empty())
      line.without = stressed.try_emplace(line.scenario, tables.measures, line.scenario)
                         .first->second.at("risk_neutral", "contract", id, "covered_price", 0);
    summary.guarantees.push_back(std::move(line));
  }
  return summary;
}

}  // namespace lien::pricing
