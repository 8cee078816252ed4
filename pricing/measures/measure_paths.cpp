#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/measures/measure_rows.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

const char* series_name(FanPlan::Of of) {
  switch (of) {
    case FanPlan::Of::rental_rate:
      return "rental_rate";
    case FanPlan::Of::resale_value:
      return "resale_value";
    case FanPlan::Of::utilization:
      return "utilization";
    case FanPlan::Of::short_rate:
      return "short_rate";
    case FanPlan::Of::launch_count:
      return "launch_count";
    case FanPlan::Of::loan_to_value:
      return "loan_to_value";
    case FanPlan::Of::power:
      return "power";
    case FanPlan::Of::draw:
      return "draw";
  }
  return "";
}

std::string series_id(const ScenarioRun& scenario, const FanPlan& fan) {
  switch (fan.of) {
    case FanPlan::Of::launch_count:
      return scenario.market->launches[fan.index].line;
    case FanPlan::Of::short_rate:
    case FanPlan::Of::power:
      return "";
    case FanPlan::Of::loan_to_value:
      return "portfolio";
    case FanPlan::Of::draw:
      return fan.index == kNone ? "portfolio" : scenario.book->vehicles[fan.index].id;
    default:
      return scenario.market->hardware[fan.index].id;
  }
}

// Smallest x with cdf >= q, linear inside its bin.
double quantile(const FanPlan& fan, std::size_t month, const std::uint32_t* counts, double paths,
                double q) {
  const double wanted = q * paths;
  double below = 0;
  int bin = 0;
  while (bin < kFanBins - 1 && below + counts[bin] < wanted) below += counts[bin++];
  if (fan.of == FanPlan::Of::launch_count) return bin;
  if (fan.of == FanPlan::Of::draw) return fan.scale * (bin / (kFanBins - 1.0));
  const double inside = counts[bin] > 0 ? (wanted - below) / counts[bin] : 0.5;
  const double axis = fan.low[month] + (bin + inside) / fan.inverse_width[month];
  return fan.logarithmic ? engine::exp(axis) : axis;
}

}  // namespace

void measure_paths(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables) {
  for (const BasisRun* run : {scenario.risk_neutral, scenario.real_world}) {
    if (run == nullptr) continue;
    const int per_year = run->plan.steps_per_year;
    const TimeGrid grid(inputs.settings.valuation_date, run->plan.steps, per_year);
    const char* const basis = run->plan.real_world ? "real_world" : "risk_neutral";
    for (std::size_t f = 0; f < run->plan.fans.size(); ++f) {
      const FanPlan& fan = run->plan.fans[f];
      const std::string id = series_id(scenario, fan);
      for (int k = 0; k <= run->plan.months; ++k) {
        const auto month = static_cast<std::size_t>(k);
        // One row a month: the last step in it.
        if (k < run->plan.months && month_of_step(k, per_year) == month_of_step(k + 1, per_year))
          continue;
        if (fan.of == FanPlan::Of::loan_to_value && !(run->plan.book_balance[month] > 0)) continue;
        const std::size_t pair = run->layout.fan(f, month);
        const auto mean = run->mean(pair);
        const double spread = run->mean_of_paths(pair).standard_error;
        const double stdev = std::sqrt(std::max(0.0, spread * spread * run->paths));
        const std::uint32_t* const counts =
            run->fan_counts.data() +
            (f * (run->layout.steps + 1) + month) * static_cast<std::size_t>(kFanBins);
        // A series that is the same on every path has no spread; a bin's width is not one.
        const auto level = [&](double q) {
          return stdev == 0 ? mean.value : quantile(fan, month, counts, run->paths, q);
        };
        const std::string date = iso_text(grid.date(k));
        tables.paths.add({std::string_view(scenario.id), std::string_view(basis),
                          std::string_view(series_name(fan.of)), std::string_view(id),
                          month_of_step(k, per_year), std::string_view(date), mean.value,
                          mean.standard_error, stdev, level(0.05), level(0.25), level(0.50),
                          level(0.75), level(0.95)});
      }
    }
  }
}

}  // namespace lien::pricing
