#include "pricing/report/portfolio_summary.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "pricing/market/scenario.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

struct Question {
  const char* measure;
  const char* label;
  const char* note;
  const char* basis;
  bool by_horizon;  // a row for each loss horizon of the run
  SummaryUnit unit;
  const char* short_label;
};

constexpr const char* kWeightLabel = "Weight";
constexpr const char* kPercentileLabel = "Percentile of its loss in the baseline";

constexpr Question kQuestions[] = {
    {"present_value", "Present value", "market-consistent value of all cash flows to the lender",
     "risk_neutral", false, SummaryUnit::money, "Present value"},
    {"price", "Price", "present value as a share of the balance", "risk_neutral", false,
     SummaryUnit::share, "Price"},
    {"expected_loss", "Expected loss", "mean discounted loss from defaults", "real_world", true,
     SummaryUnit::money, "EL"},
    {"ecl_12m", "Expected credit loss, 12 months",
     "provision for defaults within 12 months, at each contract's effective rate", "real_world",
     false, SummaryUnit::money, "ECL, 12 months"},
    {"ecl_lifetime", "Expected credit loss, lifetime",
     "provision for defaults over the life, at each contract's effective rate", "real_world", false,
     SummaryUnit::money, "ECL, lifetime"},
    {"risk_weight", "Risk weight", "regulatory, of the balance", "real_world", false,
     SummaryUnit::share, "Risk weight"},
    {"capital_requirement", "Regulatory capital", "8 % of the risk-weighted balance", "real_world",
     false, SummaryUnit::money, "Capital"},
    {"probability_of_default", "Probability of default",
     "mean of the contracts, weighted by balance", "real_world", true, SummaryUnit::share, "PD"},
    {"breach_probability", "Covenants breached",
     "share of the book's tests that are failed at least once", "real_world", true,
     SummaryUnit::share, "Breached"},
    {"scenario_weight", kWeightLabel, "probability that scenarios.csv gives the scenario",
     "real_world", false, SummaryUnit::share, "Weight"},
    {"loss_percentile", kPercentileLabel,
     "share of the baseline's paths that lose no more than the scenario does on average",
     "real_world", true, SummaryUnit::share, "Percentile of its loss"},
};

// The portfolio rows of measures.csv; horizon -1 where it is empty.
using Key = std::tuple<std::string, std::string, std::string, int>;  // scenario, measure, basis, h
using Measures = std::map<Key, Estimate>;

Measures portfolio_measures(const Table& table, const std::vector<std::string>& left_out,
                            std::vector<std::string>& scenarios) {
  Measures found;
  const auto is_left_out = [&left_out](const std::string& id) {
    return std::find(left_out.begin(), left_out.end(), id) != left_out.end();
  };
  const auto& scenario = table.column("scenario").texts;
  const auto& basis = table.column("measure_basis").texts;
  const auto& level = table.column("level").texts;
  const auto& id = table.column("id").texts;
  const auto& measure = table.column("measure").texts;
  const auto& horizon = table.column("horizon_months").numbers;
  const auto& confidence = table.column("confidence").numbers;
  const auto& value = table.column("value").numbers;
  const auto& error = table.column("standard_error").numbers;
  for (std::size_t row = 0; row < scenario.size(); ++row) {
    if (level[row] != "portfolio" || !id[row].empty() || !std::isnan(confidence[row])) continue;
    if (is_left_out(scenario[row])) continue;
    if (std::find(scenarios.begin(), scenarios.end(), scenario[row]) == scenarios.end())
      scenarios.push_back(scenario[row]);
    const int months = std::isnan(horizon[row]) ? -1 : static_cast<int>(horizon[row]);
    Estimate estimate;
    estimate.value = value[row];
    estimate.standard_error = error[row];
    found[{scenario[row], measure[row], basis[row], months}] = estimate;
  }
  return found;
}

constexpr int kAnyHorizon = -2;

