#include <algorithm>
#include <cmath>

#include "pricing/report/charts.hpp"
#include "pricing/report/html_text.hpp"
#include "pricing/report/svg_plot.hpp"

namespace lien::pricing {
namespace {

constexpr std::size_t kMostLines = 6;  // colours that a colour-blind reader can tell apart
constexpr std::size_t kMostFigures = 12;

// Parts of the change of an expected rent, as measures.csv names them, in the order of the stack.
constexpr const char* kParts[] = {"trend", "launches",      "scarcity",
                                  "wear",  "forward_curve", "convexity"};

std::string basis_told(const Table& table) {
  const auto& bases = table.column("measure_basis").texts;
  const bool real = std::find(bases.begin(), bases.end(), "real_world") != bases.end();
  return real ? "real_world" : "risk_neutral";
}

struct Line {
  std::string id;
  std::vector<double> months, values;
};

// Means of one series of the baseline, a line a hardware.
std::vector<Line> lines_of(const Table& paths, const std::string& series,
                           std::vector<std::string>& dates) {
  const std::string basis = basis_told(paths);
  std::vector<Line> lines;
  for (std::size_t row = 0; row < paths.rows(); ++row) {
    if (paths.column("series").texts[row] != series ||
        paths.column("scenario").texts[row] != "baseline" ||
        paths.column("measure_basis").texts[row] != basis)
      continue;
    const std::string& id = paths.column("id").texts[row];
    if (lines.empty() || lines.back().id != id) lines.push_back({id, {}, {}});
    lines.back().months.push_back(paths.column("month").numbers[row]);
    lines.back().values.push_back(paths.column("mean").numbers[row]);
    if (lines.size() == 1) dates.push_back(paths.column("date").texts[row]);
  }
  return lines;
}

std::string line_chart(const std::vector<Line>& lines, const std::vector<std::string>& dates,
                       const std::string& title, const std::string& unit) {
  double highest = 0;
  for (const Line& line : lines)
    for (const double value : line.values) highest = std::max(highest, value);
  if (!(highest > 0)) return {};
  SvgPlot plot(340, 236, title, month_axis(dates, 4), round_axis(unit, 0, highest, 4));
  std::string legend = "<p class=\"legend\">";
  for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) {
    const std::string kind = "series s" + std::to_string(i);
    plot.line(lines[i].months, lines[i].values, kind);
    legend += "<svg width=\"30\" height=\"12\" viewBox=\"0 0 30 12\"><line class=\"" + kind +
              "\" x1=\"0\" y1=\"6\" x2=\"30\" y2=\"6\"/></svg> " + html_text(lines[i].id) + " ";
  }
  if (lines.size() > kMostLines) legend += " and others, in paths.csv";
  return "<figure>" + plot.text() + legend + "</p></figure>\n";
}

// Percent of today's rent by part, for the years that the run reaches.
struct Decomposition {
  std::string id;
  double today = 0;
  std::vector<std::vector<double>> years;  // [year - 1][parts]
};

std::vector<Decomposition> decompositions_of(const RunTables& tables) {
  std::vector<Decomposition> out;
  const Table& measures = tables.measures;
  const std::string basis = basis_told(measures);
  for (std::size_t row = 0; row < measures.rows(); ++row) {
    if (measures.column("measure").texts[row] != "rental_rate_change" ||
        measures.column("scenario").texts[row] != "baseline" ||
        measures.column("measure_basis").texts[row] != basis)
      continue;
    const std::string& name = measures.column("id").texts[row];
    const std::size_t slash = name.rfind('/');
    if (slash == std::string::npos) continue;
    const std::string id = name.substr(0, slash), part = name.substr(slash + 1);
    if (out.empty() || out.back().id != id) out.push_back({id, 0, {}});
    const auto year =
        static_cast<std::size_t>(measures.column("horizon_months").numbers[row] / 12 - 1);
    if (out.back().years.size() <= year)
      out.back().years.resize(year + 1, std::vector<double>(std::size(kParts), 0.0));
    for (std::size_t i = 0; i < std::size(kParts); ++i)
      if (part == kParts[i]) out.back().years[year][i] = measures.column("value").numbers[row];
  }
  std::vector<std::string> dates;
  for (const Line& line : lines_of(tables.paths, "rental_rate", dates))
    for (Decomposition& d : out)
      if (d.id == line.id) d.today = line.values.front();
  std::erase_if(out, [](const Decomposition& d) { return !(d.today > 0); });
  return out;
}

std::string stacked_bars(const Decomposition& of) {
  const auto percent = [&of](double money) { return 100 * money / of.today; };
  double lowest = 0, highest = 0;
  for (const auto& parts : of.years) {
    double below = 0, above = 0;
    for (const double part : parts) (part < 0 ? below : above) += percent(part);
    lowest = std::min(lowest, below);
    highest = std::max(highest, above);
  }
  Axis vertical = round_axis("% of today's rent", lowest, highest, 4);
  for (int widened = 0; widened < 2; ++widened) {  // down to a tick, which may move the ticks
    const double step = vertical.ticks.size() > 1 ? vertical.ticks[1] - vertical.ticks[0] : 1;
    vertical = round_axis("% of today's rent", std::floor(lowest / step) * step, highest, 4);
  }
  const auto years = of.years.size();
  Axis horizontal{"years from today", 0.4, static_cast<double>(years) + 0.6, {}, {}};
  for (std::size_t y = 1; y <= years; ++y) {
    horizontal.ticks.push_back(static_cast<double>(y));
    horizontal.tick_labels.push_back(std::to_string(y));
  }
  SvgPlot plot(340, 236, of.id, std::move(horizontal), std::move(vertical));
  plot.line({0.4, static_cast<double>(years) + 0.6}, {0, 0}, "base");
  std::string caption;
  for (std::size_t y = 1; y <= years; ++y) {
    double below = 0, above = 0, total = 0;
    const double at = static_cast<double>(y);
    for (std::size_t i = 0; i < std::size(kParts); ++i) {
      const double part = percent(of.years[y - 1][i]);
      double& edge = part < 0 ? below : above;
      plot.block(at - 0.3, at + 0.3, edge, edge + part, "part p" + std::to_string(i),
                 std::string(kParts[i]) + " " + signed_text(part, 1) + " %");
      edge += part;
      total += part;
    }
    plot.line({at - 0.38, at + 0.38}, {total, total}, "total");
    if (y == years)
      caption = "After " + std::to_string(y) + (y == 1 ? " year " : " years ") +
                signed_text(total, 1) + " % in all";
  }
  return "<figure>" + plot.text() + "<figcaption>" + caption + "</figcaption></figure>\n";
}

std::string part_legend(const std::vector<Decomposition>& shown) {
  std::string out = "<p class=\"legend\">";
  for (std::size_t i = 0; i < std::size(kParts); ++i) {
    const bool any = std::any_of(shown.begin(), shown.end(), [i](const Decomposition& d) {
      return std::any_of(d.years.begin(), d.years.end(),
                         [&](const auto& parts) { return std::abs(parts[i]) > 1e-9 * d.today; });
    });
    if (!any) continue;
    std::string name = kParts[i];
    std::replace(name.begin(), name.end(), '_', ' ');
    out += "<svg width=\"30\" height=\"12\" viewBox=\"0 0 30 12\"><rect class=\"part p" +
           std::to_string(i) + "\" width=\"30\" height=\"12\"/></svg> " + name + " ";
  }
  return out +
         "<svg width=\"30\" height=\"12\" viewBox=\"0 0 30 12\"><line class=\"total\" x1=\"0\" "
         "y1=\"6\" x2=\"30\" y2=\"6\"/></svg> all of them</p>\n";
}

}  // namespace

