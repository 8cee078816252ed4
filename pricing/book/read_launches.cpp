#include <algorithm>

#include "pricing/book/market_blocks.hpp"
#include "pricing/book/market_fields.hpp"

namespace lien::pricing {
namespace {

void read_lists(const TomlValue& table, LaunchLine& line, std::optional<Date> today,
                const Scope& scope) {
  for (const TomlValue* entry : tables_of(table.find("past_launches"), "past_launches", scope)) {
    PastLaunch launch;
    const Given given = read_table(*entry, past_launch_fields(), launch, "field of a past launch",
                                   scope.part("past_launches"));
    if (today && given.good("date") && launch.date > *today)
      scope.fault(entry->find("date")->scalar(), "past_launches.date",
                  "must not be after the valuation date", "move it to scheduled");
    line.past_launches.push_back(launch);
  }
  for (const TomlValue* entry : tables_of(table.find("scheduled"), "scheduled", scope)) {
    ScheduledLaunch launch;
    const Given given = read_table(*entry, scheduled_launch_fields(), launch,
                                   "field of a scheduled launch", scope.part("scheduled"));
    if (today && given.good("date") && launch.date <= *today)
      scope.fault(entry->find("date")->scalar(), "scheduled.date",
                  "must be after the valuation date", "move it to past_launches");
    const bool twice = std::any_of(line.scheduled.begin(), line.scheduled.end(),
                                   [&](const auto& other) { return other.name == launch.name; });
    if (given.good("name") && twice)
      scope.fault(entry->find("name")->scalar(), "scheduled.name", "is scheduled twice",
                  "give each launch its own name");
    if (line.scheduled.size() == kMostScheduled)
      scope.fault(entry->line, entry->column, "scheduled", "",
                  "has more than " + std::to_string(kMostScheduled) + " launches",
                  "keep the first " + std::to_string(kMostScheduled) +
                      "; the law of the line draws those after them");
    line.scheduled.push_back(launch);
  }
}

void check_law(const TomlValue& table, const LaunchLine& line, const Given& given,
               const Scope& scope) {
  if (!given.good("law")) return;
  const auto need = [&](std::string_view field, std::string_view because) {
    if (!given.has(field))
      scope.fault(table.line, table.column, field, "", "is missing: " + std::string(because),
                  "add it");
  };
  if (line.law == LaunchLaw::none) return;
  need("mean_years", "the law draws times of that mean");
  const std::string law = line.law == LaunchLaw::gamma ? "gamma" : "weibull";
  if (line.law == LaunchLaw::exponential) {
    if (given.has("shape"))
      scope.fault(given.at("shape"), "shape", "does not go with law exponential", "remove it");
    return;
  }
  need("shape", "law " + law + " has one");
  if (line.scheduled.empty())
    need("years_since_last", "law " + law + " remembers the last launch and none is scheduled");
  if (line.law == LaunchLaw::gamma && given.good("shape") && !kGammaShapes.holds(line.shape))
    scope.fault(given.at("shape"), "shape", must_lie_in(kGammaShapes) + " with law gamma",
                "a larger shape is all but a schedule: list the launches under scheduled");
}

// What each law of ramps is described by.
void check_ramp(const TomlValue& table, const LaunchLine& line, const Given& given,
                const Scope& scope) {
  if (!given.good("law")) return;
  const bool years = line.ramp == RampLaw::exponential || line.ramp == RampLaw::linear;
  const bool bass = line.ramp == RampLaw::bass;
  constexpr std::string_view kNames[] = {"exponential", "linear", "bass", "step"};
  const std::string law(kNames[static_cast<std::size_t>(line.ramp)]);
  const auto check = [&](std::string_view field, bool belongs) {
    const std::string name = "ramp." + std::string(field);
    if (belongs && !given.has(field))
      scope.fault(table.line, table.column, name, "", "is missing", "add it");
    if (!belongs && given.has(field))
      scope.fault(given.at(field), name, "does not go with law " + law, "remove it");
  };
  check("years", years);
  check("p", bass);
  check("q", bass);
}

}  // namespace

LaunchLine read_launch_line(const TomlValue& table, std::optional<Date> valuation_date,
                            const Scope& top) {
  const Scope scope{top.faults, top.file, block_label("launches", table, "line")};
  LaunchLine line;
  line.where = {scope.file, table.line, table.column};
  const Given given = read_table(table, launch_fields(), line, "field of [[launches]]", scope);
  line.age_is_known = given.has("years_since_last");
  if (const TomlValue* drop = table_of(table.find("drop"), "drop", scope))
    (void)read_table(*drop, drop_fields(), line, "part of drop", scope.part("drop"));
  if (const TomlValue* ramp = table_of(table.find("ramp"), "ramp", scope)) {
    const Given parts = read_table(*ramp, ramp_fields(), line, "part of ramp", scope.part("ramp"));
    check_ramp(*ramp, line, parts, scope);
  }
  read_lists(table, line, valuation_date, scope);
  check_law(table, line, given, scope);
  return line;
}

}  // namespace lien::pricing
