#include <algorithm>
#include <cmath>
#include <map>

#include "engine/elementary/elementary.hpp"
#include "pricing/measures/replay_path.hpp"
#include "pricing/plan/rent_change.hpp"
#include "pricing/plan/time_grid.hpp"
#include "pricing/report/explain.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

// One series of paths.csv of the baseline on the basis told, by month.
struct Fan {
  std::vector<int> months;
  std::vector<std::string> dates;
  std::vector<double> mean, error, low, middle, high;  // quantiles 5, 50, 95 %
  [[nodiscard]] bool empty() const { return mean.empty(); }
  // Row of a month; the number of rows where it has none.
  [[nodiscard]] std::size_t row_of(int month) const {
    return static_cast<std::size_t>(std::lower_bound(months.begin(), months.end(), month) -
                                    months.begin());
  }
};

Fan fan_of(const FinishedRun& run, const std::string& series, const std::string& id) {
  Fan fan;
  const Table& paths = run.paths;
  const auto text = [&](const char* column, std::size_t row) -> const std::string& {
    return paths.column(column).texts[row];
  };
  for (std::size_t row = 0; row < paths.rows(); ++row) {
    if (text("series", row) != series || text("id", row) != id ||
        text("scenario", row) != "baseline" || text("measure_basis", row) != run.basis_name())
      continue;
    const auto number = [&](const char* column) { return paths.column(column).numbers[row]; };
    fan.months.push_back(static_cast<int>(number("month")));
    fan.dates.push_back(text("date", row));
    fan.mean.push_back(number("mean"));
    fan.error.push_back(number("standard_error"));
    fan.low.push_back(number("quantile_05"));
    fan.middle.push_back(number("quantile_50"));
    fan.high.push_back(number("quantile_95"));
  }
  return fan;
}

const char* law_name(ResaleLaw law) {
  switch (law) {
    case ResaleLaw::income:
      return "income";
    case ResaleLaw::rental_multiple:
      return "rental_multiple";
    case ResaleLaw::curve:
      return "curve";
  }
  return "";
}

const char* end_of_life_name(EndOfLife rule) {
  switch (rule) {
    case EndOfLife::mothball:
      return "mothball: stops and starts again at no cost";
    case EndOfLife::irreversible:
      return "irreversible: once stopped, scrapped";
    case EndOfLife::never:
      return "never stopped before its life ends";
  }
  return "";
}

StoryCell optional_number(const std::optional<double>& value) {
  return value ? StoryCell(*value) : StoryCell();
}

std::vector<StoryFact> facts_of(const FinishedRun& run, const Hardware& hardware) {
  const std::string currency = run.inputs.market.currency;
  const Estimate today =
      measure_of(run.measures, run.basis_name(), "hardware", hardware.id, "resale_value", 0);
  const auto of_today = [&](const char* measure) {
    return StoryCell(
        measure_of(run.measures, run.basis_name(), "hardware", hardware.id, measure, 0).value);
  };
  std::vector<StoryFact> facts = {
      {"measure_basis", "measure basis", std::string(run.basis_name())},
      {"valuation_date", "valuation date", iso_text(run.inputs.settings.valuation_date)},
      {"line", "launches that age it", hardware.line},
      {"rental_rate", "rental rate, " + currency + " per hour", hardware.rental_rate},
      {"operating_cost", "operating cost, " + currency + " per hour",
       optional_number(hardware.operating_cost)},
      {"utilization", "utilization, mean share",
       hardware.utilization ? StoryCell(hardware.utilization->mean) : StoryCell()},
      {"wear", "wear of the log rent, a year", hardware.wear},
      {"life_years", "physical life, years", optional_number(hardware.life_years)},
      {"resale_law", "resale law",
       hardware.resale ? StoryCell(std::string(law_name(hardware.resale->law))) : StoryCell()},
      {"resale_value", "resale value of a new unit, " + currency, today.value},
      {"end_of_life", "end of life",
       hardware.resale ? StoryCell(std::string(end_of_life_name(hardware.resale->end_of_life)))
                       : StoryCell()},
      {"mothball_value", "value if it could stop and start again, " + currency,
       of_today("mothball_value")},
      {"mothball_over_irreversible", "that over the value of stopping for good, ratio",
       of_today("mothball_over_irreversible")},
      {"forward_curve_last_month", "forward curve held flat after month",
       hardware.forward_curve.empty()
           ? StoryCell()
           : StoryCell(static_cast<int>(12 * hardware.forward_curve.years.back() + 0.5))}};
  if (hardware.attrition > 0)
    facts.push_back({"attrition", "units lost, a year", hardware.attrition});
  if (run.inputs.market.power && hardware.power_share > 0)
    facts.push_back({"power_share", "part of the cost that follows power", hardware.power_share});
  for (const auto& [name, segment] : hardware.segments)
    facts.push_back({"segments." + name, name + " rent over the rental rate today",
                     engine::exp(segment.basis)});
  return facts;
}

