#include <algorithm>
#include <cmath>
#include <optional>

#include "pricing/report/html_text.hpp"
#include "pricing/report/report_sections.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

// "+- 0.12" with the sign readers know; the terminal's own form stays ASCII.
std::string uncertainty_html(const std::string& uncertainty) {
  if (uncertainty.rfind("+- ", 0) == 0) return "&#177; " + html_text(uncertainty.substr(3));
  return html_text(uncertainty);
}

std::string cell(const EstimateText& text, std::string_view kind) {
  std::string value = html_text(text.value);
  if (value.front() == '-') value = "&#8722;" + value.substr(1);
  std::string out =
      kind.empty() ? value : "<span class=\"" + std::string(kind) + "\">" + value + "</span>";
  if (!text.uncertainty.empty())
    out += "<span class=\"error\">" + uncertainty_html(text.uncertainty) + "</span>";
  return out;
}

std::string row_head(const SummaryRow& row, const MoneyUnit& money, bool with_note) {
  std::string out = html_text(row.label);
  if (row.unit == SummaryUnit::money)
    out += ", <span class=\"id\">" + html_text(money.label) + "</span>";
  if (with_note) out += "<span class=\"means\">" + html_text(row.note) + "</span>";
  return out;
}

std::string changes_table(const PortfolioSummary& summary, const MoneyUnit& money) {
  HtmlTable table;
  table.header.emplace_back("Change to " + html_text(summary.scenarios.front()));
  for (std::size_t s = 1; s < summary.scenarios.size(); ++s)
    table.header.push_back(html_text(summary.scenarios[s]));
  for (const SummaryRow& row : summary.rows) {
    if (row.changes.empty()) continue;
    const std::vector<Estimate> changes(row.changes.begin() + 1, row.changes.end());
    const auto texts = estimate_texts(changes, row.unit, money.size, true);
    std::vector<std::string> cells{row_head(row, money, false)};
    for (std::size_t s = 0; s < changes.size(); ++s) {
      const double error = changes[s].standard_error;
      const bool within = error > 0 && std::abs(changes[s].value) < 2 * error;
      cells.push_back(cell(texts[s], within ? "within" : "strong"));
    }
    table.rows.push_back(std::move(cells));
  }
  if (table.rows.empty()) return {};
  return "<h3>What each scenario changes</h3>\n<p class=\"note\">Every scenario runs on the same "
         "paths as the baseline, so that the difference has a smaller error than either number. "
         "Grey: within two standard errors of no change. A change of a percentage is in percentage "
         "points (pp).</p>\n" +
         html_table(table);
}

// Scenarios down, measures across, each column shaded by the size of its worst: a heat map. Red
// costs the lender, green helps.
std::string stress_table(const PortfolioSummary& summary, const MoneyUnit& money) {
  std::vector<const SummaryRow*> rows;
  for (const SummaryRow& row : summary.rows)
    if (!row.changes.empty()) rows.push_back(&row);
  if (rows.empty()) return {};
  HtmlTable table;
  table.header.emplace_back("Change to " + html_text(summary.scenarios.front()));
  std::vector<std::vector<EstimateText>> texts;
  std::vector<double> largest(rows.size(), 0.0);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const bool share = rows[r]->unit == SummaryUnit::share;
    table.header.push_back(html_text(rows[r]->short_label + (share ? "" : ", " + money.label)));
    texts.push_back(estimate_texts(rows[r]->changes, rows[r]->unit, money.size, true));
    for (const Estimate& e : rows[r]->changes)
      if (!std::isnan(e.value)) largest[r] = std::max(largest[r], std::abs(e.value));
  }
  for (std::size_t s = 1; s < summary.scenarios.size(); ++s) {
    std::vector<std::string> cells{html_text(summary.scenarios[s])};
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const Estimate& e = rows[r]->changes[s];
      if (std::isnan(e.value)) {
        cells.emplace_back();
        continue;
      }
      const bool helps = rows[r]->is_gain == (e.value > 0);
      // Classes, since the page's security policy lets no element carry a style of its own.
      const double size = largest[r] > 0 ? std::abs(e.value) / largest[r] : 0.0;
      const int shade = static_cast<int>(std::ceil(size * 6));
      cells.push_back("<span class=\"heat " + std::string(helps ? "helps" : "costs") +
                      std::to_string(shade) + "\">" + cell(texts[r][s], "") + "</span>");
    }
    table.rows.push_back(std::move(cells));
  }
  return "<h3>Stress table</h3>\n<p class=\"note\">Change to the baseline on the same paths, with "
         "its "
         "standard error. Shaded by the size of the largest in its column: red costs the lender, "
         "green helps. A change of a percentage is in percentage points (pp). What each scenario "
         "assumes stands below.</p>\n" +
         html_table(table);
}

// Value at risk and expected shortfall of every scenario.
std::string tails_table(const PortfolioSummary& summary, const MoneyUnit& money) {
  HtmlTable table;
  table.header.emplace_back("Tail of the losses");
  std::vector<std::vector<EstimateText>> texts;
  for (const SummaryRow& row : summary.rows) {
    if (!is_tail(row)) continue;
    table.header.push_back(html_text(row.short_label + ", " + money.label));
    texts.push_back(estimate_texts(row.values, row.unit, money.size, false));
  }
  if (texts.empty()) return {};
  for (std::size_t s = 0; s < summary.scenarios.size(); ++s) {
    if (texts.front()[s].uncertainty.empty()) continue;  // the weighted sum has no distribution
    std::vector<std::string> cells{html_text(summary.scenarios[s])};
    for (const auto& column : texts) cells.push_back(cell(column[s], ""));
    table.rows.push_back(std::move(cells));
  }
  return html_table(table);
}

