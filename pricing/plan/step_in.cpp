#include "pricing/plan/step_in.hpp"

#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"

namespace lien::pricing {

const StepIns::Shared& StepIns::shared(std::uint32_t hardware_index) {
  const auto found = shared_.find(hardware_index);
  if (found != shared_.end()) return found->second;
  const Hardware& hardware = input_->market->hardware[hardware_index];
  const StripLaw law{
      hardware.resale->risk_neutral_drifts ? MeasureBasis::risk_neutral : MeasureBasis::real_world,
      input_->market, &hardware, input_->settings->valuation_date};
  const int life = life_months(hardware);
  Shared out{TimeGrid(law.valuation_date, plan_->steps + life),
             StripWeights(law, *nodes_, life),
             {},
             life};
  for (int k = 0; k <= plan_->steps; ++k)
    for (int h = 1; h <= life; ++h) out.discount.push_back(strip_discount(law, k, h));
  return shared_.emplace(hardware_index, std::move(out)).first->second;
}

std::uint32_t StepIns::row(std::uint32_t lot_index, Date from, Date to) {
  const auto [entry, is_new] =
      rows_.emplace(std::tuple(lot_index, from, to), static_cast<std::uint32_t>(rows_.size()));
  if (!is_new) return entry->second;
  const LotPlan& lot = plan_->lots[lot_index];
  const Hardware& hardware = input_->market->hardware[lot.hardware];
  const Shared& s = shared(lot.hardware);
  StepInPlan out{lot_index, from, to, {}, {}, {}};
  std::vector<double> weights;
  for (int k = 0; k <= plan_->steps; ++k) {
    double revenue = 0, cost = 0;
    weights.assign(plan_->nodes(k).size(), 0.0);
    const int left = life_left(hardware, lot.age_months, k);
    for (int h = 1; h <= left; ++h) {
      const double under = s.grid.share_of_month(k + h, from, to);
      if (under == 0) continue;
      const double discount = s.discount[static_cast<std::size_t>(k * s.life + h - 1)] * under;
      // strip_discount carries the growth of cost, which a rate does not have.
      revenue += discount * engine::exp(-hardware.operating_cost_growth * h / 12.0);
      cost += discount;
      const auto up_to = s.weights.at(k, h), before = s.weights.at(k, h - 1);
      for (std::size_t j = 0; j < weights.size(); ++j) weights[j] += under * (up_to[j] - before[j]);
    }
    out.revenue.push_back(revenue);
    out.cost.push_back(cost *
                       plan_->hardware[lot.hardware].operating_cost[static_cast<std::size_t>(k)]);
    out.weights.insert(out.weights.end(), weights.begin(), weights.end());
  }
  plan_->step_ins.push_back(std::move(out));
  return entry->second;
}

void StepIns::add(const Loan& loan, ContractPlan& contract) {
  if (contract.customer == kNone || contract.lot == kNone) return;
  const std::uint32_t hardware = plan_->lots[contract.lot].hardware;
  if (plan_->hardware[hardware].law != ValueLaw::income) return;
  if (*loan.contract_end <= input_->settings->valuation_date) return;
  const Date service = loan.in_service.value_or(loan.closing);
  const Date from = std::max(service, loan.contract_start.value_or(service));
  contract.step_in = row(contract.lot, from, *loan.contract_end);
  contract.step_in_units = loan.units * loan.contract_share;
  contract.step_in_rate = loan.contract_rate * loan.take_or_pay;
}

}  // namespace lien::pricing
