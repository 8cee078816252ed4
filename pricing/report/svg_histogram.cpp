#include <algorithm>
#include <cmath>
#include <utility>

#include "pricing/report/charts.hpp"
#include "pricing/report/html_text.hpp"
#include "pricing/report/svg_plot.hpp"

namespace lien::pricing {
namespace {

struct Bin {
  double low = 0, high = 0, share = 0;  // money unit; percent of paths
};

struct Tail {
  double confidence = 0, value_at_risk = 0, expected_shortfall = 0;  // money unit
};

std::string horizon_text(int months) {
  return months == 0 ? "over the life of the book" : "within " + std::to_string(months) + " months";
}

std::vector<Bin> bins_of(const Table& histogram, int months, double size) {
  const auto& scenario = histogram.column("scenario").texts;
  const auto& horizon = histogram.column("horizon_months").numbers;
  const auto& low = histogram.column("low").numbers;
  const auto& high = histogram.column("high").numbers;
  const auto& share = histogram.column("share").numbers;
  std::vector<Bin> bins;
  for (std::size_t row = 0; row < scenario.size(); ++row)
    if (scenario[row] == "baseline" && static_cast<int>(horizon[row]) == months)
      bins.push_back({low[row] / size, high[row] / size, share[row] * 100});
  return bins;
}

// Of the baseline, at 99 % or the next higher level there is.
Tail tail_of(const Table& losses, int months, double size) {
  const auto& scenario = losses.column("scenario").texts;
  const auto& horizon = losses.column("horizon_months").numbers;
  const auto& confidence = losses.column("confidence").numbers;
  Tail tail;
  for (std::size_t row = 0; row < scenario.size(); ++row) {
    const bool wanted = scenario[row] == "baseline" && static_cast<int>(horizon[row]) == months &&
                        confidence[row] >= 0.99;
    if (wanted && (tail.confidence == 0 || confidence[row] < tail.confidence))
      tail = {confidence[row], losses.column("value_at_risk").numbers[row] / size,
              losses.column("expected_shortfall").numbers[row] / size};
  }
  return tail;
}

// A line at a loss with its name, on the wanted side of it if there is room.
void mark(SvgPlot& plot, double value, const std::string& name, double line, bool to_the_right) {
  const std::string text = name + " " + fixed_text(value, 1);
  constexpr double character = 6.8;  // pixels, a little more than the font needs
  const double width = character * static_cast<double>(text.size());
  const bool right = to_the_right ? plot.x(value) + 5 + width < plot.right()
                                  : plot.x(value) - 5 - width < plot.x(0);
  plot.vertical_mark(value, "mark");
  plot.label(plot.x(value) + (right ? 5 : -5), plot.top() + line, right ? "start" : "end", "marked",
             text);
}

std::string figure(const std::vector<Bin>& bins, const Tail& tail, int months,
                   const MoneyUnit& money) {
  // The far end holds single paths: the axis ends where 99.95 % of them lie, or at the marks.
  double total = 0, right = bins.front().high, first = 0, second = 0;
  for (const Bin& bin : bins) {
    if (total < 99.95) right = bin.high;
    total += bin.share;
    if (bin.share > first)
      second = std::exchange(first, bin.share);
    else
      second = std::max(second, bin.share);
  }
  right = std::max(right, tail.expected_shortfall * 1.5);
  const double left = std::min(0.0, bins.front().low);
  // An atom (often: no default at all) would flatten every other bar; it is cut and labelled.
  const bool cut = second > 0 && first > 3 * second;
  const double height = cut ? second * 1.6 : first;
  Axis horizontal = round_axis("loss, " + money.label, left, right, 6);
  SvgPlot plot(700, 270, "Loss " + horizon_text(months), horizontal,
               round_axis("share of paths, %", 0, height, 4));
  for (const Bin& bin : bins) {
    if (bin.share <= 0 || bin.low > horizontal.high) continue;
    plot.bar(bin.low, bin.high, bin.share, "bar",
             fixed_text(bin.low, 1) + " to " + fixed_text(bin.high, 1) + ": " +
                 fixed_text(bin.share, 2) + " %");
    if (cut && bin.share == first)
      plot.label(plot.x(bin.high) + 5, plot.top() + 12, "start", "marked",
                 "bar cut: " + fixed_text(bin.share, 1) + " % of paths");
  }
  if (tail.confidence > 0) {
    const std::string level = fixed_text(tail.confidence * 100, tail.confidence == 0.99 ? 0 : 1);
    mark(plot, tail.value_at_risk, level + " % value at risk", 30, false);
    mark(plot, tail.expected_shortfall, level + " % expected shortfall", 48, true);
  }
  return "<figure class=\"wide\">" + plot.text() + "</figure>\n";
}

}  // namespace

std::string loss_charts(const RunTables& tables, const MoneyUnit& money) {
  const Table& histogram = tables.loss_histogram;
  if (histogram.rows() == 0) return {};
  std::vector<int> horizons;
  for (const double months : histogram.column("horizon_months").numbers)
    if (std::find(horizons.begin(), horizons.end(), static_cast<int>(months)) == horizons.end())
      horizons.push_back(static_cast<int>(months));
  std::string out;
  for (const int months : horizons) {
    const std::vector<Bin> bins = bins_of(histogram, months, money.size);
    if (!bins.empty())
      out += figure(bins, tail_of(tables.losses, months, money.size), months, money);
  }
  return figure_grid(out);
}

}  // namespace lien::pricing