// A question without a horizon is answered at whichever one the measure has.
Estimate look_up(const Measures& measures, const std::string& scenario, const std::string& measure,
                 const std::string& basis, int horizon_months) {
  for (const int months : {horizon_months, -1, 0, 12}) {
    if (horizon_months != kAnyHorizon && months != horizon_months) continue;
    const auto at = measures.find({scenario, measure, basis, months});
    if (at != measures.end()) return at->second;
  }
  return {};
}

// Rising, lifetime (0) last.
std::vector<int> loss_horizons(const Measures& measures) {
  std::set<int> months;
  for (const auto& [key, estimate] : measures)
    if (std::get<1>(key) == "expected_loss" && std::get<3>(key) >= 0)
      months.insert(std::get<3>(key));
  std::vector<int> sorted(months.begin(), months.end());
  if (!sorted.empty() && sorted.front() == 0)
    std::rotate(sorted.begin(), sorted.begin() + 1, sorted.end());
  return sorted;
}

std::string other_basis(const std::string& basis) {
  return basis == "real_world" ? "risk_neutral" : "real_world";
}

std::string horizon_text(int months) {
  return months == 0 ? "lifetime" : std::to_string(months) + " months";
}

bool any_value(const std::vector<Estimate>& estimates) {
  return std::any_of(estimates.begin(), estimates.end(),
                     [](const Estimate& e) { return !std::isnan(e.value); });
}

std::vector<SummaryRow> tail_rows(const Table& losses, const std::vector<std::string>& scenarios) {
  std::vector<SummaryRow> rows;
  const auto& scenario = losses.column("scenario").texts;
  const auto& horizon = losses.column("horizon_months").numbers;
  const auto& confidence = losses.column("confidence").numbers;
  double level = 0;
  for (const double c : confidence) level = std::max(level, c);
  if (std::find(confidence.begin(), confidence.end(), 0.99) != confidence.end()) level = 0.99;
  std::vector<int> horizons;
  for (const double h : horizon)
    if (std::find(horizons.begin(), horizons.end(), static_cast<int>(h)) == horizons.end())
      horizons.push_back(static_cast<int>(h));
  for (const auto& [name, label] : {std::pair("value_at_risk", "Value at risk "),
                                    std::pair("expected_shortfall", "Expected shortfall ")}) {
    const auto& value = losses.column(name).numbers;
    const auto& low = losses.column(std::string(name) + "_low").numbers;
    const auto& high = losses.column(std::string(name) + "_high").numbers;
    for (const int months : horizons) {
      SummaryRow row;
      row.label =
          label + fixed_text(level * 100, level == 0.99 ? 0 : 1) + " %, " + horizon_text(months);
      row.short_label = (std::string(name) == "value_at_risk" ? "VaR " : "ES ") +
                        fixed_text(level * 100, level == 0.99 ? 0 : 1) + " %, " +
                        horizon_text(months);
      row.note = std::string(name) == "value_at_risk"
                     ? "loss not passed with this probability; 95 % interval"
                     : "mean of the losses beyond that level; 95 % interval";
      row.values.resize(scenarios.size());
      for (std::size_t r = 0; r < scenario.size(); ++r) {
        if (confidence[r] != level || static_cast<int>(horizon[r]) != months) continue;
        const auto at = std::find(scenarios.begin(), scenarios.end(), scenario[r]);
        if (at == scenarios.end()) continue;
        Estimate& estimate = row.values[static_cast<std::size_t>(at - scenarios.begin())];
        estimate.value = value[r];
        estimate.low = low[r];
        estimate.high = high[r];
      }
      if (any_value(row.values)) rows.push_back(std::move(row));
    }
  }
  return rows;
}

