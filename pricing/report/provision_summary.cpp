#include "pricing/report/provision_summary.hpp"

#include <algorithm>
#include <cmath>

#include "pricing/report/html_text.hpp"

namespace lien::pricing {
namespace {

EstimateText in_money(const Estimate& estimate, const MoneyUnit& money) {
  return estimate_texts({estimate}, SummaryUnit::money, money.size, false).front();
}

std::string html_cell(const EstimateText& text) {
  std::string out = html_text(text.value);
  if (text.uncertainty.starts_with("+- "))
    out += "<span class=\"error\">&#177; " + html_text(text.uncertainty.substr(3)) + "</span>";
  return out;
}

}  // namespace

std::vector<StageLine> stage_lines(const Table& contracts) {
  std::vector<StageLine> lines;
  const auto& scenario = contracts.column("scenario").texts;
  const auto number = [&](const std::string& name, std::size_t row) {
    return contracts.column(name).numbers[row];
  };
  for (std::size_t row = 0; row < scenario.size(); ++row) {
    if (std::isnan(number("stage", row))) continue;
    const int stage = static_cast<int>(number("stage", row));
    auto line = std::find_if(lines.begin(), lines.end(), [&](const StageLine& l) {
      return l.scenario == scenario[row] && l.stage == stage;
    });
    if (line == lines.end()) {
      // All stages of a scenario stand together, whichever is met first.
      const auto after = std::find_if(lines.begin(), lines.end(), [&](const StageLine& l) {
        return l.scenario == scenario[row] && l.stage > stage;
      });
      line = lines.insert(after, {scenario[row], stage, 0, 0, {}});
      line->provision.value = line->provision.standard_error = 0;
    }
    const std::string measure = stage == 1 ? "ecl_12m" : "ecl_lifetime";
    ++line->contracts;
    line->balance += number("balance", row);
    line->provision.value += number(measure, row);
    line->provision.standard_error += number(measure + "_se", row);
  }
  return lines;
}

std::string provision_sentence(const Table& contracts, const MoneyUnit& money) {
  std::string text;
  for (const StageLine& line : stage_lines(contracts)) {
    if (line.scenario != "baseline") continue;
    const EstimateText provision = in_money(line.provision, money);
    text += (text.empty() ? "Provisions by IFRS 9 stage, " + money.label + ": " : "; ") + "stage " +
            std::to_string(line.stage) + ": " + provision.value + " " + provision.uncertainty +
            " on " + fixed_text(line.balance / money.size, 1) + " of " +
            integer_text(line.contracts) + (line.contracts == 1 ? " contract" : " contracts");
  }
  return text.empty() ? text : text + " (errors added up)";
}

std::string provisions_section(const RunTables& tables, const MoneyUnit& money) {
  HtmlTable table;
  const std::string unit = "<span class=\"id\">" + html_text(money.label) + "</span>";
  table.header = {"Scenario",           "Stage",        "Contracts", "Balance, " + unit,
                  "Provision, " + unit, "of balance, %"};
  table.first_number = 2;
  std::string previous;
  for (const StageLine& line : stage_lines(tables.contracts)) {
    const auto& premia = tables.premium_scenarios;
    if (std::find(premia.begin(), premia.end(), line.scenario) != premia.end()) continue;
    table.rows.push_back(
        {line.scenario == previous ? "" : html_text(line.scenario), std::to_string(line.stage),
         integer_text(line.contracts), fixed_text(line.balance / money.size, 2),
         html_cell(in_money(line.provision, money)),
         line.balance > 0 ? fixed_text(100 * line.provision.value / line.balance, 2) : ""});
    previous = line.scenario;
  }
  if (table.rows.empty()) return {};
  return html_section("provisions", "Provisions by stage",
                      "IFRS 9: stage 1 provides for defaults within 12 months, stage 2 (a "
                      "significant increase of credit risk since closing, or past due) for those "
                      "over the life. Errors are those of the contracts added up, an upper bound.",
                      html_table(table));
}

std::string capital_section(const RunTables& tables, const MoneyUnit& money) {
  const PortfolioSummary summary = summarize_portfolio(tables);
  const auto row_of = [&](const char* label) {
    return std::find_if(summary.rows.begin(), summary.rows.end(),
                        [&](const SummaryRow& row) { return row.label == label; });
  };
  const auto weight = row_of("Risk weight"), capital = row_of("Regulatory capital");
  if (weight == summary.rows.end() || capital == summary.rows.end()) return {};
  HtmlTable table;
  table.header = {"Scenario", "Risk weight",
                  "Capital, <span class=\"id\">" + html_text(money.label) + "</span>"};
  const auto weights = estimate_texts(weight->values, SummaryUnit::share, 1, false);
  const auto amounts = estimate_texts(capital->values, SummaryUnit::money, money.size, false);
  for (std::size_t s = 0; s < summary.scenarios.size(); ++s)
    table.rows.push_back(
        {html_text(summary.scenarios[s]), html_cell(weights[s]), html_cell(amounts[s])});
  return html_section("capital", "Regulatory capital",
                      "8 % of the risk-weighted balance of the contracts that have a weight. "
                      "Errors are those of the contracts added up, an upper bound.",
                      html_table(table));
}

}  // namespace lien::pricing