StoryTable forward_curve_table(const FinishedRun& run, const Hardware& hardware) {
  StoryTable table{
      "forward_curve",
      "Forward curve: risk-neutral expected rent, " + run.inputs.market.currency + " per hour",
      {{"month", "month"}, {"rent", "rent", 4}},
      {},
      false,
      "linear between the months given"};
  for (std::size_t i = 0; i < hardware.forward_curve.values.size(); ++i)
    table.rows.push_back({static_cast<int>(12 * hardware.forward_curve.years[i] + 0.5),
                          hardware.forward_curve.values[i]});
  return table;
}

StoryTable months_table(const FinishedRun& run, const std::string& id) {
  StoryTable table{"months",
                   "Rent and resale value by month: mean, 5, 50 and 95 %",
                   {{"month", "month"},
                    {"date", "end"},
                    {"rent_mean", "rent", 3},
                    {"rent_05", "5 %", 3},
                    {"rent_50", "50 %", 3},
                    {"rent_95", "95 %", 3},
                    {"value_mean", "value", 0},
                    {"value_05", "5 %", 0},
                    {"value_50", "50 %", 0},
                    {"value_95", "95 %", 0},
                    {"under_cost", "under cost, %", 2, 100},
                    {"ever_under_cost", "ever so far, %", 2, 100}},
                   {},
                   true,
                   ""};
  const Fan rent = fan_of(run, "rental_rate", id), value = fan_of(run, "resale_value", id);
  const Fan now = fan_of(run, "under_cost", id), ever = fan_of(run, "ever_under_cost", id);
  const Fan& longest = rent.empty() ? value : rent;
  for (std::size_t k = 0; k < longest.mean.size(); ++k) {
    const auto cell = [k](const std::vector<double>& column) {
      return k < column.size() ? StoryCell(column[k]) : StoryCell();
    };
    table.rows.push_back({longest.months[k], longest.dates[k], cell(rent.mean), cell(rent.low),
                          cell(rent.middle), cell(rent.high), cell(value.mean), cell(value.low),
                          cell(value.middle), cell(value.high), cell(now.mean), cell(ever.mean)});
  }
  if (!now.empty())
    table.note =
        "under cost: share of paths on which utilization x rent is under the operating cost";
  return table;
}

StoryTable retention_table(const FinishedRun& run, const std::string& id) {
  StoryTable table{"retention",
                   "Value kept, share of today's value",
                   {{"years", "years"},
                    {"mean", "mean, %", 2, 100},
                    {"standard_error", "+-", 2, 100},
                    {"low", "5 %", 2, 100},
                    {"high", "95 %", 2, 100},
                    {"under_cost", "under cost then, %", 2, 100},
                    {"ever_under_cost", "ever so far, %", 2, 100}},
                   {},
                   false,
                   ""};
  const Fan value = fan_of(run, "resale_value", id);
  const double today =
      measure_of(run.measures, run.basis_name(), "hardware", id, "resale_value", 0).value;
  for (int year = 1; year <= 5; ++year) {
    const auto measure = [&](const char* name) {
      return measure_of(run.measures, run.basis_name(), "hardware", id, name, 12 * year);
    };
    const Estimate kept = measure("value_retention"), now = measure("under_cost_probability");
    if (std::isnan(kept.value) && std::isnan(now.value)) continue;
    const std::size_t month = value.row_of(12 * year);
    const auto quantile = [&](const std::vector<double>& column) {
      return month < column.size() ? StoryCell(column[month] / today) : StoryCell();
    };
    table.rows.push_back({year, kept.value, kept.standard_error, quantile(value.low),
                          quantile(value.high), now.value,
                          measure("ever_under_cost_probability").value});
  }
  return table;
}

std::vector<StoryTable> decomposition_tables(const FinishedRun& run, const Hardware& hardware) {
  const Fan rent = fan_of(run, "rental_rate", hardware.id);
  if (rent.mean.size() < 2) return {};
  const int last = rent.months.back();
  const auto changes = rent_changes(run.inputs.market, hardware, run.basis(),
                                    run.inputs.settings.valuation_date, last);
  StoryTable logs{"log_rent_change",
                  "Where ln rent goes, in closed form, %",
                  {{"month", "month"}},
                  {},
                  false,
                  ""};
  StoryTable money{
      "rent_change",
      "Where the expected rent goes, in closed form, " + run.inputs.market.currency + " per hour",
      {{"month", "month"}},
      {},
      false,
      "each part its share of ln E[rent], so that the parts add up; z: simulated less "
      "closed form, in standard errors"};
  for (std::size_t i = 0; i < kRentParts; ++i) {
    const std::string key = rent_part_name(static_cast<RentPart>(i));
    std::string title = key;
    std::replace(title.begin(), title.end(), '_', ' ');
    if (i == kForwardCurve && hardware.forward_curve.empty()) continue;
    if (i != kConvexity) logs.columns.push_back({key, title, 2, 100});
    money.columns.push_back({key, title, 4});
  }
  logs.columns.push_back({"total", "E[ln rent] less today's", 2, 100});
  logs.columns.push_back({"log_of_mean", "ln E[rent] less today's", 2, 100});
  for (const char* key : {"total", "expected", "simulated", "standard_error"})
    money.columns.push_back({key, std::string(key) == "standard_error" ? "+-" : key, 4});
  money.columns.push_back({"z", "z", 2});
  for (int k = std::min(12, last); k <= last; k = k == last ? last + 1 : std::min(k + 12, last)) {
    const std::size_t month = rent.row_of(k);
    if (month == rent.months.size() || rent.months[month] != k) continue;
    const RentChange& change = changes[static_cast<std::size_t>(k)];
    const auto parts = change.money_parts(hardware.rental_rate);
    std::vector<StoryCell> log_row{k}, money_row{k};
    double total = 0;
    for (std::size_t i = 0; i < kRentParts; ++i) {
      total += parts[i];
      if (i == kForwardCurve && hardware.forward_curve.empty()) continue;
      if (i != kConvexity) log_row.emplace_back(change.log_parts[i]);
      money_row.emplace_back(parts[i]);
    }
    log_row.emplace_back(change.mean_of_log());
    log_row.emplace_back(change.log_of_mean());
    const double expected = hardware.rental_rate + total, error = rent.error[month];
    money_row.insert(money_row.end(),
                     {total, expected, rent.mean[month], error,
                      error > 0 ? StoryCell((rent.mean[month] - expected) / error) : StoryCell()});
    logs.rows.push_back(std::move(log_row));
    money.rows.push_back(std::move(money_row));
  }
  return {std::move(logs), std::move(money)};
}

}  // namespace