// The answers to a question in one measure basis; no values if that basis was not simulated.
SummaryRow answers(const Question& question, const std::string& basis, int horizon_months,
                   const Measures& measures, const std::vector<std::string>& scenarios) {
  SummaryRow row;
  row.label = question.label;
  row.note = question.note;
  row.short_label = question.short_label;
  row.unit = question.unit;
  row.is_gain = row.label == "Present value" || row.label == "Price";
  if (question.by_horizon) {
    row.label += ", " + horizon_text(horizon_months);
    row.short_label += ", " + horizon_text(horizon_months);
  }
  if (basis != question.basis)
    row.label += basis == "real_world" ? ", real-world" : ", risk-neutral";
  for (const std::string& scenario : scenarios) {
    row.values.push_back(look_up(measures, scenario, question.measure, basis, horizon_months));
    row.changes.push_back(look_up(measures, scenario, std::string(question.measure) + "_change",
                                  basis, horizon_months));
  }
  if (!any_value(row.changes)) row.changes.clear();
  return row;
}

}  // namespace

bool has_many_scenarios(const PortfolioSummary& summary) { return summary.scenarios.size() > 6; }

bool is_tail(const SummaryRow& row) {
  return std::any_of(row.values.begin(), row.values.end(),
                     [](const Estimate& e) { return !std::isnan(e.low); });
}

bool is_likelihood(const SummaryRow& row) {
  return row.label.starts_with(kWeightLabel) || row.label.starts_with(kPercentileLabel);
}

PortfolioSummary headline_scenarios(const PortfolioSummary& summary) {
  PortfolioSummary out;
  std::vector<std::size_t> kept;
  for (std::size_t s = 0; s < summary.scenarios.size(); ++s)
    if (s == 0 || summary.scenarios[s] == kWeightedScenario) kept.push_back(s);
  const auto pick = [&kept](const std::vector<Estimate>& all) {
    std::vector<Estimate> some;
    for (const std::size_t s : kept)
      if (s < all.size()) some.push_back(all[s]);
    return some;
  };
  for (const std::size_t s : kept) out.scenarios.push_back(summary.scenarios[s]);
  for (const SummaryRow& row : summary.rows) {
    SummaryRow few = row;
    few.values = pick(row.values);
    few.changes.clear();
    out.rows.push_back(std::move(few));
  }
  return out;
}

PortfolioSummary summarize_portfolio(const RunTables& tables) {
  PortfolioSummary summary;
  const Measures measures =
      portfolio_measures(tables.measures, tables.premium_scenarios, summary.scenarios);
  const std::vector<int> horizons = loss_horizons(measures);
  for (const Question& question : kQuestions) {
    for (const int months : question.by_horizon ? horizons : std::vector<int>{kAnyHorizon}) {
      // A run of one basis only still shows its losses, and says that they are not real-world.
      for (const std::string& basis : {std::string(question.basis), other_basis(question.basis)}) {
        SummaryRow row = answers(question, basis, months, measures, summary.scenarios);
        if (!any_value(row.values)) continue;
        summary.rows.push_back(std::move(row));
        break;
      }
    }
  }
  for (SummaryRow& row : tail_rows(tables.losses, summary.scenarios))
    summary.rows.push_back(std::move(row));
  return summary;
}

std::vector<EstimateText> estimate_texts(const std::vector<Estimate>& estimates, SummaryUnit unit,
                                         double money_size, bool with_sign) {
  const double size = unit == SummaryUnit::share ? 0.01 : money_size;
  const std::string suffix = unit != SummaryUnit::share ? "" : with_sign ? " pp" : " %";
  std::vector<EstimateText> texts;
  for (const Estimate& e : estimates) {
    EstimateText text;
    const double value = e.value / size;
    // Two digits of its own error each: in a stress table errors differ by orders of magnitude.
    const double error = std::isfinite(e.standard_error) ? e.standard_error : (e.high - e.low) / 4;
    const int decimals = decimals_for(error / size, unit == SummaryUnit::share ? 2 : 3);
    text.value = with_sign ? signed_text(value, decimals) : fixed_text(value, decimals);
    if (std::isfinite(value)) {
      text.value += suffix;
      if (std::isfinite(e.standard_error))
        text.uncertainty = "+- " + fixed_text(e.standard_error / size, decimals);
      else if (std::isfinite(e.low) && std::isfinite(e.high))
        text.uncertainty = "[" + fixed_text(e.low / size, decimals) + ", " +
                           fixed_text(e.high / size, decimals) + "]";
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace lien::pricing
