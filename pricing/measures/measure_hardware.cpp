#include <algorithm>
#include <cmath>

#include "pricing/measures/measure_rows.hpp"
#include "pricing/plan/rent_change.hpp"
#include "pricing/plan/time_grid.hpp"
#include "pricing/report/text_form.hpp"
#include "pricing/valuation/under_cost.hpp"

// What a run says of each hardware besides its fans: the value it keeps, how often its rent does
// not pay its cost, and where its expected rent goes.
namespace lien::pricing {
namespace {

constexpr int kMostYears = 5;

// Whole years that the run reaches.
int years_of(const Plan& plan) { return std::min(kMostYears, plan.months / plan.steps_per_year); }

// Earns something and states what it costs to run: only then can one be under the other.
bool has_cost(const Hardware& hardware) {
  return hardware.rental_rate > 0 && hardware.operating_cost.value_or(0) > 0;
}

void add_retention(const BasisRun& run, const FanPlan& fan, std::size_t f, const std::string& id,
                   MeasureWriter& writer) {
  const double today = run.plan.lots[fan.lot].value_today;
  if (!(today > 0)) return;
  for (int year = 1; year <= years_of(run.plan); ++year)
    writer.add(id, "value_retention", 12 * year,
               scaled(run.mean(run.layout.fan(
                          f, static_cast<std::size_t>(year * run.plan.steps_per_year))),
                      1 / today));
}

void add_under_cost(const BasisRun& run, std::size_t g, const std::string& id,
                    MeasureWriter& writer) {
  for (int year = 1; year <= years_of(run.plan); ++year) {
    const int h = 12 * year, step = year * run.plan.steps_per_year;
    writer.add(id, "under_cost_probability", h, run.under_cost_share(g, step, kUnderNow));
    writer.add(id, "ever_under_cost_probability", h, run.under_cost_share(g, step, kUnderEver));
  }
}

// Exact, so that it can be held against the simulated fan.
void add_rent_changes(const Inputs& inputs, const ScenarioRun& scenario, const BasisRun& run,
                      const Hardware& hardware, MeasureWriter& writer) {
  const MeasureBasis basis =
      run.plan.real_world ? MeasureBasis::real_world : MeasureBasis::risk_neutral;
  const int last = 12 * years_of(run.plan);
  if (last == 0) return;
  const auto changes =
      rent_changes(*scenario.market, hardware, basis, inputs.settings.valuation_date, last);
  for (int h = 12; h <= last; h += 12) {
    const RentChange& change = changes[static_cast<std::size_t>(h)];
    const auto money = change.money_parts(hardware.rental_rate);
    double total = 0;
    for (std::size_t i = 0; i < kRentParts; ++i) {
      const std::string id = hardware.id + "/" + rent_part_name(static_cast<RentPart>(i));
      if (i != kConvexity) writer.add_exact(id, "log_rental_rate_change", h, change.log_parts[i]);
      writer.add_exact(id, "rental_rate_change", h, money[i]);
      total += money[i];
    }
    writer.add_exact(hardware.id, "log_rental_rate_change", h, change.mean_of_log());
    writer.add_exact(hardware.id, "rental_rate_change", h, total);
  }
}

}  // namespace

void measure_hardware(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables) {
  for (const BasisRun* run : {scenario.risk_neutral, scenario.real_world}) {
    if (run == nullptr) continue;
    MeasureWriter writer(tables.measures, scenario.id, *run, "hardware");
    for (std::size_t g = 0; g < scenario.market->hardware.size(); ++g) {
      const Hardware& hardware = scenario.market->hardware[g];
      for (std::size_t f = 0; f < run->plan.fans.size(); ++f)
        if (run->plan.fans[f].of == FanPlan::Of::resale_value && run->plan.fans[f].index == g)
          add_retention(*run, run->plan.fans[f], f, hardware.id, writer);
      if (has_cost(hardware)) add_under_cost(*run, g, hardware.id, writer);
      if (scenario.id == "baseline" && hardware.rental_rate > 0)
        add_rent_changes(inputs, scenario, *run, hardware, writer);
    }
  }
}

void measure_under_cost(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables) {
  for (const BasisRun* run : {scenario.risk_neutral, scenario.real_world}) {
    if (run == nullptr) continue;
    const int per_year = run->plan.steps_per_year;
    const TimeGrid grid(inputs.settings.valuation_date, run->plan.steps, per_year);
    const char* const basis = run->plan.real_world ? "real_world" : "risk_neutral";
    for (std::size_t g = 0; g < scenario.market->hardware.size(); ++g) {
      const Hardware& hardware = scenario.market->hardware[g];
      if (!has_cost(hardware)) continue;
      for (const auto& [series, which] :
           {std::pair{"under_cost", kUnderNow}, {"ever_under_cost", kUnderEver}})
        for (int k = 0; k <= run->plan.months; ++k) {
          // One row a month, as of a fan: the last step in it.
          if (k < run->plan.months && month_of_step(k, per_year) == month_of_step(k + 1, per_year))
            continue;
          const auto share = run->under_cost_share(g, k, which);
          const std::string date = iso_text(grid.date(k));
          tables.paths.add({std::string_view(scenario.id), std::string_view(basis),
                            std::string_view(series), std::string_view(hardware.id),
                            month_of_step(k, per_year), std::string_view(date), share.value,
                            share.standard_error, std::sqrt(share.value * (1 - share.value)),
                            Cell{}, Cell{}, Cell{}, Cell{}, Cell{}});
        }
    }
  }
}

}  // namespace lien::pricing
