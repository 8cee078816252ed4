#include "pricing/report/text_vehicles.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pricing/plan/calendar.hpp"
#include "pricing/report/vehicle_summary.hpp"

namespace lien::pricing {
namespace {

using Line = std::vector<std::string>;

// Columns as wide as what they hold: the first begins at one place, the others end at one.
std::string aligned(const std::vector<Line>& lines, const TerminalStyle& style) {
  std::vector<std::size_t> widths;
  for (const Line& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], line[c].size());
  }
  std::string text;
  for (std::size_t row = 0; row < lines.size(); ++row) {
    std::string out;
    for (std::size_t c = 0; c < lines[row].size(); ++c) {
      const std::string& cell = lines[row][c];
      const std::string space(widths[c] - cell.size(), ' ');
      out += c == 0 ? cell + space : "  " + space + cell;
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text += style.colour && row == 0 ? "\033[1m" + out + "\033[0m\n" : out + "\n";
  }
  return text;
}

// "105.35 % +- 0.06"; blank for a number that the deal does not have.
std::string cell(const Estimate& e, SummaryUnit unit, double money_size) {
  if (std::isnan(e.value)) return {};
  const EstimateText text = estimate_texts({e}, unit, money_size, false).front();
  return text.uncertainty.empty() ? text.value : text.value + " " + text.uncertainty;
}

std::string share(const Estimate& e) { return cell(e, SummaryUnit::share, 1); }

// "1.082 +- 0.004 in 2029-08"
std::string coverage(const DealLine& line, Date today) {
  if (line.coverage_month < 0) return {};
  const std::string month =
      iso_text(add_months(today, line.coverage_month, true)).substr(0, std::size("2029-08") - 1);
  // A plain number is money in units of one.
  return cell(line.coverage, SummaryUnit::money, 1) + " in " + month;
}

std::string deals(const ReportSubject& subject, const VehicleSummary& summary,
                  const MoneyUnit& money, const TerminalStyle& style) {
  std::vector<Line> lines = {{"Deal", "Balance, " + money.label, "Price", "EL, " + money.label,
                              "PD, 12 months", "PD, lifetime", "Lowest coverage", "Breach, 12 m",
                              "Lifetime", "of test"}};
  for (const DealLine& line : summary.deals)
    lines.push_back({without_controls(line.id), fixed_text(line.balance / money.size, 1),
                     share(line.price), cell(line.expected_loss, SummaryUnit::money, money.size),
                     share(line.default_12m), share(line.default_lifetime),
                     coverage(line, subject.settings.valuation_date), share(line.breach_12m),
                     share(line.breach_lifetime), without_controls(line.test)});
  std::string text = "\n" + aligned(lines, style);
  if (summary.left_out > 0)
    text += integer_text(summary.left_out) + " contracts of tapes: see contracts.csv\n";
  return text;
}

std::string guarantees(const VehicleSummary& summary, const MoneyUnit& money,
                       const TerminalStyle& style) {
  if (summary.guarantees.empty()) return {};
  const bool compared = std::any_of(summary.guarantees.begin(), summary.guarantees.end(),
                                    [](const GuaranteeLine& g) { return !g.scenario.empty(); });
  std::vector<Line> lines = {{"Guarantee", "Value, " + money.label, "Price of what it covers"}};
  if (compared) lines.front().insert(lines.front().end(), {"without it", "by scenario"});
  for (const GuaranteeLine& g : summary.guarantees) {
    lines.push_back(
        {without_controls(g.id), cell(g.value, SummaryUnit::money, money.size), share(g.with)});
    if (compared)
      lines.back().insert(lines.back().end(), {share(g.without), without_controls(g.scenario)});
  }
  return "\n" + aligned(lines, style);
}

}  // namespace

std::string vehicle_blocks(const ReportSubject& subject, const RunTables& tables,
                           const MoneyUnit& money, const TerminalStyle& style) {
  const VehicleSummary summary = summarize_vehicles(tables, subject.scenarios);
  if (summary.deals.empty()) return {};
  return deals(subject, summary, money, style) + guarantees(summary, money, style) +
         "\nLowest coverage: the payment period with the lowest expected cash over debt service "
         "due. Breach: of the test\nthat is breached most often. EL: expected loss, lifetime; PD: "
         "probability of default. " +
         (summary.real_world ? "Losses, defaults, coverage and breaches are real-world.\n"
                             : "All numbers are risk-neutral.\n");
}

}  // namespace lien::pricing
