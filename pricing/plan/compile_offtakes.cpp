#include <algorithm>
#include <utility>

#include "pricing/plan/vehicle_cash.hpp"
#include "pricing/plan/vehicle_work.hpp"

// What customers pay for the hours of a vehicle's lots, and what they may decide.
namespace lien::pricing {
namespace {

// What a buyer of the lot takes over: the same as of a loan on it with this customer.
void add_step_in(VehicleWork& work, const VehicleLot& lot, const Offtake& offtake,
                 OfftakePlan& plan) {
  Loan loan;
  loan.units = lot.units;
  // A lot that a draw pays for is sold once it is there; one that is the vehicle's before that has
  // hours for a buyer from its mean delivery on.
  const bool before = plan.delivery != kNone && plan.bought == 0;
  loan.in_service = before ? expected_service(work.terms, lot, *work.input.book)
                           : in_service(work.terms, lot, *work.input.book);
  loan.contract_start = offtake.start;
  loan.contract_end = offtake.end;
  loan.contract_share = offtake.share;
  loan.contract_rate = offtake.rental_rate * offtake.realization;
  loan.take_or_pay = offtake.take_or_pay;
  ContractPlan contract;
  contract.lot = plan.lot;
  contract.customer = plan.customer;
  work.step_ins.add(loan, StepIns::Seller::vehicle, contract);
  plan.step_in = contract.step_in;
  plan.step_in_units = contract.step_in_units;
  plan.step_in_rate = contract.step_in_rate;
}

// First month of (from, to] on the grid with an hour in it; the last one is month_of(to).
int first_month(const TimeGrid& grid, Date from) {
  const int k = grid.month_of(from);
  return k == 0 || (k <= grid.months() && grid.date(k) == from) ? k + 1 : k;
}

// The hours of a lot that its customer compares with the market.
void add_hours(VehicleWork& work, const VehicleLot& lot, const Offtake& offtake, Date service,
               std::uint32_t hardware_row, std::uint32_t segment, CustomerPlan& customer) {
  const Hardware& hardware = work.input.market->hardware[hardware_row];
  CustomerPlan::Lot out{hardware_row, segment, work.column(), work.column(), {}, {}, 0, {}, {}, {}};
  const int first = std::max(1, first_month(work.grid, offtake_term(offtake, service, 0).from));
  for (int k = first; k <= work.out.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    out.hours[at] = offtake.share * lot_hours(lot, hardware, service, work.grid, k);
    if (offtake.net) out.cost[at] = hourly_cost(lot, hardware, k);
  }
  for (int i = 0; i < static_cast<int>(customer.terms.size()); ++i) {
    const Date from = offtake_term(offtake, service, i).from;
    out.first_rates.push_back(agreed_rate(offtake, service, i, from));
    out.rates.push_back(work.column());
    for (int k = 1; k <= work.out.months; ++k)
      out.rates.back()[static_cast<std::size_t>(k)] =
          agreed_rate(offtake, service, i, std::max(from, work.grid.date(k)));
  }
  customer.lots.push_back(std::move(out));
}

// A renewal's hours of one lot.
void add_renewal(VehicleWork& work, const VehicleLot& lot, const Offtake& offtake, Date service,
                 int term, VehicleLotPlan& own, OfftakePlan plan) {
  const Hardware& hardware = work.input.market->hardware[own.hardware];
  plan.step_in = kNone;
  plan.advance = kNone;
  plan.credited.clear();
  plan.advanced_rent.clear();
  plan.revenue = plan.lost_hours = plan.agreed = work.column();
  if (offtake.net && offtake.renews_at_market) plan.borne = work.column();
  if (plan.delivery != kNone) {
    const OfftakeTerm dates = offtake_term(offtake, service, term);
    plan.served = served_share(work, std::max(service, dates.from), dates.to);
    plan.expected_revenue = plan.expected_hours = work.column();
  }
  const Date expected = scheduled_service(work.terms, lot, *work.input.book);
  for (int k = 1; k <= work.out.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const OfftakeMonth month = renewed_month(lot, hardware, offtake, service, work.grid, term, k);
    plan.lost_hours[at] = month.hours;
    plan.agreed[at] = month.agreed;
    plan.revenue[at] = month.revenue;
    if (!plan.borne.empty()) plan.borne[at] = month.hours * hourly_cost(lot, hardware, k);
    own.free_hours[at] -= month.hours;
    if (plan.delivery == kNone) continue;
    const OfftakeMonth later = renewed_month(lot, hardware, offtake, expected, work.grid, term, k);
    plan.expected_revenue[at] = later.revenue;
    plan.expected_hours[at] = later.hours;
    own.expected_free_hours[at] -= later.hours;
  }
  work.out.offtakes.push_back(std::move(plan));
}

// Its terms up to the last month, and rows for what it decides.
CustomerPlan customer_of(VehicleWork& work, const Offtake& offtake) {
  CustomerPlan out;
  out.party = work.party(offtake.customer);
  out.may_leave = offtake.notice_months.has_value();
  out.notice_months = offtake.notice_months.value_or(0);
  out.fee = offtake.termination_fee;
  out.at_market = offtake.renews_at_market;
  if (offtake.cancelled) out.cancelled = work.grid.month_of(*offtake.cancelled);
  out.stays_up_to = offtake.walk_away_ratio.value_or(1.0);
  Date service{};  // of the first lot
  std::size_t lots = 0;
  for (const VehicleLot& lot : work.terms.lots) {
    if (!names_part(offtake.lots, lot.id)) continue;
    const Date day = in_service(work.terms, lot, *work.input.book);
    service = lots++ == 0 ? day : std::min(service, day);
  }
  const auto take = [&work](std::size_t rows) {
    const auto first = static_cast<std::uint32_t>(work.plan.customer_rows);
    work.plan.customer_rows += rows;
    return first;
  };
  out.first_row = take(kCustomerRows);
  for (int i = 0; i <= offtake.renewal_count; ++i) {
    const OfftakeTerm dates = offtake_term(offtake, service, i);
    const int first = std::max(1, first_month(work.grid, dates.from));
    if (i > 0 && first > work.out.months) break;
    out.terms.push_back({first, work.grid.month_of(dates.to), i == 0 ? kNone : take(lots)});
  }
  return out;
}

// Who stands behind the customer: pays a fee or takes the contract over.
const Guarantee* backing_of(const Vehicle& vehicle, const Offtake& offtake) {
  for (const Guarantee& guarantee : vehicle.guarantees)
    if (guarantee.kind == GuaranteeKind::pay_or_step_in && backs(vehicle, guarantee, offtake))
      return &guarantee;
  return nullptr;
}

void add_backing(VehicleWork& work, const Guarantee& guarantee, CustomerPlan& customer) {
  customer.guarantor = work.party(guarantee.guarantor);
  customer.guarantors_fee = guarantee.termination_fee;
  customer.guaranteed_to = last_call(work, guarantee);
}

// What is left from each month on.
std::vector<double> left_of(std::vector<double> months) {
  for (std::size_t k = months.size() - 1; k-- > 0;) months[k] += months[k + 1];
  return months;
}

// Rent that a customer has paid before today: taken off what it pays in the months that earn it.
// expected: the same rents by schedule. Returns what is left of the rent on the days agreed.
std::vector<double> credit_advance(VehicleWork& work, std::size_t number, const VehicleLot& lot,
                                   const Offtake& offtake, Date service, Date expected,
                                   const Hardware& hardware, OfftakePlan& plan) {
  const auto shares = [&](bool by_schedule) {
    return prepaid_shares(work.terms, offtake, *work.input.market, *work.input.book, work.grid,
                          by_schedule);
  };
  const auto advance =
      std::find_if(work.out.advances.begin(), work.out.advances.end(),
                   [number](const AdvancePlan& other) { return other.offtake == number; });
  const bool by_path = advance != work.out.advances.end();
  const std::vector<double> paid = shares(false), by_schedule = by_path ? shares(true) : paid;
  std::vector<double> rent = work.column(), credited = rent, left = plan.revenue;
  if (by_path && plan.delivery == kNone) plan.expected_revenue = plan.revenue;
  for (int k = 1; k <= work.out.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    rent[at] = offtake_month(lot, hardware, offtake, service, work.grid, k).rent;
    credited[at] = paid[at] * rent[at];
    left[at] -= credited[at];
    if (by_path)
      plan.expected_revenue[at] -=
          by_schedule[at] * offtake_month(lot, hardware, offtake, expected, work.grid, k).rent;
  }
  if (by_path) {
    plan.advance = advance->first_row;
    advance->lots.push_back({plan.delivery, plan.served, rent});
    plan.advanced_rent = std::move(rent);
  } else {
    plan.revenue = left;
    plan.credited = std::move(credited);
  }
  return left;
}

}  // namespace

int last_call(const VehicleWork& work, const Guarantee& guarantee) {
  int last = work.out.months;
  while (guarantee.expiry && last > 0 && work.grid.date(last) > *guarantee.expiry) --last;
  return last;
}

void check_hours(VehicleWork& work, const VehicleLot& lot, const VehicleLotPlan& own) {
  for (std::size_t k = 1; k < own.free_hours.size(); ++k) {
    if (own.free_hours[k] >= -1e-9 * lot.units * 730) continue;
    refuse_part(
        work, {"lot", lot.id}, {"id"},
        "is let more than whole in month " + std::to_string(k) + ", renewals and leases included",
        "lower the shares, or let contracts follow each other");
    return;
  }
}

void add_customers(VehicleWork& work) {
  for (const Offtake& offtake : work.terms.offtakes) {
    work.customers.push_back(work.out.customers.size());
    const Guarantee* const backing = backing_of(work.terms, offtake);
    if (!has_choices(offtake) && !backing) continue;
    work.out.customers.push_back(customer_of(work, offtake));
    if (backing) add_backing(work, *backing, work.out.customers.back());
  }
}

void add_offtakes(VehicleWork& work, const VehicleLot& lot, Date service, std::uint32_t segment,
                  VehicleLotPlan& own) {
  const Hardware& hardware = work.input.market->hardware[own.hardware];
  for (std::size_t o = 0; o < work.terms.offtakes.size(); ++o) {
    const Offtake& offtake = work.terms.offtakes[o];
    if (!names_part(offtake.lots, lot.id)) continue;
    OfftakePlan plan;
    plan.rent = own.rent;
    plan.customer = work.party(offtake.customer);
    plan.lot = own.lot;
    plan.net = offtake.net;
    plan.bought = own.bought;
    plan.delivery = own.delivery;
    const Date expected = scheduled_service(work.terms, lot, *work.input.book);
    if (plan.delivery != kNone) {
      plan.served = served_share(work, offtake_term(offtake, service, 0).from, offtake.end);
      plan.expected_revenue = plan.expected_hours = work.column();
    }
    // A buyer would have to honour what is prepaid; until it is earned the contract may be a
    // burden.
    if (!(offtake.prepaid > 0)) add_step_in(work, lot, offtake, plan);
    plan.relet_months = offtake.relet_months;
    plan.revenue = plan.lost_hours = plan.agreed = work.column();
    for (int k = 1; k <= work.out.months; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const OfftakeMonth month = offtake_month(lot, hardware, offtake, service, work.grid, k);
      plan.lost_hours[at] = month.hours;
      plan.agreed[at] = month.agreed;
      plan.revenue[at] = month.revenue;
      own.free_hours[at] -= month.hours;
      if (plan.delivery != kNone) {
        const OfftakeMonth later = offtake_month(lot, hardware, offtake, expected, work.grid, k);
        plan.expected_revenue[at] = later.revenue;
        plan.expected_hours[at] = later.hours;
        own.expected_free_hours[at] -= later.hours;
      }
    }
    const std::vector<double> left =
        offtake.prepaid > 0
            ? credit_advance(work, o, lot, offtake, service, expected, hardware, plan)
            : plan.revenue;
    plan.place = static_cast<std::uint32_t>(work.out.lots.size());
    if (!has_choices(offtake) && !backing_of(work.terms, offtake)) {
      work.out.offtakes.push_back(std::move(plan));
      continue;
    }
    CustomerPlan& customer = work.out.customers[work.customers[o]];
    const auto l = static_cast<std::uint32_t>(customer.lots.size());
    add_hours(work, lot, offtake, service, own.hardware, segment, customer);
    plan.gone_row = customer.first_row + kGone;
    customer.lots[l].spot = own.rent;
    customer.lots[l].rent_left.push_back(left_of(left));
    customer.lots[l].hours_left.push_back(left_of(plan.lost_hours));
    customer.lots[l].borne_left.push_back(work.column());
    work.out.offtakes.push_back(plan);
    for (std::size_t i = 1; i < customer.terms.size(); ++i) {
      plan.rent_row = customer.terms[i].rent_row + l;
      plan.decided = customer.terms[i - 1].last;
      add_renewal(work, lot, offtake, service, static_cast<int>(i), own, plan);
      customer.lots[l].rent_left.push_back(left_of(work.out.offtakes.back().revenue));
      customer.lots[l].hours_left.push_back(left_of(work.out.offtakes.back().lost_hours));
      const std::vector<double>& borne = work.out.offtakes.back().borne;
      customer.lots[l].borne_left.push_back(left_of(borne.empty() ? work.column() : borne));
    }
  }
}

}  // namespace lien::pricing
