#include <algorithm>
#include <cmath>
#include <limits>

#include "pricing/measures/measure_rows.hpp"
#include "pricing/report/text_form.hpp"

// What a vehicle has beside its tranches: equity, guarantees, hedges, tests.
namespace lien::pricing {
namespace {

Cell number(double x) { return std::isnan(x) ? Cell{} : Cell{x}; }

std::string part(const Vehicle& vehicle, const std::string& id) { return vehicle.id + "/" + id; }

// The lease of a lot that has one.
const VehicleLease& lease_of_lot(const Vehicle& vehicle, const std::string& lot) {
  return *std::find_if(vehicle.leases.begin(), vehicle.leases.end(),
                       [&](const VehicleLease& lease) { return names_part(lease.lots, lot); });
}

// What the tranches that `counts` owe, what is still to be drawn of them, and what they are worth;
// the error is that of their sum, or where only some count at most the sum of their own.
struct Debt {
  double owed = 0, to_draw = 0, to_pay = 0;
  engine::Estimate value{};
  // As of a contract.
  [[nodiscard]] engine::Estimate price() const {
    const double whole = owed + to_draw;
    return {(value.value + to_pay) / whole, value.standard_error / whole};
  }
};

template <class Counts>
Debt debt_of(const BasisRun& run, const VehiclePlan& vehicle, const Counts& counts) {
  Debt debt;
  for (std::size_t t = 0; t < vehicle.tranches.size(); ++t) {
    if (!counts(t)) continue;
    const ContractPlan& contract = run.plan.contracts[vehicle.tranches[t].contract];
    const auto value = scaled(
        run.mean(run.layout.contract(vehicle.tranches[t].contract, kPresentValue)), contract.held);
    debt.owed += contract.outstanding * contract.held;
    debt.to_draw += contract.to_draw * contract.held;
    debt.to_pay += contract.to_pay() * contract.held;
    debt.value.value += value.value;
    debt.value.standard_error += value.standard_error;
  }
  return debt;
}

// The debt of a vehicle as one loan.
void add_debt(const Inputs& inputs, const BasisRun& run, std::size_t v, const std::string& id,
              MeasureWriter& own) {
  const VehiclePlan& plan = run.plan.vehicles[v];
  Debt debt = debt_of(run, plan, [](std::size_t) { return true; });
  own.add_exact(id, "outstanding_principal", 0, debt.owed);
  if (!run.plan.real_world) {
    debt.value = run.mean(run.layout.vehicle_debt(v, kDebtValue));
    own.add(id, "present_value", 0, debt.value);
    if (debt.owed + debt.to_draw > 0) own.add(id, "price", 0, debt.price());
  }
  for (const int h : inputs.settings.loss_horizon_months)
    own.add(id, "expected_loss", h,
            run.mean(run.layout.vehicle_debt(v, kVehicleDebt + run.snapshot(h))));
  for (int k = 1; k <= plan.months && run.layout.contract_months; ++k) {
    if (plan.covered[static_cast<std::size_t>(k)] == 0) continue;
    const auto coverage = run.coverage(v, k);
    // None where nothing is due: before the first draw, after the last sweep.
    if (!std::isnan(coverage.value)) own.add(id, "debt_service_coverage_ratio", k, coverage);
  }
}

// given: as the book has it, with the guarantees that the scenario takes away: what they would
// cover is then worth what it is without them.
void add_guarantees(const BasisRun& run, std::size_t v, const Vehicle& terms, const Vehicle& given,
                    MeasureWriter& parts) {
  const VehiclePlan& plan = run.plan.vehicles[v];
  for (std::size_t g = 0; g < plan.guarantees.size(); ++g)
    parts.add(part(terms, terms.guarantees[g].id), "guarantee_value", 0,
              run.mean(run.layout.guarantee(v, g)));
  const std::vector<const Tranche*> tranches = debt_by_rank(given);
  for (const Guarantee& guarantee : given.guarantees) {
    const auto& named = guarantee.covers;
    const Debt covered = debt_of(run, plan, [&](std::size_t t) {
      return guarantee.kind == GuaranteeKind::capacity || named.empty() ||
             std::find(named.begin(), named.end(), tranches[t]->id) != named.end();
    });
    if (covered.owed + covered.to_draw > 0)
      parts.add(part(given, guarantee.id), "covered_price", 0, covered.price());
  }
}

// What becomes of the balloons and of options to prepay, over the whole run.
void add_balloons(const Book& book, const Vehicle& terms, const BasisRun& run, std::size_t v,
                  MeasureWriter& parts) {
  const VehiclePlan& plan = run.plan.vehicles[v];
  const std::vector<const Tranche*> debt = debt_by_rank(terms);
  for (std::size_t t = 0; t < plan.tranches.size(); ++t) {
    const BalloonPlan& balloon = plan.tranches[t].balloon;
    const bool prepayable = !plan.tranches[t].prepayment.may.empty();
    if (balloon.dates.empty() && !prepayable) continue;
    const std::string& id = book.loans[*debt[t]->loan].id;
    const auto mean = [&](BalloonSample which) {
      return run.mean(run.layout.balloon(v, plan, t, which));
    };
    if (prepayable) parts.add(id, "prepayment_probability", 0, mean(kPrepaid));
    if (balloon.dates.empty()) continue;
    if (balloon.refinances) parts.add(id, "refinancing_probability", 0, mean(kBalloonRefinanced));
    if (balloon.dates.front().extends)
      parts.add(id, "extension_probability", 0, mean(kBalloonExtended));
    parts.add(id, "balloon_default_probability", 0, mean(kBalloonFailed));
  }
}

// What the options of lessees are worth to them and how likely they use them, by lot: each lot goes
// its own way.
void add_lessees(const Vehicle& terms, const BasisRun& run, std::size_t v, MeasureWriter& parts) {
  const VehiclePlan& plan = run.plan.vehicles[v];
  for (std::size_t l = 0; l < plan.lots.size(); ++l) {
    if (plan.lots[l].lease == kNone) continue;
    const LeasedLotPlan& leased = plan.leases[plan.lots[l].lease];
    if (leased.lease_end == kNone) continue;
    const VehicleLease& lease = lease_of_lot(terms, terms.lots[l].id);
    const std::string id = part(terms, lease.id) + "/" + terms.lots[l].id;
    const auto mean = [&](LeaseEndSample which) {
      return run.mean(run.layout.lease_end(leased.lease_end, which));
    };
    if (!run.plan.real_world) parts.add(id + "/lessee", "option_value", 0, mean(kLesseeValue));
    if (lease.extension_months > 0)
      parts.add(id + "/extension", "exercise_probability", 0, mean(kExtended));
    if (lease.buyout_start) parts.add(id + "/buyout", "exercise_probability", 0, mean(kBoughtOut));
    if (lease.termination_start)
      parts.add(id + "/termination", "exercise_probability", 0, mean(kTerminated));
  }
}

void add_measures(const Inputs& inputs, const ScenarioRun& scenario, const BasisRun& run,
                  std::size_t v, RunTables& tables) {
  const VehiclePlan& plan = run.plan.vehicles[v];
  const Vehicle& terms = scenario.book->vehicles[plan.source];
  MeasureWriter own(tables.measures, scenario.id, run, "vehicle");
  MeasureWriter parts(tables.measures, scenario.id, run, "contract");
  if (!run.plan.real_world) {
    own.add(terms.id, "equity_value", 0, run.mean(run.layout.vehicle(v, kDistributions)));
    if (std::any_of(plan.covenants.begin(), plan.covenants.end(),
                    [](const CovenantPlan& c) { return c.cures > 0; }))
      own.add(terms.id, "equity_cure_value", 0, run.mean(run.layout.vehicle(v, kCures)));
    add_guarantees(run, v, terms, inputs.book.vehicles[plan.source], parts);
    for (std::size_t h = 0; h < plan.hedges.size(); ++h)
      parts.add(part(terms, terms.hedges[h].id), "hedge_value", 0,
                run.mean(run.layout.hedge(v, h)));
  }
  add_debt(inputs, run, v, terms.id, own);
  add_balloons(*scenario.book, terms, run, v, parts);
  add_lessees(terms, run, v, parts);
  // One default is every tranche's: the first one's stands for the vehicle.
  const std::uint32_t first = plan.tranches.front().contract;
  double owed = 0;
  for (const TranchePlan& tranche : plan.tranches)
    owed += run.plan.contracts[tranche.contract].outstanding;
  if (plan.value_observed && plan.worth_today > 0)
    own.add_exact(terms.id, "loan_to_value", 0, owed / plan.worth_today);
  for (const int h : inputs.settings.loss_horizon_months) {
    const std::size_t at =
        kFixedSamples + run.snapshot(h) * kSnapshotSamples + static_cast<std::size_t>(kDefault);
    own.add(terms.id, "probability_of_default", h,
            run.mean(plan.balloons.empty() ? run.layout.contract(first, at)
                                           : run.layout.vehicle_default(v, plan, run.snapshot(h))));
    for (std::size_t c = 0; c < plan.covenants.size(); ++c)
      parts.add(part(terms, terms.covenants[c].id), "breach_probability", h,
                breach_probability(run, plan.covenants[c].slot, h));
  }
}

void add_test(const ScenarioRun& scenario, const BasisRun& run, const VehiclePlan& plan,
              std::size_t c, const std::vector<std::string>& dates, Table& table) {
  const Vehicle& terms = scenario.book->vehicles[plan.source];
  const CovenantPlan& covenant = plan.covenants[c];
  double ever = 0, before = 0;
  for (int month = 1; month <= plan.months; ++month) {
    if (!covenant.tested[static_cast<std::size_t>(month)]) continue;
    const double in = run.tests(covenant.slot, month, kInBreach);
    ever += run.tests(covenant.slot, month, kFirstBreach);
    const auto now = run.in_breach(covenant.slot, month);
    const double cured = before > 0 ? run.tests(covenant.slot, month, kCured) / before
                                    : std::numeric_limits<double>::quiet_NaN();
    table.add({std::string_view(scenario.id),
               std::string_view(run.plan.real_world ? "real_world" : "risk_neutral"),
               std::string_view(terms.id), std::string_view(terms.covenants[c].id), month,
               std::string_view(dates[static_cast<std::size_t>(month)]), now.value,
               number(now.standard_error), ever / run.paths, number(cured)});
    before = in;
  }
}

}  // namespace

void measure_vehicles(const Inputs& inputs, const ScenarioRun& scenario, RunTables& tables) {
  for (const BasisRun* run : {scenario.risk_neutral, scenario.real_world}) {
    if (run == nullptr || run->plan.vehicles.empty()) continue;
    const TimeGrid grid(inputs.settings.valuation_date, run->plan.steps, run->plan.steps_per_year);
    std::vector<std::string> dates;
    for (const Date date : grid.dates()) dates.push_back(iso_text(date));
    std::vector<std::size_t> order(run->plan.vehicles.size());
    for (std::size_t v = 0; v < order.size(); ++v) order[v] = v;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return scenario.book->vehicles[a].id < scenario.book->vehicles[b].id;
    });
    for (const std::size_t v : order) {
      add_measures(inputs, scenario, *run, v, tables);
      const VehiclePlan& plan = run->plan.vehicles[v];
      for (std::size_t c = 0; c < plan.covenants.size() && run->layout.contract_months; ++c)
        add_test(scenario, *run, plan, c, dates, tables.covenants);
    }
  }
}

}  // namespace lien::pricing