Story explain_hardware(const FinishedRun& run, std::size_t index) {
  const Hardware& hardware = run.inputs.market.hardware[index];
  Story story{"hardware", hardware.id, facts_of(run, hardware), {}};
  story.facts.push_back({"paths", "paths", static_cast<int>(run.inputs.settings.paths)});
  story.facts.push_back({"seed", "seed", std::to_string(run.inputs.settings.seed)});
  story.tables.push_back(retention_table(run, hardware.id));
  story.tables.push_back(forward_curve_table(run, hardware));
  for (StoryTable& table : decomposition_tables(run, hardware))
    story.tables.push_back(std::move(table));
  story.tables.push_back(months_table(run, hardware.id));
  return story;
}

Story explain_path(const FinishedRun& run, std::size_t index, std::uint64_t number) {
  const Hardware& hardware = run.inputs.market.hardware[index];
  const ReplayedPath path =
      replay_path(run.inputs, run.basis(), static_cast<std::uint32_t>(index), number);
  const TimeGrid grid(run.inputs.settings.valuation_date, path.steps, path.steps_per_year);
  const TimeGrid month_ends(run.inputs.settings.valuation_date,
                            month_of_step(path.steps, path.steps_per_year));
  Story story{"hardware", hardware.id, facts_of(run, hardware), {}};
  story.facts.push_back({"path", "path", std::to_string(number)});
  StoryTable launches{"launches",
                      "Launches on this path",
                      {{"line", "line"},
                       {"month", "month"},
                       {"date", "date"},
                       {"count", "launches"},
                       {"drop", "log drop", 4}},
                      {},
                      false,
                      ""};
  for (const ReplayedLaunch& launch : path.launches) {
    // The day (of its month's, each of which has the same share of the month) that it falls on.
    const int month = month_of_step(launch.step, path.steps_per_year);
    const Date from = month_ends.date(month - 1), to = month_ends.date(month);
    const double share = std::clamp(12 * launch.years - (month - 1), 1e-9, 1.0);
    const auto days = static_cast<int>(std::ceil(share * static_cast<double>((to - from).count())));
    launches.rows.push_back(
        {launch.line, month, iso_text(from + std::chrono::days(days)), launch.count, launch.drop});
  }
  StoryTable months{"path_months",
                    "Month by month",
                    {{"month", "month"},
                     {"date", "end"},
                     {"scarcity", "scarcity", 4},
                     {"frontier", "frontier", 4},
                     {"launches", "launches"},
                     {"rent", "rent", 4},
                     {"utilization", "utilization, %", 2, 100},
                     {"earned", "earned", 4},
                     {"operating_cost", "cost", 4},
                     {"value", "value", 0}},
                    {},
                    false,
                    "rent, earned (utilization x rent) and cost are hourly; value: a unit that "
                    "enters service on the valuation date"};
  if (!path.credit.empty()) months.columns.push_back({"credit", "credit", 4});
  std::map<int, int> counts;
  for (const ReplayedLaunch& launch : path.launches) counts[launch.step] += launch.count;
  for (int k = 0; k <= path.steps; ++k) {
    const auto at = static_cast<std::size_t>(k);
    months.rows.push_back({month_of_step(k, path.steps_per_year), iso_text(grid.date(k)),
                           path.scarcity[at], path.frontier[at],
                           counts.count(k) != 0 ? StoryCell(counts.at(k)) : StoryCell(),
                           path.rent[at], path.utilization[at], path.earned[at], path.cost[at],
                           path.value.empty() ? StoryCell() : StoryCell(path.value[at])});
    if (!path.credit.empty()) months.rows.back().emplace_back(path.credit[at]);
  }
  story.tables = {std::move(launches), std::move(months)};
  return story;
}

}  // namespace lien::pricing
