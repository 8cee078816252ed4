#include "pricing/plan/lease_class.hpp"

#include <algorithm>
#include <cmath>

#include "engine/elementary/elementary.hpp"
#include "pricing/market/market.hpp"
#include "pricing/plan/effective_rate.hpp"
#include "pricing/plan/lease_schedule.hpp"

namespace lien::pricing {
namespace {

// Flows of the lessor after the cost, in years from the start: rents, and at the end what is
// guaranteed and what the units are assumed to be worth beyond it.
struct InceptionFlows {
  std::vector<double> times, money;  // the last two: guaranteed residual, the rest
};

InceptionFlows flows_of(const Lease& lease, const TimeGrid& grid, double cost, double term_share) {
  InceptionFlows flows;
  for (const Rent& rent : rents_from_start(lease)) {
    flows.times.push_back(grid.time_of(rent.date));
    flows.money.push_back(lease.rent * rent.step);
  }
  const double worth = cost * (1 - term_share);  // under 0 where the term outlasts the life
  const double assured = lease.guaranteed_residual;
  for (const double money : {assured, std::max(worth - assured, 0.0)}) {
    flows.times.push_back(grid.time_of(lease.end));
    flows.money.push_back(money);
  }
  return flows;
}

void test_value(const Lease& lease, const TimeGrid& grid, LeaseClass& out) {
  const double cost = lease.units * *lease.purchase_price;
  const InceptionFlows flows = flows_of(lease, grid, cost, out.term_share);
  double paid = 0;
  for (const double money : flows.money) paid += money;
  // What never repays the cost is not discounted: no rate from 0 up is implicit in it.
  out.implicit_rate = paid > cost ? effective_rate(flows.times, flows.money, cost) : 0.0;
  const double log_growth = engine::log1p(out.implicit_rate);
  const std::size_t guaranteed = flows.money.size() - 2;
  double worth = 0;
  for (std::size_t i = 0; i < guaranteed; ++i)
    worth += flows.money[i] * engine::exp(-log_growth * flows.times[i]);
  const double residual =
      flows.money[guaranteed] * engine::exp(-log_growth * flows.times[guaranteed]);
  const bool by_lessee =
      lease.residual_guarantor.empty() || lease.residual_guarantor == lease.lessee;
  out.payment_share = (worth + residual) / cost;
  out.lessee_payment_share = (worth + (by_lessee ? residual : 0.0)) / cost;
}

}  // namespace

LeaseClass classify_lease(const Lease& lease, const Hardware& hardware) {
  LeaseClass out;
  const TimeGrid grid(lease.start, 0);  // model time counts from the start
  const auto& life = hardware.life_years ? hardware.life_years : hardware.useful_life_years;
  if (life) out.term_share = grid.time_of(lease.end) / *life;
  out.transfer = lease.end_option == EndOption::one_dollar;
  if (lease.purchase_price) {
    if (lease.end_option == EndOption::fixed_price)
      out.option_share = lease.option_price / (lease.units * *lease.purchase_price);
    if (life) test_value(lease, grid, out);
  }
  // A comparison with NaN, a test not made, is false.
  out.bargain = out.option_share <= kBargainShare;
  const bool owns = out.transfer || out.bargain || out.term_share >= kMajorPart;
  if (owns || out.lessee_payment_share >= kSubstantiallyAll)
    out.asc_842 = Asc842Class::sales_type;
  else if (out.payment_share >= kSubstantiallyAll)
    out.asc_842 = Asc842Class::direct_financing;
  if (owns || out.payment_share >= kSubstantiallyAll) out.ifrs_16 = Ifrs16Class::finance;
  if (!lease.sale_and_leaseback) return out;
  // A right to buy back keeps control with the seller; under ASC 842 so does a leaseback that is
  // itself a purchase.
  const bool buys_back = out.transfer || lease.end_option == EndOption::fixed_price;
  if (buys_back) out.ifrs_16 = Ifrs16Class::financing;
  if (buys_back || out.asc_842 == Asc842Class::sales_type) out.asc_842 = Asc842Class::financing;
  return out;
}

std::string class_name(Ifrs16Class of) {
  switch (of) {
    case Ifrs16Class::operating:
      return "operating";
    case Ifrs16Class::finance:
      return "finance";
    case Ifrs16Class::financing:
      return "financing: the sale is none";
  }
  return "";
}

std::string class_name(Asc842Class of) {
  switch (of) {
    case Asc842Class::operating:
      return "operating";
    case Asc842Class::sales_type:
      return "sales-type";
    case Asc842Class::direct_financing:
      return "direct financing";
    case Asc842Class::financing:
      return "financing: the sale is none";
  }
  return "";
}

}  // namespace lien::pricing
