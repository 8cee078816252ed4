#include <algorithm>
#include <span>
#include <vector>

#include "engine/elementary/elementary.hpp"
#include "pricing/credit/hazard_curve.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/expected_rent.hpp"

// Control variates: what the closed forms of the market know of every path. In the order of their
// use, since a run of few paths takes the first ones only: dates that tell most of a book first.
namespace lien::pricing {
namespace {

constexpr int kMonths[] = {12, 36, 24, 60, 6, 48, 18, 84, 120};
// A loss bends with the rent: two powers follow that (docs/numerics.md, "Control variates").
constexpr double kPowers[] = {1, 0.5};

bool knows_survival(const Plan& plan, const Party& party, std::size_t index) {
  if (!party.fit_survival || party.forced_default_month || party.default_date) return false;
  return !plan.parties[index].sampled_value;  // 0 or 1 says little; so are all of a network
}

// E[R^p] of a hardware that earns, after each month up to `last`, as its logarithm.
std::vector<double> log_powers(const CompileInput& input, std::size_t hardware, int last,
                               double power) {
  return expected_log_powers(*input.market, input.market->hardware[hardware], input.basis,
                             input.settings->valuation_date, last, power);
}

ControlPlan rent_control(const Plan& plan, std::uint32_t hardware, int step, double power,
                         const std::vector<double>& logs) {
  const auto at = static_cast<std::size_t>(step);
  const auto& shift = plan.hardware[hardware].forward_shift;
  const double more = shift.empty() ? 0.0 : power * shift[at];
  return {ControlPlan::Of::rent, hardware, step, power, engine::exp(logs[at] + more)};
}

// The accelerator under the most of what is owed; of a vehicle that of its first lot. kNone: no
// rent moves.
std::uint32_t main_hardware(const Plan& plan) {
  std::vector<double> owed(plan.hardware.size(), 0.0);
  for (const ContractPlan& contract : plan.contracts) {
    std::uint32_t lot = contract.lot;
    if (contract.vehicle != kNone && !plan.vehicles[contract.vehicle].lots.empty())
      lot = plan.vehicles[contract.vehicle].lots.front().lot;
    if (lot != kNone) owed[plan.lots[lot].hardware] += contract.held * contract.outstanding;
  }
  std::uint32_t most = kNone;
  for (std::uint32_t g = 0; g < owed.size(); ++g)
    if (plan.hardware[g].earns && (most == kNone || owed[g] > owed[most])) most = g;
  return most;
}

// Replicates are few, so few coefficients can be had of them: rents of one accelerator, of values
// two, of losses one that bends as they do (docs/numerics.md, "Fewer paths for values").
void compile_replicate_controls(const CompileInput& input, Plan& plan) {
  struct Rent {
    int part, of;  // of the months
    double power;
  };
  constexpr Rent kOfPrices[] = {{1, 2, 1}, {2, 3, 0.5}}, kOfLosses[] = {{1, 4, -0.5}};
  const std::span<const Rent> rents =
      plan.real_world ? std::span<const Rent>(kOfLosses) : std::span<const Rent>(kOfPrices);
  const std::uint32_t hardware = main_hardware(plan);
  if (hardware == kNone) return;
  for (const auto& [part, of, power] : rents) {
    const int step = plan.months * part / of;
    if (step > 0)
      plan.controls.push_back(
          rent_control(plan, hardware, step, power, log_powers(input, hardware, step, power)));
  }
}

}  // namespace

void compile_controls(const CompileInput& input, Plan& plan) {
  if (plan.factors.sobol.on()) return compile_replicate_controls(input, plan);
  const Market& market = *input.market;
  std::vector<int> steps;
  for (const int month : kMonths)
    if (month < plan.months) steps.push_back(month);
  steps.push_back(plan.months);
  const int last = *std::max_element(steps.begin(), steps.end());
  if (last < 1) return;
  // [powers][hardware] ln E[R^p] by step; empty: the rent is not of the market.
  std::vector<std::vector<double>> rents[std::size(kPowers)];
  for (std::size_t p = 0; p < std::size(kPowers); ++p)
    for (std::size_t g = 0; g < plan.hardware.size(); ++g)
      rents[p].push_back(plan.hardware[g].earns ? log_powers(input, g, last, kPowers[p])
                                                : std::vector<double>{});
  std::vector<std::vector<double>> hazards;
  for (const Party& party : market.parties)
    hazards.push_back(monthly_hazards(party, market.rates, input.basis, last));
  for (const int step : steps) {
    const auto at = static_cast<std::size_t>(step);
    for (std::size_t p = 0; p < std::size(kPowers); ++p)
      for (std::uint32_t g = 0; g < plan.hardware.size(); ++g) {
        if (!rents[p][g].empty())
          plan.controls.push_back(rent_control(plan, g, step, kPowers[p], rents[p][g]));
      }
    if (plan.rates.random && !plan.real_world)
      plan.controls.push_back({ControlPlan::Of::discount, 0, step, 1,
                               discount_factor(market.rates.zero_curve, plan.years(step))});
    for (std::uint32_t i = 0; i < plan.parties.size(); ++i) {
      if (!knows_survival(plan, market.parties[i], i)) continue;
      double sum = 0;
      for (std::size_t k = 0; k < at; ++k) sum += hazards[i][k] / 12;
      plan.controls.push_back({ControlPlan::Of::survival, i, step, 1, engine::exp(-sum)});
    }
  }
}

}  // namespace lien::pricing
