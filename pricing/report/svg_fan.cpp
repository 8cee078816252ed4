#include <algorithm>
#include <cmath>

#include "pricing/report/charts.hpp"
#include "pricing/report/html_text.hpp"
#include "pricing/report/svg_plot.hpp"

namespace lien::pricing {
namespace {

constexpr std::size_t kMostFans = 12;  // a page holds no more; paths.csv has them all

struct Fan {
  std::string id;
  std::vector<std::string> dates;
  std::vector<double> months, mean, quantiles[5];  // 5, 25, 50, 75, 95 %
};

std::vector<Fan> fans_of(const Table& paths, const std::string& series, double scale) {
  const auto& scenario = paths.column("scenario").texts;
  const auto& basis = paths.column("measure_basis").texts;
  const auto& name = paths.column("series").texts;
  const auto& id = paths.column("id").texts;
  const auto& month = paths.column("month").numbers;
  const auto& date = paths.column("date").texts;
  const auto& mean = paths.column("mean").numbers;
  const std::vector<double>* quantiles[5];
  const char* const names[5] = {"quantile_05", "quantile_25", "quantile_50", "quantile_75",
                                "quantile_95"};
  for (int q = 0; q < 5; ++q) quantiles[q] = &paths.column(names[q]).numbers;
  std::vector<Fan> fans;
  for (const char* wanted : {"real_world", "risk_neutral"}) {
    for (std::size_t row = 0; row < scenario.size(); ++row) {
      if (name[row] != series || basis[row] != wanted || scenario[row] != "baseline") continue;
      if (std::isnan(mean[row])) continue;
      auto fan = std::find_if(fans.begin(), fans.end(),
                              [&](const Fan& known) { return known.id == id[row]; });
      if (fan == fans.end()) fan = fans.insert(fans.end(), Fan{id[row], {}, {}, {}, {}});
      fan->dates.push_back(date[row]);
      fan->months.push_back(month[row]);
      fan->mean.push_back(mean[row] * scale);
      for (int q = 0; q < 5; ++q) {
        const double value = (*quantiles[q])[row];
        fan->quantiles[q].push_back((std::isnan(value) ? mean[row] : value) * scale);
      }
    }
    if (!fans.empty()) break;
  }
  return fans;
}

// A number with three significant digits, for the caption.
std::string short_text(double value) {
  const double size = std::abs(value);
  return fixed_text(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

std::string figure(const Fan& fan, const std::string& unit, const std::string& whole, bool wide,
                   double most) {
  double highest = 0, lowest = 0;
  for (const double value : fan.quantiles[4]) highest = std::max(highest, value);
  for (const double value : fan.quantiles[0]) lowest = std::min(lowest, value);
  for (const double value : fan.mean) highest = std::max(highest, value);
  const bool cut = highest > most;
  highest = std::min(highest, most);
  const std::string title = fan.id.empty() || fan.id == "portfolio" ? whole : fan.id;
  SvgPlot plot(wide ? 700 : 340, wide ? 270 : 236, title, month_axis(fan.dates, wide ? 8 : 4),
               round_axis(unit, lowest, highest, 4));
  plot.area(fan.months, fan.quantiles[0], fan.quantiles[4], "outer");
  plot.area(fan.months, fan.quantiles[1], fan.quantiles[3], "inner");
  plot.line(fan.months, fan.quantiles[2], "median");
  plot.line(fan.months, fan.mean, "mean");
  std::string out = (wide ? "<figure class=\"wide\">" : "<figure>") + plot.text() +
                    "<figcaption>Today " + short_text(fan.mean.front());
  if (fan.months.size() > 1) {
    const std::size_t last = fan.months.size() - 1;
    // Two years on, where the fan goes further: the end of a long fan says little.
    const std::size_t at = last > 36 ? 24 : last;
    out += "; on " + html_text(fan.dates[at]) + " median " + short_text(fan.quantiles[2][at]) +
           ", " + short_text(fan.quantiles[0][at]) + " to " + short_text(fan.quantiles[4][at]) +
           " in nine paths of ten";
  }
  if (cut) out += "; the axis ends at " + short_text(most) + ", paths.csv goes on";
  return out + "</figcaption></figure>\n";
}

}  // namespace

std::string fan_legend() {
  return "<p class=\"legend\"><svg width=\"30\" height=\"12\" viewBox=\"0 0 30 12\">"
         "<rect class=\"outer\" width=\"30\" height=\"12\"/></svg> 5 to 95 % "
         "<svg width=\"30\" height=\"12\" viewBox=\"0 0 30 12\"><rect class=\"outer\" width=\"30\" "
         "height=\"12\"/><rect class=\"inner\" width=\"30\" height=\"12\"/></svg> 25 to 75 % "
         "<svg width=\"30\" height=\"12\" viewBox=\"0 0 30 12\"><line class=\"median\" x1=\"0\" "
         "y1=\"6\" x2=\"30\" y2=\"6\"/></svg> median "
         "<svg width=\"30\" height=\"12\" viewBox=\"0 0 30 12\"><line class=\"mean\" x1=\"0\" "
         "y1=\"6\" x2=\"30\" y2=\"6\"/></svg> mean</p>\n";
}

std::string fan_charts(const Table& paths, const std::string& series, const std::string& unit,
                       const std::string& whole, double scale, bool wide, double most) {
  const std::vector<Fan> fans = fans_of(paths, series, scale);
  std::string out;
  for (std::size_t i = 0; i < std::min(fans.size(), kMostFans); ++i)
    out += figure(fans[i], unit, whole, wide, most);
  if (fans.size() > kMostFans)
    out += "<p class=\"note\">The first " + std::to_string(kMostFans) + " of " +
           std::to_string(fans.size()) + "; paths.csv has all of them.</p>\n";
  return out;
}

std::string figure_grid(const std::string& figures) {
  return figures.empty() ? figures : "<div class=\"figures\">\n" + figures + "</div>\n";
}

}  // namespace lien::pricing
