#include "pricing/plan/settlements.hpp"

#include <cmath>
#include <limits>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/calendar.hpp"
#include "pricing/plan/discount_curve.hpp"

namespace lien::pricing {
namespace {

bool in_periods(InstrumentKind kind) {
  return kind == InstrumentKind::swap || kind == InstrumentKind::cap ||
         kind == InstrumentKind::floor;
}

bool on_grid(const TimeGrid& grid, Date date) {
  const double months = grid.time_of(date) * 12;
  return std::abs(months - std::floor(months + 0.5)) <= 1e-9;
}

class Settlements {
 public:
  Settlements(const CompileInput& input, const TimeGrid& grid, const Instrument& terms, Plan& plan,
              InstrumentPlan& out, std::vector<Diagnostic>& faults)
      : input_(&input), grid_(&grid), terms_(&terms), plan_(&plan), out_(&out), faults_(&faults) {}

  bool periods();
  bool of_tranche();
  bool once();
  bool bond();

 private:
  bool refuse(const char* field, std::string problem, std::string remedy) {
    faults_->push_back({terms_->where, label_of(*terms_) + " / " + field, "", std::move(problem),
                        std::move(remedy)});
    return false;
  }
  bool monthly_grid(const char* field) {
    return plan_->steps_per_year == 12 ||
           refuse(field, "needs a monthly grid", "remove [simulation] steps_per_year");
  }
  void counterparty() {
    if (terms_->counterparty.empty()) return;
    out_->counterparty = party_index(*input_->market, terms_->counterparty);
    out_->counterparty_recovery = input_->market->parties[out_->counterparty].recovery;
  }

  const CompileInput* input_;
  const TimeGrid* grid_;
  const Instrument* terms_;
  Plan* plan_;
  InstrumentPlan* out_;
  std::vector<Diagnostic>* faults_;
};

// Periods run from start by frequency, each settled at its end.
bool Settlements::periods() {
  const bool floating = terms_->on == Underlying::floating_rate;
  const Date today = input_->settings->valuation_date;
  const Date start = terms_->start.value_or(today);
  if (!monthly_grid("frequency")) return false;
  const auto off_grid = [&] {
    return refuse("start",
                  "gives a period that starts on no date of the grid from the valuation date on: "
                  "its rate is fixed then",
                  "use the same day of a month as the valuation date");
  };
  if (floating && start < today) return off_grid();
  const int months = static_cast<int>(terms_->frequency);
  const bool at_end = ends_month(start);
  Date from = start, to = add_months(start, months, at_end);
  for (int n = 1; from < terms_->expiry; from = to, to = add_months(start, ++n * months, at_end)) {
    if (to > terms_->expiry)
      return refuse("expiry", "ends no period that frequency gives from start on",
                    "move it, or start, by whole periods");
    // A start on the last day of a month keeps to last days, which the grid need not.
    if (floating && !on_grid(*grid_, from)) return off_grid();
    if (to <= today) continue;
    SettlementPlan s;
    s.month = grid_->month_of(to);
    s.observed = floating ? grid_->month_of(from) : s.month;
    s.due = floating ? months / 12.0 : 1.0;
    s.weight = payment_timing(*input_, *grid_, *plan_, to) * s.due;
    out_->settlements.push_back(s);
  }
  const auto count = static_cast<double>(out_->settlements.size());
  if (floating) {
    out_->on = PayoffOn::floating_rate;
    out_->tenor = tenor_row(*input_, *plan_, months);
    out_->accrual = months / 12.0;
    out_->scale = 0.1;
  }
  out_->scale *= count;
  counterparty();
  out_->averaged = terms_->month_average;
  out_->has_annuity = terms_->kind == InstrumentKind::swap && terms_->counterparty.empty();
  if (out_->averaged) out_->closed_forward = std::numeric_limits<double>::quiet_NaN();
  return true;
}

bool Settlements::of_tranche() {
  counterparty();
  return set_tranche_settlements(*input_, *grid_, *terms_, *plan_, *out_, *faults_);
}

bool Settlements::once() {
  if ((terms_->month_average && !monthly_grid("averaging")) ||
      (!terms_->counterparty.empty() && !monthly_grid("counterparty")))
    return false;
  out_->margined = terms_->kind == InstrumentKind::future;
  out_->averaged = terms_->month_average;
  if (!out_->margined && !out_->averaged && terms_->counterparty.empty()) return true;
  counterparty();
  out_->settlements = {{.month = out_->month,
                        .observed = out_->month,
                        .weight = out_->margined ? 1.0 : out_->timing}};
  if (out_->averaged) out_->closed_forward = std::numeric_limits<double>::quiet_NaN();
  return true;
}

bool Settlements::bond() {
  if (!monthly_grid("kind")) return false;
  if (terms_->continuous && !on_grid(*grid_, terms_->expiry))
    return refuse("expiry", "is no date of the grid, as a continuous coupon needs",
                  "use the same day of a month as the valuation date");
  const std::uint32_t party = party_index(*input_->market, terms_->party);
  BondPlan bond{
      party, terms_->coupon, input_->market->parties[party].recovery, terms_->continuous, {}, {}};
  bond.accrual.assign(static_cast<std::size_t>(out_->month) + 1, 0.0);
  for (int k = 0; k <= out_->month; ++k)
    bond.liquidity.push_back(
        engine::exp(-input_->market->rates.liquidity_spread * plan_->years(k)));
  const int months = static_cast<int>(terms_->frequency);
  const bool at_end = ends_month(terms_->expiry);
  // Coupons from the last one back; the running one is paid in full.
  Date date = terms_->expiry;
  for (int n = 1; !terms_->continuous && date > input_->settings->valuation_date;
       date = add_months(terms_->expiry, -n++ * months, at_end))
    bond.accrual[static_cast<std::size_t>(grid_->month_of(date))] +=
        payment_timing(*input_, *grid_, *plan_, date) * months / 12.0;
  out_->bond = std::move(bond);
  out_->has_annuity = true;
  out_->scale = std::max(1.0, terms_->coupon * plan_->years(out_->month));
  return true;
}

}  // namespace

double payment_timing(const CompileInput& input, const TimeGrid& grid, const Plan& plan,
                      Date date) {
  const Curve& curve = input.market->rates.zero_curve;
  const double t = grid.time_of(date);
  return discount_factor(curve, t) / discount_factor(curve, plan.years(grid.month_of(date))) *
         engine::exp(-input.market->rates.liquidity_spread * t);
}

bool set_settlements(const CompileInput& input, const TimeGrid& grid, const Instrument& terms,
                     Plan& plan, InstrumentPlan& out, std::vector<Diagnostic>& faults) {
  Settlements settlements(input, grid, terms, plan, out, faults);
  if (terms.kind == InstrumentKind::bond) return settlements.bond();
  if (!terms.tranche.empty()) return settlements.of_tranche();
  return in_periods(terms.kind) ? settlements.periods() : settlements.once();
}

}  // namespace lien::pricing
