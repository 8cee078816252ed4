#include <algorithm>

#include "pricing/plan/compile.hpp"
#include "pricing/plan/contract_columns.hpp"

namespace lien::pricing {
namespace {

// Straight line from the purchase price to nothing over the book life, by the lot's whole months.
double share_of_cost(const Hardware& hardware, int age_months) {
  const double life = *hardware.useful_life_years * 12;
  return std::max(0.0, 1 - std::max(age_months, 0) / life);
}

std::vector<double> factors(const CompileInput& input, Mark mark, const Hardware& hardware,
                            int age_today, int steps) {
  if (mark == Mark::curve) return curve_over_rent(input, hardware, steps);
  std::vector<double> factor;
  for (int k = 0; k <= steps; ++k)
    factor.push_back(mark == Mark::cost ? share_of_cost(hardware, age_today + k)
                                        : hardware.resale->multiple);
  return factor;
}

// The row of this mark on this lot, added if new.
std::uint32_t mark_row(const CompileInput& input, Mark mark, const Hardware& hardware,
                       std::uint32_t lot, Plan& plan) {
  for (std::size_t i = 0; i < plan.marks.size(); ++i)
    if (plan.marks[i].lot == lot && plan.marks[i].of == mark) return static_cast<std::uint32_t>(i);
  MarkPlan row;
  row.lot = lot;
  row.of = mark;
  row.follows_rent = mark != Mark::cost;
  row.factor = factors(input, mark, hardware, plan.lots[lot].age_months, plan.steps);
  if (hardware.attrition > 0)
    for (int k = 0; k <= plan.steps; ++k)
      row.factor[static_cast<std::size_t>(k)] *= remaining_units(hardware, plan.years(k));
  row.scheduled_units.assign(static_cast<std::size_t>(plan.steps) + 1, 0.0);
  plan.marks.push_back(std::move(row));
  return static_cast<std::uint32_t>(plan.marks.size() - 1);
}

}  // namespace

void compile_mark(const CompileInput& input, const Loan& loan, Plan& plan, ContractPlan& contract) {
  const LotPlan& lot = plan.lots[contract.lot];
  const Hardware& hardware = input.market->hardware[lot.hardware];
  contract.mark_units = contract.units;
  if (is_resale_value(loan.mark, hardware.resale->law)) {
    // Market and ask are parts of it (the reader saw to law income).
    if (loan.mark == Mark::market) contract.mark_units *= *hardware.executed_price_ratio;
    if (loan.mark == Mark::ask) contract.mark_units *= *hardware.ask_price_ratio;
    contract.value_observed = plan.hardware[lot.hardware].observed_value;
    contract.worth_today = contract.mark_units * lot.value_today;
    return;
  }
  // One row serves every loan of the lot: what they paid stands in the units.
  if (loan.mark == Mark::cost) contract.mark_units *= *loan.purchase_price;
  contract.mark = mark_row(input, loan.mark, hardware, contract.lot, plan);
  contract.value_observed = true;
  const MarkPlan& row = plan.marks[contract.mark];
  contract.worth_today = contract.mark_units * row.factor[0];
  if (row.follows_rent) contract.worth_today *= rent_today(hardware);
}

}  // namespace lien::pricing
