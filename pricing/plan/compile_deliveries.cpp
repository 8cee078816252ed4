#include <algorithm>

#include "engine/elementary/elementary.hpp"
#include "engine/random/stream_key.hpp"
#include "pricing/plan/slipped_maturities.hpp"
#include "pricing/plan/vehicle_cash.hpp"
#include "pricing/plan/vehicle_work.hpp"

// Lots whose delivery the path decides, and the draws that wait for them.
namespace lien::pricing {
namespace {

constexpr double kAlways = 1e300;  // a draw that a scenario has dated pays for its lots whenever

// Into the vehicle's deliveries, by lot; kNone: on the day agreed.
std::vector<std::uint32_t> places_of(const VehicleWork& work) {
  std::vector<std::uint32_t> places(work.terms.lots.size(), kNone);
  for (std::uint32_t i = 0; i < work.out.deliveries.size(); ++i)
    places[work.out.deliveries[i].lot] = i;
  return places;
}

// The chance that all lots come in time: delays are independent.
double chance_of(const VehiclePlan& vehicle, const DeliveryDrawPlan& draw) {
  if (draw.latest <= draw.last) return 1;
  double chance = 1;
  for (const std::uint32_t lot : draw.lots) {
    const DeliveryPlan& delivery = vehicle.deliveries[lot];
    const double left = draw.last - delivery.month;
    if (left < 0)
      chance = 0;
    else if (delivery.mean > 0)
      chance *= 1 - engine::exp(-left / delivery.mean);
  }
  return chance;
}

// A draw as the kernel makes it, and what of it is expected.
void add_slipped(VehicleWork& work, const TrancheDraw& terms, const DeliveryDrawPlan& draw,
                 const Loan& loan, std::uint32_t row, TranchePlan& tranche) {
  const LoanDraw dated = dated_draw(work.terms, terms, loan);
  SlippedDraw out{dated.amount, row, {}};
  if (!tranche.others_opening.empty())
    out.repayment = repayment_of_draw(loan, work.input.market->rates, work.grid, *dated.earliest,
                                      static_cast<int>(tranche.months.size()) - 1);
  tranche.slipped.push_back(std::move(out));
  // One that a scenario has put after draw_end is in no schedule.
  if (*dated.earliest <= loan.draw_end.value_or(loan.maturity) && *dated.earliest < loan.maturity)
    work.plan.contracts[tranche.contract].to_draw -= dated.amount * (1 - chance_of(work.out, draw));
}

void add_draw(VehicleWork& work, const std::vector<std::uint32_t>& places, const TrancheDraw& draw,
              const Loan& loan, TranchePlan& tranche) {
  DeliveryDrawPlan out;
  for (std::size_t l = 0; l < places.size(); ++l) {
    const auto& ids = draw.lots;
    if (places[l] != kNone && std::find(ids.begin(), ids.end(), work.terms.lots[l].id) != ids.end())
      out.lots.push_back(places[l]);
  }
  if (out.lots.empty()) return;
  const bool late = slips(work.terms, draw);
  out.last = late ? tranche.last_draw : kAlways;
  if (late && draw.latest)  // in its month, whatever the rounding
    out.latest = std::min(12 * work.grid.time_of(*draw.latest),
                          static_cast<double>(work.grid.month_of(*draw.latest)));
  const auto index = static_cast<std::uint32_t>(work.out.delivery_draws.size());
  for (const std::uint32_t lot : out.lots) work.out.deliveries[lot].draws.push_back(index);
  const std::size_t row =
      work.out.first_delivery + kDeliveryRows * work.out.deliveries.size() + index;
  if (late && !tranche.slipped_months.empty())  // else a scenario has put it after draw_end
    add_slipped(work, draw, out, loan, static_cast<std::uint32_t>(row), tranche);
  work.out.delivery_draws.push_back(std::move(out));
}

// Contracts that are paid in advance, where the path says when some of their rent is earned.
void number_advances(VehicleWork& work, const std::vector<bool>& by_path) {
  for (std::uint32_t o = 0; o < work.terms.offtakes.size(); ++o) {
    const Offtake& offtake = work.terms.offtakes[o];
    bool waits = false;
    for (std::size_t l = 0; l < by_path.size(); ++l)
      waits = waits || (by_path[l] && names_part(offtake.lots, work.terms.lots[l].id));
    if (!waits || !(offtake.prepaid > 0)) continue;
    AdvancePlan out;
    out.offtake = o;
    out.prepaid = offtake.prepaid;
    out.months = offtake.prepaid_months;
    out.first_row = static_cast<std::uint32_t>(work.plan.delivery_rows);
    work.plan.delivery_rows += static_cast<std::size_t>(work.out.months) + 1;
    work.out.advances.push_back(std::move(out));
  }
}

}  // namespace

void add_deliveries(VehicleWork& work) {
  work.out.first_delivery = static_cast<std::uint32_t>(work.plan.delivery_rows);
  const std::vector<bool> by_path = delivered_by_path(work.terms);
  for (std::uint32_t l = 0; l < by_path.size(); ++l) {
    if (!by_path[l]) continue;
    const VehicleLot& lot = work.terms.lots[l];
    DeliveryPlan out;
    out.lot = l;
    out.key = engine::stream_key(work.input.settings->seed, engine::StreamKind::delay,
                                 work.terms.id + "/" + lot.id);
    // An exponential forgets: what is late today has its whole mean before it.
    out.month =
        std::max(0.0, 12 * work.grid.time_of(in_service(work.terms, lot, *work.input.book)));
    out.mean = lot.slip_months;
    work.out.deliveries.push_back(std::move(out));
  }
  if (work.out.deliveries.empty()) return;
  const std::vector<std::uint32_t> places = places_of(work);
  const std::vector<const Tranche*> debt = debt_by_rank(work.terms);
  for (std::size_t t = 0; t < debt.size(); ++t)
    for (const TrancheDraw& draw : debt[t]->draws)
      add_draw(work, places, draw, work.input.book->loans[*debt[t]->loan], work.out.tranches[t]);
  work.plan.delivery_rows +=
      kDeliveryRows * work.out.deliveries.size() + work.out.delivery_draws.size();
  number_advances(work, by_path);
}

std::uint32_t delivery_row(const VehicleWork& work) {
  const std::uint32_t place = places_of(work)[work.out.lots.size()];
  return place == kNone ? kNone : work.out.first_delivery + kDeliveryRows * place;
}

ServedShare served_share(const VehicleWork& work, Date from, std::optional<Date> to) {
  ServedShare out{work.column(), work.column()};
  for (int k = 1; k <= work.out.months; ++k) {
    const double first = 1 - work.grid.share_of_month(k, from, work.grid.date(k));
    const double last = to ? work.grid.share_of_month(k, Date{}, *to) : 1.0;
    if (!(last > first)) continue;
    const auto at = static_cast<std::size_t>(k);
    out.whole[at] = last / (last - first);
    out.lost[at] = 1 / (last - first);
  }
  return out;
}

}  // namespace lien::pricing
