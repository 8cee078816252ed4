#include "pricing/report/report_html.hpp"

#include <cmath>
#include <limits>

#include "pricing/report/charts.hpp"
#include "pricing/report/file_digest.hpp"
#include "pricing/report/html_text.hpp"
#include "pricing/report/limit_summary.hpp"
#include "pricing/report/premium_summary.hpp"
#include "pricing/report/provision_summary.hpp"
#include "pricing/report/report_sections.hpp"

namespace lien::pricing {
namespace {

std::string page_head(const ReportSubject& subject) {
  // The one style sheet is allowed by its hash; scripts, images, fonts and connections are not.
  const std::string style(report_style());
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'sha256-" +
         base64(sha256(style)) +
         "'; base-uri 'none'; form-action 'none'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         html_text(subject.settings.name) + ", " + iso_text(subject.settings.valuation_date) +
         "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<main>\n";
}

std::string heading(const ReportSubject& subject, const RunFacts& facts, const MoneyUnit& money) {
  const auto fact = [](const char* name, const std::string& value) {
    return "<div><dt>" + std::string(name) + "</dt><dd>" + html_text(value) + "</dd></div>\n";
  };
  return "<header>\n<p class=\"kicker\">Loans and leases on accelerators: value and risk</p>\n"
         "<h1>" +
         html_text(subject.settings.name) + "</h1>\n<dl class=\"facts\">\n" +
         fact("as of", iso_text(subject.settings.valuation_date)) +
         fact("contracts", integer_text(facts.contracts_priced)) +
         fact("balance", money.label + " " + fixed_text(facts.balance / money.size, 1)) +
         fact("currency", subject.currency) + fact("paths", integer_text(facts.paths)) +
         fact("horizon", std::to_string(facts.horizon_months) + " months") +
         (facts.liquidation_months > 0
              ? fact("liquidation", "up to " + std::to_string(facts.liquidation_months) +
                                        (facts.liquidation_months == 1 ? " month" : " months"))
              : "") +
         fact("seed", std::to_string(subject.settings.seed)) + "</dl>\n</header>\n";
}

// Prices over the interval of premia that the run states: they are inputs and no estimates.
std::string premium_section(const RunTables& tables, const MoneyUnit& money) {
  HtmlTable table;
  table.header = {"Every risk premium times",
                  "Present value, <span class=\"id\">" + html_text(money.label) + "</span>",
                  "Change to baseline"};
  const auto cell = [&](const Estimate& estimate, bool sign) {
    const EstimateText text =
        estimate_texts({estimate}, SummaryUnit::money, money.size, sign).front();
    const std::string error = text.uncertainty.rfind("+- ", 0) == 0
                                  ? "&#177; " + html_text(text.uncertainty.substr(3))
                                  : html_text(text.uncertainty);
    return html_text(text.value) + "<span class=\"error\">" + error + "</span>";
  };
  for (const PremiumValue& premium : premium_values(tables))
    table.rows.push_back(
        {html_text(premium.factor), cell(premium.value, false), cell(premium.change, true)});
  if (table.rows.empty()) return {};
  return html_section("premia", "What the risk premia are worth",
                      "No market quotes the premia on rents, launches and default: a price is as "
                      "good as they are. Here all of them are scaled together, on the same paths.",
                      html_table(table));
}

std::string market_section(const RunTables& tables, const std::string& currency) {
  const auto fans = [&](const char* series, const std::string& unit, const char* whole,
                        double scale) {
    return fan_charts(tables.paths, series, unit, whole, scale, false,
                      std::numeric_limits<double>::max());
  };
  const auto group = [](const char* title, const std::string& figures) {
    return figures.empty() ? figures
                           : "<h3>" + std::string(title) + "</h3>\n" + figure_grid(figures);
  };
  std::string body =
      group("Rental rate",
            fans("rental_rate", currency + " per accelerator-hour", "Rental rate", 1)) +
      group("Resale value",
            fans("resale_value", currency + " per accelerator", "Resale value", 1)) +
      group("What a unit keeps and earns",
            value_kept_chart(tables.paths) + under_cost_chart(tables.paths)) +
      group("Utilization",
            fans("utilization", "share of free hours rented, %", "Utilization", 100)) +
      group("Launches and interest",
            fans("launch_count", "new generations launched since today", "Launches", 1) +
                fans("short_rate", "% a year", "Short rate", 100));
  if (body.empty()) return {};
  const std::string changes = rent_change_charts(tables);
  if (!changes.empty())
    body +=
        "<h3>Where the expected rent goes</h3>\n<p class=\"note\">In closed form: the parts "
        "add up to the change of the mean rent. Convexity is what a mean gains from the "
        "spread of the paths around it.</p>\n" +
        changes;
  return html_section("market", "Where rents and resale values may go",
                      "Baseline, real-world measure (risk-neutral where that alone was run). Each "
                      "chart shows the simulated range month by month: half of the "
                      "paths lie in the dark band, nine in ten in the light one.",
                      fan_legend() + body);
}

std::string loan_to_value_section(const RunTables& tables) {
  const std::string charts =

      figure_grid(fan_charts(tables.paths, "loan_to_value", "loan to value, %", "Portfolio", 100,
                             true, 200));
  if (charts.empty()) return {};
  return html_section(
      "loan-to-value", "Loan to value of the book",
      "Baseline, real-world measure: what is owed as a share of what the accelerators would fetch. "
      "Above 100 % a sale would not repay the debt.",
      fan_legend() + charts);
}

}  // namespace

std::string report_html(const ReportSubject& subject, const RunResults& results) {
  const RunTables& tables = results.tables;
  const PortfolioSummary summary = summarize_portfolio(tables);
  const MoneyUnit money = money_unit(std::abs(results.facts.balance), subject.currency);
  std::string page = page_head(subject);
  page += heading(subject, results.facts, money);
  page += headline_cards(summary, money);
  page += summary_section(summary, money);
  page += limits_section(tables.limits, money);
  page += premium_section(tables, money);
  page += scenario_section(subject.scenarios);
  page += market_section(tables, subject.currency);
  page += loan_to_value_section(tables);
  page += losses_section(tables, money);
  page += contributions_section(tables, money);
  page += exposure_section(tables.measures, money);
  if (const auto& asked = subject.settings.reverse_stress)
    page += reverse_stress_section(tables, *asked, money);
  page += largest_losses_section(tables.contracts, money);
  if (subject.vehicles != nullptr) page += vehicles_section(tables, *subject.vehicles, money);
  page += provisions_section(tables, money);
  page += capital_section(tables, money);
  page += covenants_section(tables.covenants);
  page += checks_section(tables, results.facts, money);
  page += notes_section(results.facts);
  page += "<footer>lien " + html_text(subject.version) +
          ". Every number with its full digits: measures.csv; hashes of inputs and outputs: "
          "manifest.json.</footer>\n";
  return page + "</main>\n</body>\n</html>\n";
}

}  // namespace lien::pricing