std::string value_kept_chart(const Table& paths) {
  std::vector<std::string> dates;
  std::vector<Line> lines = lines_of(paths, "resale_value", dates);
  std::erase_if(lines, [](const Line& line) { return !(line.values.front() > 0); });
  for (Line& line : lines) {
    const double today = line.values.front();
    for (double& value : line.values) value *= 100 / today;
  }
  return line_chart(lines, dates, "Value kept", "mean resale value, % of today's");
}

std::string under_cost_chart(const Table& paths) {
  std::vector<std::string> dates;
  std::vector<Line> lines = lines_of(paths, "under_cost", dates);
  for (Line& line : lines)
    for (double& value : line.values) value *= 100;
  return line_chart(lines, dates, "Rent under operating cost", "probability in the month, %");
}

std::string rent_change_charts(const RunTables& tables) {
  std::vector<Decomposition> all = decompositions_of(tables);
  if (all.empty()) return {};
  const std::size_t count = all.size();
  if (count > kMostFigures) all.erase(all.begin() + kMostFigures, all.end());
  std::string figures;
  for (const Decomposition& one : all) figures += stacked_bars(one);
  if (count > kMostFigures)
    figures += "<p class=\"note\">measures.csv has those of all " + std::to_string(count) +
               " hardwares.</p>\n";
  return part_legend(all) + figure_grid(figures);
}

}  // namespace lien::pricing