// The weight of every scenario beside where its loss lies in the model's own distribution.
std::string likelihood_table(const PortfolioSummary& summary) {
  HtmlTable table;
  table.header.emplace_back("How likely the model calls it");
  std::vector<const SummaryRow*> rows;
  std::vector<std::vector<EstimateText>> texts;
  for (const SummaryRow& row : summary.rows) {
    if (!is_likelihood(row)) continue;
    rows.push_back(&row);
    table.header.push_back(html_text(row.short_label));
    texts.push_back(estimate_texts(row.values, row.unit, 1, false));
  }
  for (std::size_t s = 0; s < summary.scenarios.size(); ++s) {
    std::vector<std::string> cells{html_text(summary.scenarios[s])};
    bool told = false;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const bool has = !std::isnan(rows[r]->values[s].value);
      cells.push_back(has ? cell(texts[r][s], "") : "");
      told = told || has;
    }
    if (told) table.rows.push_back(std::move(cells));
  }
  if (table.rows.empty()) return {};
  return "<p class=\"note\">Percentile of its loss: the share of the baseline's paths that lose "
         "no more than the scenario does on average.</p>\n" +
         html_table(table);
}

}  // namespace

std::string headline_cards(const PortfolioSummary& summary, const MoneyUnit& money) {
  constexpr std::string_view kWanted[] = {"Present value",
                                          "Price",
                                          "Expected credit loss, 12 months",
                                          "Expected credit loss, lifetime",
                                          "Probability of default, 12 months",
                                          "Covenants breached, 12 months"};
  std::string out;
  for (const std::string_view label : kWanted) {
    const auto row = std::find_if(summary.rows.begin(), summary.rows.end(),
                                  [&](const SummaryRow& r) { return r.label == label; });
    if (row == summary.rows.end() || std::isnan(row->values.front().value)) continue;
    const auto text = estimate_texts({row->values.front()}, row->unit, money.size, false).front();
    out += "<div class=\"card\"><div class=\"what\">" + row_head(*row, money, false) +
           "</div><div class=\"value\">" + html_text(text.value) + "</div><div class=\"error\">" +
           uncertainty_html(text.uncertainty) + "</div></div>\n";
  }
  return out.empty() ? out : "<div class=\"cards\">\n" + out + "</div>\n";
}

std::string summary_section(const PortfolioSummary& summary, const MoneyUnit& money) {
  if (summary.rows.empty()) return {};
  HtmlTable table;
  table.header.emplace_back("Portfolio");
  const bool many = has_many_scenarios(summary);
  const PortfolioSummary shown = many ? headline_scenarios(summary) : summary;
  for (const std::string& scenario : shown.scenarios) table.header.push_back(html_text(scenario));
  for (const SummaryRow& row : shown.rows) {
    if (is_likelihood(row)) continue;
    std::vector<std::string> cells{row_head(row, money, true)};
    const auto texts = estimate_texts(row.values, row.unit, money.size, false);
    for (std::size_t s = 0; s < texts.size(); ++s) cells.push_back(cell(texts[s], ""));
    table.rows.push_back(std::move(cells));
  }
  std::string body = html_table(table);
  if (many)
    body += stress_table(summary, money) + tails_table(summary, money);
  else if (summary.scenarios.size() > 1)
    body += changes_table(summary, money);
  body += likelihood_table(summary);
  return html_section("summary", "The portfolio",
                      "Below each number stands one standard error of the simulation, or a 95 % "
                      "interval in brackets. Prices are risk-neutral, losses are real-world.",
                      body);
}

std::string scenario_section(const std::vector<ScenarioRow>& scenarios) {
  if (scenarios.empty()) return {};
  const auto number = [](const std::optional<double>& value) {
    return value ? html_text(round_trip_text(*value)) : std::string();
  };
  const auto shock_name = [](Shock shock) {
    switch (shock) {
      case Shock::relative:
        return "relative";
      case Shock::absolute:
        return "absolute";
      case Shock::level:
        return "level";
      case Shock::default_event:
        return "default";
      case Shock::launch:
        return "launch";
      case Shock::cancel:
        return "cancel";
      case Shock::draw:
        return "draw";
    }
    return "";
  };
  HtmlTable table;
  table.header = {"Scenario", "Input", "Shock", "Source", "From month", "Value"};
  table.first_number = 4;
  std::string previous;
  for (const ScenarioRow& row : scenarios) {
    table.rows.push_back({row.scenario == previous ? "" : html_text(row.scenario),
                          html_text(row.input), shock_name(row.shock), html_text(row.source),
                          row.month ? std::to_string(*row.month) : "", number(row.value)});
    previous = row.scenario;
  }
  return html_section("scenarios", "What the scenarios assume",
                      "A relative shock of -0.4 takes 40 % off; a blank month means always, "
                      "between months the shock is linear and the last one is held.",
                      html_table(table));
}

}  // namespace lien::pricing
