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
             {},
             life};
  for (int h = 0; h <= life; ++h)
    out.without_growth.push_back(engine::exp(-hardware.operating_cost_growth * h / 12.0));
  for (int k = 0; k <= plan_->steps; ++k)
    for (int h = 1; h <= life; ++h) out.discount.push_back(strip_discount(law, k, h));
  return shared_.emplace(hardware_index, std::move(out)).first->second;
}

std::uint32_t StepIns::own_use(std::uint32_t hardware_index, int end) {
  const auto [entry, is_new] = own_uses_.emplace(
      std::pair(hardware_index, end), static_cast<std::uint32_t>(plan_->own_uses.size()));
  if (!is_new) return entry->second;
  const Shared& s = shared(hardware_index);
  OwnUsePlan out{hardware_index, places_[hardware_index]++, end, {}};
  for (int k = 0; k <= plan_->steps; ++k) {
    const auto weights = s.weights.at(k, std::max(0, end - k));
    out.weights.insert(out.weights.end(), weights.begin(), weights.end());
  }
  plan_->own_uses.push_back(std::move(out));
  return entry->second;
}

// Of hours under contract from today on: all up to a month's end, and a share of the next month.
void StepIns::share_own_use(const Shared& s, const Hardware& hardware, StepInPlan& out) {
  const LotPlan& lot = plan_->lots[out.lot];
  const int life_ends = life_left(hardware, lot.age_months, 0), last = s.grid.month_of(out.to);
  if (last > life_ends) {
    out.near = out.far = own_use(lot.hardware, life_ends);
    return;
  }
  out.near = own_use(lot.hardware, last - 1);
  out.far = own_use(lot.hardware, last);
  out.share = s.grid.share_of_month(last, out.from, out.to);
}

std::uint32_t StepIns::row(std::uint32_t lot_index, Seller seller, Date from, Date to) {
  const auto [entry, is_new] = rows_.emplace(std::tuple(lot_index, seller, from, to),
                                             static_cast<std::uint32_t>(rows_.size()));
  if (!is_new) return entry->second;
  const LotPlan& lot = plan_->lots[lot_index];
  const Hardware& hardware = input_->market->hardware[lot.hardware];
  const Shared& s = shared(lot.hardware);
  StepInPlan out{lot_index, from, to, {}, {}, {}};
  const bool shares =
      seller == Seller::contract && from <= input_->settings->valuation_date && lot.age_months >= 0;
  if (shares) share_own_use(s, hardware, out);
  // Months of the run, and of life after it, that lie under the contract at least in part.
  const int last = std::min(s.grid.month_of(to), s.grid.months());
  int first = 1;
  while (first <= last && s.grid.share_of_month(first, from, to) == 0) ++first;
  std::vector<double> share(static_cast<std::size_t>(last) + 1);
  for (int m = first; m <= last; ++m)
    share[static_cast<std::size_t>(m)] = s.grid.share_of_month(m, from, to);
  const auto size = static_cast<std::size_t>(plan_->steps) + 1;
  out.revenue.reserve(size);
  out.cost.reserve(size);
  std::vector<double> weights;
  for (int k = 0; k <= plan_->steps; ++k) {
    double revenue = 0, cost = 0;
    weights.assign(plan_->nodes(k).size(), 0.0);
    const int left = std::min(life_left(hardware, lot.age_months, k), last - k);
    for (int h = std::max(1, first - k); h <= left; ++h) {
      const double under = share[static_cast<std::size_t>(k + h)];
      if (under == 0) continue;
      const double discount = s.discount[static_cast<std::size_t>(k * s.life + h - 1)] * under;
      revenue += discount * s.without_growth[static_cast<std::size_t>(h)];
      cost += discount;
      if (shares) continue;
      const auto up_to = s.weights.at(k, h), before = s.weights.at(k, h - 1);
      for (std::size_t j = 0; j < weights.size(); ++j) weights[j] += under * (up_to[j] - before[j]);
    }
    out.revenue.push_back(revenue);
    out.cost.push_back(cost *
                       plan_->hardware[lot.hardware].operating_cost[static_cast<std::size_t>(k)]);
    if (!shares) out.weights.insert(out.weights.end(), weights.begin(), weights.end());
  }
  plan_->step_ins.push_back(std::move(out));
  return entry->second;
}

void StepIns::add(const Loan& loan, Seller seller, ContractPlan& contract) {
  if (contract.customer == kNone || contract.lot == kNone) return;
  const std::uint32_t hardware = plan_->lots[contract.lot].hardware;
  if (plan_->hardware[hardware].law != ValueLaw::income) return;
  if (*loan.contract_end <= input_->settings->valuation_date) return;
  const Date service = loan.in_service.value_or(loan.closing);
  const Date from = std::max(service, loan.contract_start.value_or(service));
  contract.step_in = row(contract.lot, seller, from, *loan.contract_end);
  contract.step_in_units = loan.units * loan.contract_share;
  contract.step_in_rate = loan.contract_rate * loan.take_or_pay;
}

}  // namespace lien::pricing
