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

bool names_part(const std::vector<std::string>& ids, const std::string& id) {
  return ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool backs(const Vehicle& vehicle, const Guarantee& guarantee, const Offtake& offtake) {
  return std::any_of(vehicle.lots.begin(), vehicle.lots.end(), [&](const VehicleLot& lot) {
    return names_part(guarantee.lots, lot.id) && names_part(offtake.lots, lot.id);
  });
}

bool may_part(const VehicleLease& lease) {
  return !lease.relets || lease.end_option != EndOption::none || lease.buyout_start;
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

namespace {

Date months_after(Date d, int count) {
  using namespace std::chrono;
  const year_month_day day(d), moved = day + months(count);
  const bool ends = day == year_month_day(day.year() / day.month() / last);
  return ends || !moved.ok() ? sys_days(moved.year() / moved.month() / last) : sys_days(moved);
}

bool names(const TrancheDraw& draw, const VehicleLot& lot) {
  return std::find(draw.lots.begin(), draw.lots.end(), lot.id) != draw.lots.end();
}

}  // namespace

Date expected_service(const VehicleLot& lot, Date otherwise) {
  const Date agreed = lot.in_service.value_or(otherwise);
  const int whole = static_cast<int>(lot.slip_months);
  const Date from = months_after(agreed, whole), to = months_after(agreed, whole + 1);
  const double days = static_cast<double>((to - from).count()) * (lot.slip_months - whole);
  return from + std::chrono::days(static_cast<int>(days + 0.5));
}

bool slips(const Vehicle& vehicle, const TrancheDraw& draw) {
  return !draw.date && std::any_of(vehicle.lots.begin(), vehicle.lots.end(), [&](const auto& lot) {
    return lot.slip_months > 0 && names(draw, lot);
  });
}

std::vector<bool> delivered_by_path(const Vehicle& vehicle) {
  std::vector<bool> by_path;
  for (const VehicleLot& lot : vehicle.lots) by_path.push_back(lot.slip_months > 0);
  // Each round adds a lot at least, or ends.
  for (bool more = true; more;) {
    more = false;
    for (const Tranche& tranche : vehicle.tranches)
      for (const TrancheDraw& draw : tranche.draws) {
        bool any = false;
        for (std::size_t l = 0; l < by_path.size(); ++l)
          any = any || (by_path[l] && names(draw, vehicle.lots[l]));
        for (std::size_t l = 0; l < by_path.size() && any; ++l) {
          if (by_path[l] || !names(draw, vehicle.lots[l])) continue;
          by_path[l] = more = true;
        }
      }
  }
  return by_path;
}

LoanDraw dated_draw(const Vehicle& vehicle, const TrancheDraw& draw, const Loan& loan) {
  Date agreed = draw.date.value_or(Date{}), expected = agreed;
  double cost = 0;
  for (const VehicleLot& lot : vehicle.lots) {
    if (!names(draw, lot)) continue;
    cost += lot.units * lot.purchase_price.value_or(0.0);
    if (draw.date) continue;  // a scenario's date comes before what the draw pays for
    agreed = std::max(agreed, lot.in_service.value_or(loan.closing));
    expected = std::max(expected, expected_service(lot, loan.closing));
  }
  LoanDraw made{agreed, draw.amount ? *draw.amount : draw.advance_rate.value_or(0.0) * cost, {}};
  if (!slips(vehicle, draw)) return made;
  // By schedule the lots come on average: a draw that is then too late is made on no day.
  const Date latest =
      std::min(loan.draw_end.value_or(loan.maturity), loan.maturity - std::chrono::days(32));
  made.earliest = agreed;
  if (draw.latest) expected = std::min(expected, std::max(agreed, *draw.latest));
  made.date = expected <= latest ? expected : loan.maturity + std::chrono::days(1);
  return made;
}

void date_draws(Book& book) {
  for (const Vehicle& vehicle : book.vehicles)
    for (const Tranche& tranche : vehicle.tranches) {
      if (!tranche.loan) continue;
      Loan& loan = book.loans[*tranche.loan];
      for (std::size_t i = 0; i < loan.financed.size(); ++i)
        if (vehicle.lots[i].in_service)
          loan.financed[i].service = expected_service(vehicle.lots[i], loan.closing);
      if (tranche.draws.empty()) continue;
      loan.draws.clear();
      for (const TrancheDraw& draw : tranche.draws) {
        const LoanDraw made = dated_draw(vehicle, draw, loan);
        const Date first = made.earliest.value_or(made.date);
        if (first <= loan.draw_end.value_or(loan.maturity) && first < loan.maturity)
          loan.draws.push_back(made);
      }
      std::stable_sort(loan.draws.begin(), loan.draws.end(),
                       [](const LoanDraw& a, const LoanDraw& b) { return a.date < b.date; });
    }
}

}  // namespace lien::pricing
