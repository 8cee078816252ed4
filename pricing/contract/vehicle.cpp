#include "pricing/contract/vehicle.hpp"

#include <algorithm>

#include "pricing/contract/contract.hpp"

namespace lien::pricing {

Tranche::Tranche() = default;
Tranche::Tranche(const Tranche&) = default;
Tranche::Tranche(Tranche&&) noexcept = default;
Tranche& Tranche::operator=(const Tranche&) = default;
Tranche& Tranche::operator=(Tranche&&) noexcept = default;
Tranche::~Tranche() = default;

Vehicle::Vehicle() = default;
Vehicle::Vehicle(const Vehicle&) = default;
Vehicle::Vehicle(Vehicle&&) noexcept = default;
Vehicle& Vehicle::operator=(const Vehicle&) = default;
Vehicle& Vehicle::operator=(Vehicle&&) noexcept = default;
Vehicle::~Vehicle() = default;

std::vector<const Tranche*> debt_by_rank(const Vehicle& vehicle) {
  std::vector<const Tranche*> debt;
  for (const Tranche& tranche : vehicle.tranches)
    if (!tranche.equity) debt.push_back(&tranche);
  std::stable_sort(debt.begin(), debt.end(),
                   [](const Tranche* a, const Tranche* b) { return a->rank < b->rank; });
  return debt;
}

bool has_choices(const Offtake& offtake) {
  return offtake.notice_months || offtake.renewal_count > 0 || offtake.cancelled;
}

bool backs(const Vehicle& vehicle, const Guarantee& guarantee, const Offtake& offtake) {
  const auto names = [](const std::vector<std::string>& ids, const std::string& id) {
    return ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  return std::any_of(vehicle.lots.begin(), vehicle.lots.end(), [&](const VehicleLot& lot) {
    return names(guarantee.lots, lot.id) && names(offtake.lots, lot.id);
  });
}

bool may_part(const VehicleLease& lease) {
  return !lease.relets || lease.end_option != EndOption::none;
}

bool has_balloon_terms(const Tranche& tranche) {
  return tranche.refinancing_max_loan_to_value || tranche.extension_count > 0;
}

std::string credit_party(const Vehicle& vehicle) {
  if (!vehicle.borrower.empty()) return vehicle.borrower;
  if (!vehicle.sponsor.empty()) return vehicle.sponsor;
  std::string only;
  const auto also = [&only](const std::string& payer) {
    const bool same = only.empty() || only == payer;
    only = payer;
    return same;
  };
  for (const Offtake& offtake : vehicle.offtakes)
    if (!also(offtake.customer)) return {};
  for (const VehicleLease& lease : vehicle.leases)
    if (!also(lease.lessee)) return {};
  return only;
}

bool may_prepay(const Vehicle& vehicle, const Book& book) {
  return std::any_of(vehicle.tranches.begin(), vehicle.tranches.end(), [&](const Tranche& tranche) {
    return tranche.loan && book.loans[*tranche.loan].prepayment_spread;
  });
}

std::vector<WaterfallStep> default_waterfall(const Vehicle& vehicle) {
  std::vector<WaterfallStep> steps = {
      {CashStep::operating_cost, {}}, {CashStep::fee, {}}, {CashStep::hedge, {}}};
  const std::vector<const Tranche*> debt = debt_by_rank(vehicle);
  for (std::size_t first = 0; first < debt.size();) {
    std::size_t last = first;
    while (last < debt.size() && debt[last]->rank == debt[first]->rank) ++last;
    for (const CashStep step : {CashStep::interest, CashStep::principal})
      for (std::size_t t = first; t < last; ++t) steps.push_back({step, debt[t]->id});
    first = last;
  }
  for (const CashStep step :
       {CashStep::reserve, CashStep::cash_trap, CashStep::cash_sweep, CashStep::distribution})
    steps.push_back({step, {}});
  return steps;
}

void date_draws(Book& book) {
  for (const Vehicle& vehicle : book.vehicles)
    for (const Tranche& tranche : vehicle.tranches) {
      if (!tranche.loan) continue;
      Loan& loan = book.loans[*tranche.loan];
      for (std::size_t i = 0; i < loan.financed.size(); ++i)
        if (vehicle.lots[i].in_service) loan.financed[i].service = *vehicle.lots[i].in_service;
      if (tranche.draws.empty()) continue;
      loan.draws.clear();
      for (const TrancheDraw& draw : tranche.draws) {
        Date date = draw.date.value_or(Date{});
        double cost = 0;
        for (const VehicleLot& lot : vehicle.lots) {
          if (std::find(draw.lots.begin(), draw.lots.end(), lot.id) == draw.lots.end()) continue;
          // A scenario's date comes before what the draw pays for.
          if (!draw.date) date = std::max(date, lot.in_service.value_or(loan.closing));
          cost += lot.units * lot.purchase_price.value_or(0.0);
        }
        const LoanDraw made{date,
                            draw.amount ? *draw.amount : draw.advance_rate.value_or(0.0) * cost};
        if (made.date <= loan.draw_end.value_or(loan.maturity) && made.date < loan.maturity)
          loan.draws.push_back(made);
      }
      std::stable_sort(loan.draws.begin(), loan.draws.end(),
                       [](const LoanDraw& a, const LoanDraw& b) { return a.date < b.date; });
    }
}

}  // namespace lien::pricing
