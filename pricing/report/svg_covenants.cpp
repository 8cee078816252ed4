#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "pricing/report/charts.hpp"
#include "pricing/report/html_text.hpp"
#include "pricing/report/svg_plot.hpp"

namespace lien::pricing {
namespace {

// One line of a chart: breach probabilities summed by month, and over how many tests.
struct BreachLine {
  std::string name;
  std::set<std::string> tests;  // contract and test
  std::map<int, double> breaches;

  [[nodiscard]] double percent(double sum) const {
    return 100 * sum / static_cast<double>(tests.size());
  }
};

constexpr std::size_t kMostLines = 6;  // colours that a colour-blind reader can tell apart

// "debt service coverage ratio" for debt_service_coverage_ratio.
std::string words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

BreachLine& line_of(std::vector<BreachLine>& lines, const std::string& name) {
  for (BreachLine& line : lines)
    if (line.name == name) return line;
  return lines.emplace_back(BreachLine{name, {}, {}});
}

struct BreachLines {
  std::vector<BreachLine> by_test;      // baseline
  std::vector<BreachLine> by_scenario;  // all tests
  std::vector<std::string> dates;       // of month i; empty where no test falls
};

BreachLines lines_of(const Table& covenants, std::string_view wanted_basis) {
  const auto& scenario = covenants.column("scenario").texts;
  const auto& basis = covenants.column("measure_basis").texts;
  const auto& contract = covenants.column("contract").texts;
  const auto& test = covenants.column("test").texts;
  const auto& month = covenants.column("month").numbers;
  const auto& date = covenants.column("date").texts;
  const auto& breach = covenants.column("breach_probability").numbers;
  // A scenario has rows of the whole portfolio, of its contracts, or both: then the former are it.
  std::set<std::string> summed;
  for (std::size_t row = 0; row < scenario.size(); ++row)
    if (contract[row] == "portfolio") summed.insert(scenario[row]);
  BreachLines lines;
  for (std::size_t row = 0; row < scenario.size(); ++row) {
    if (basis[row] != wanted_basis || std::isnan(breach[row])) continue;
    const bool portfolio = contract[row] == "portfolio";
    const bool party = contract[row].rfind("party:", 0) == 0;
    if (party || month[row] < 0) continue;
    const auto m = static_cast<std::size_t>(month[row]);
    if (lines.dates.size() <= m) lines.dates.resize(m + 1);
    lines.dates[m] = date[row];
    const auto add = [&](BreachLine& line) {
      line.tests.insert(contract[row] + "/" + test[row]);
      line.breaches[static_cast<int>(m)] += breach[row];
    };
    if (scenario[row] == "baseline" && test[row] != "all") add(line_of(lines.by_test, test[row]));
    if (portfolio || summed.count(scenario[row]) == 0)
      add(line_of(lines.by_scenario, scenario[row]));
  }
  return lines;
}

std::string chart(const std::vector<BreachLine>& lines, const std::vector<std::string>& dates,
                  const std::string& title, bool with_counts) {
  double highest = 0;
  for (const BreachLine& line : lines)
    for (const auto& [m, sum] : line.breaches) highest = std::max(highest, line.percent(sum));
  SvgPlot plot(700, 270, title, month_axis(dates, 8),
               round_axis("share of tests in breach, %", 0, highest, 4));
  std::string legend = "<p class=\"legend\">";
  for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) {
    const BreachLine& line = lines[i];
    const std::string kind = "series s" + std::to_string(i);
    std::vector<double> xs, ys;
    for (const auto& [m, sum] : line.breaches) {
      xs.push_back(m);
      ys.push_back(line.percent(sum));
    }
    plot.line(xs, ys, kind);
    legend += "<svg width=\"30\" height=\"12\" viewBox=\"0 0 30 12\"><line class=\"" + kind +
              "\" x1=\"0\" y1=\"6\" x2=\"30\" y2=\"6\"/></svg> " +
              html_text(with_counts ? words(line.name) : line.name) +
              (with_counts ? " (" + integer_text(line.tests.size()) + " tests) " : " ");
  }
  return figure_grid("<figure class=\"wide\">" + plot.text() + legend + "</p></figure>\n");
}

}  // namespace

std::string covenant_charts(const Table& covenants) {
  BreachLines lines = lines_of(covenants, "real_world");
  if (lines.dates.empty()) lines = lines_of(covenants, "risk_neutral");
  if (lines.dates.empty()) return {};
  if (lines.dates.front().empty()) lines.dates.front() = "today";
  std::string out;
  if (!lines.by_test.empty()) out += chart(lines.by_test, lines.dates, "Baseline, by test", true);
  if (lines.by_scenario.size() > 1 || lines.by_test.empty())
    out += chart(lines.by_scenario, lines.dates, "All tests, by scenario", false);
  return out;
}

}  // namespace lien::pricing
