#include <algorithm>
#include <cmath>

#include "pricing/report/charts.hpp"
#include "pricing/report/html_text.hpp"
#include "pricing/report/report_sections.hpp"

namespace lien::pricing {
namespace {

constexpr std::size_t kLargest = 10;

// "12.3 &#177; 0.4"; empty for a missing value.
std::string with_error(double value, double error, double size, int otherwise) {
  if (std::isnan(value)) return {};
  const int decimals = decimals_for(error / size, otherwise);
  std::string out = fixed_text(value / size, decimals);
  if (std::isfinite(error))
    out += "<span class=\"error\">&#177; " + fixed_text(error / size, decimals) + "</span>";
  return out;
}

std::string interval(double value, double low, double high, double size) {
  const int decimals = decimals_for((high - low) / 4 / size, 2);
  std::string out = fixed_text(value / size, decimals);
  if (std::isfinite(low) && std::isfinite(high))
    out += "<span class=\"error\">[" + fixed_text(low / size, decimals) + ", " +
           fixed_text(high / size, decimals) + "]</span>";
  return out;
}

std::string id(const std::string& text) {
  return "<span class=\"id\">" + html_text(text) + "</span>";
}

// Shortest text of a share in percent: 0.995 gives "99.5 %", without the noise of 100 * 0.995.
std::string percent(double share) {
  std::string text = fixed_text(share * 100, 4);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " %";
}

}  // namespace

std::string losses_section(const RunTables& tables, const MoneyUnit& money) {
  const Table& losses = tables.losses;
  const auto number = [&](const char* name) -> const std::vector<double>& {
    return losses.column(name).numbers;
  };
  HtmlTable table;
  const std::string unit = id(money.label);
  table.header = {"Horizon", "Level", "Value at risk, " + unit, "Expected shortfall, " + unit,
                  "Chance of no more"};
  const auto& scenario = losses.column("scenario").texts;
  std::string previous;
  for (std::size_t row = 0; row < scenario.size(); ++row) {
    const double level = number("confidence")[row];
    if (scenario[row] != "baseline" || (level < 0.9 && level != 0.5)) continue;
    // losses.csv has every percent; a committee reads the median and the tail.
    const bool round_percent = level > 0.9 && level < 0.99 && level != 0.95;
    if (round_percent && level != 0.975) continue;
    const auto months = static_cast<int>(number("horizon_months")[row]);
    const std::string term = months == 0 ? "lifetime" : std::to_string(months) + " months";
    table.rows.push_back(
        {term == previous ? "" : term, percent(level),
         interval(number("value_at_risk")[row], number("value_at_risk_low")[row],
                  number("value_at_risk_high")[row], money.size),
         interval(number("expected_shortfall")[row], number("expected_shortfall_low")[row],
                  number("expected_shortfall_high")[row], money.size),
         fixed_text(100 * number("cumulative_probability")[row], 2) + " %"});
    previous = term;
  }
  std::string body = loss_charts(tables, money);
  if (!table.rows.empty()) body += html_table(table);
  return html_section("losses", "Losses from defaults",
                      "Baseline, real-world, one sampled default a party and path. Value at risk: "
                      "the loss that is not passed with the probability of its level. Expected "
                      "shortfall: the mean of the losses beyond. In brackets: 95 % intervals.",
                      body);
}

std::string largest_losses_section(const Table& contracts, const MoneyUnit& money) {
  const auto& scenario = contracts.column("scenario").texts;
  const auto number = [&](const std::string& name, std::size_t row) {
    return contracts.column(name).numbers[row];
  };
  const auto& loss = contracts.column("expected_loss").numbers;
  std::vector<std::size_t> order;
  for (std::size_t row = 0; row < scenario.size(); ++row)
    if (scenario[row] == "baseline" && !std::isnan(loss[row])) order.push_back(row);
  // Stable: equal losses stay in the order of the book.
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return loss[a] > loss[b]; });
  const std::size_t all = order.size();
  order.resize(std::min(all, kLargest));
  if (order.empty()) return {};
  double total = 0, listed = 0;
  for (std::size_t row = 0; row < scenario.size(); ++row)
    if (scenario[row] == "baseline" && !std::isnan(loss[row])) total += loss[row];
  const MoneyUnit& unit = money;
  const std::string label = id(unit.label);
  HtmlTable table;
  table.header = {"Contract",          "Party",
                  "Balance, " + label, "Expected loss, " + label,
                  "of balance, %",     "Default, lifetime, %",
                  "Loan to value, %",  "Peak loan to value, %"};
  table.first_number = 2;
  for (const std::size_t row : order) {
    listed += loss[row];
    const auto estimate = [&](const std::string& name, double size, int decimals) {
      return with_error(number(name, row), number(name + "_se", row), size, decimals);
    };
    const double balance = number("balance", row);
    table.rows.push_back(
        {id(contracts.column("contract").texts[row]), id(contracts.column("party").texts[row]),
         fixed_text(balance / unit.size, 2), estimate("expected_loss", unit.size, 2),
         balance > 0 ? fixed_text(100 * loss[row] / balance, 2) : "",
         estimate("probability_of_default", 0.01, 2), estimate("loan_to_value", 0.01, 1),
         estimate("loan_to_value_peak_mean", 0.01, 1)});
  }
  std::string introduction = "Baseline, real-world.";
  if (all > kLargest && total > 0)
    introduction += " The " + std::to_string(kLargest) + " of " + integer_text(all) +
                    " contracts below carry " + fixed_text(100 * listed / total, 1) +
                    " % of the expected loss; contracts.csv has all of them.";
  return html_section("largest", "Largest expected losses", introduction, html_table(table));
}

std::string covenants_section(const Table& covenants) {
  return html_section("covenants", "Covenant breaches",
                      "Share of the book's tests that are in breach at the end of each month. "
                      "Contracts that have ended or defaulted count as not in breach.",
                      covenant_charts(covenants));
}

namespace {

// Six significant digits: enough to see why a check failed.
std::string check_number(double value) {
  if (std::isnan(value)) return {};
  if (std::abs(value) >= 1000) return fixed_text(value, value == std::floor(value) ? 0 : 2);
  return significant_text(value, 6);
}

std::string checks_table(const Table& checks) {
  constexpr std::size_t most_passed = 10;
  HtmlTable table;
  table.header = {"Check", "Result", "Expected", "Found", "Tolerance"};
  table.first_number = 2;
  const auto& passed = checks.column("passed").texts;
  std::size_t failed = 0;
  for (const bool wanted : {false, true}) {  // failures first
    for (std::size_t row = 0; row < checks.rows(); ++row) {
      const bool good = passed[row] == "true";
      if (good != wanted) continue;
      failed += good ? 0 : 1;
      if (good && table.rows.size() >= failed + most_passed) continue;
      table.rows.push_back(
          {html_text(checks.column("check").texts[row]),
           good ? "<span class=\"passed\">passed</span>" : "<span class=\"failed\">FAILED</span>",
           check_number(checks.column("expected").numbers[row]),
           check_number(checks.column("actual").numbers[row]),
           check_number(checks.column("tolerance").numbers[row])});
    }
  }
  if (table.rows.empty()) return {};
  std::string out = "<p>" + integer_text(checks.rows() - failed) + " checks passed, " +
                    integer_text(failed) + " failed";
  out += checks.rows() > table.rows.size() ? "; checks.csv has those that are not below.</p>\n"
                                           : ".</p>\n";
  return out + html_table(table);
}

}  // namespace

std::string checks_section(const RunTables& tables, const RunFacts& facts, const MoneyUnit& money) {
  const std::string body =
      "<p>" + integer_text(facts.rows_read) +
      " rows read = " + integer_text(facts.contracts_priced) + " priced + " +
      integer_text(facts.rows_rejected) + " rejected; balance " + html_text(money.label) + " " +
      fixed_text(facts.balance / money.size, 3) +
      (facts.rows_rejected > 0 ? ". The rejected rows stand in rejects.csv." : ".") + "</p>\n" +
      checks_table(tables.checks);
  return html_section("checks", "Reconciliation", "", body);
}

std::string notes_section(const RunFacts& facts) {
  const auto list = [](const std::vector<std::string>& lines) {
    std::string out = "<ul>\n";
    for (const std::string& line : lines) out += "<li>" + html_text(line) + "</li>\n";
    return out + "</ul>\n";
  };
  std::string body;
  if (!facts.drivers_off.empty())
    body += "<h3>Drivers that are off</h3>\n" + list(facts.drivers_off);
  if (!facts.warnings.empty()) body += "<h3>Warnings</h3>\n" + list(facts.warnings);
  if (!facts.notes.empty()) body += "<h3>Assumptions</h3>\n" + list(facts.notes);
  std::vector<std::string> accuracy;
  for (const auto& [name, value] : facts.accuracy) {
    std::string words = name;
    std::replace(words.begin(), words.end(), '_', ' ');
    accuracy.push_back(
        words + ": " +
        (std::isfinite(value) ? significant_text(100 * value, 2) + " % of the value" : "n/a"));
  }
  if (facts.resale_states_clamped)
    accuracy.push_back(fixed_text(*facts.resale_states_clamped, 0) +
                       " states of resale values counted at the end of their polynomials in age");
  if (!accuracy.empty()) body += "<h3>Accuracy of approximations</h3>\n" + list(accuracy);
  return html_section("notes", "What to know before relying on this", "", body);
}

}  // namespace lien::pricing
