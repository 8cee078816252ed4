#include "pricing/plan/vehicle_cash.hpp"

#include <algorithm>
#include <chrono>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/calendar.hpp"
#include "pricing/plan/compile_vehicles.hpp"
#include "pricing/plan/contract_columns.hpp"

namespace lien::pricing {
namespace {

constexpr double kHoursPerMonth = 730;

// (1 + growth) to the number of whole years.
double grown(double growth, int years) {
  double factor = 1;
  for (int i = 0; i < years; ++i) factor *= 1 + growth;
  return factor;
}

Date anniversary(Date from, int years) { return add_months(from, 12 * years, ends_month(from)); }

int whole_years(Date from, Date to) {
  const std::chrono::year_month_day a(from), b(to);
  const int years = static_cast<int>(b.year()) - static_cast<int>(a.year());
  return years <= 0 ? 0 : years - (anniversary(from, years) > to ? 1 : 0);
}

// Mean of a rent's growth over the days of month k in (from, to]: the days before an anniversary
// of `since` are at the rent of the year that ends there.
double mean_growth(double growth, Date since, const TimeGrid& grid, int k, Date from, Date to) {
  const Date begin = std::max(from, grid.date(k - 1)), end = std::min(to, grid.date(k));
  if (growth == 0 || end <= begin) return 1;
  const int years = whole_years(since, begin);
  const Date next = anniversary(since, years + 1);
  const double factor = grown(growth, years);
  if (next >= end) return factor;
  const double later =
      static_cast<double>((end - next).count()) / static_cast<double>((end - begin).count());
  return factor * (1 + growth * later);
}

// The day from which the years of a term's rent run: agreed, whenever the lot comes.
Date grows_since(const Offtake& offtake, Date service, int term) {
  const bool at_market = term > 0 && offtake.renews_at_market;
  return at_market ? offtake_term(offtake, service, term).from : offtake.start.value_or(service);
}

// The rent of an hour on the first day of its years.
double first_rate(const Offtake& offtake, int term) {
  return term > 0 && offtake.renews_at_market ? 1.0 : offtake.rental_rate;
}

}  // namespace

double lot_hours(const VehicleLot& lot, const Hardware& hardware, Date service,
                 const TimeGrid& grid, int k) {
  return lot.units * kHoursPerMonth * remaining_units(hardware, k / 12.0) *
         grid.share_of_month(k, service, grid.date(k));
}

double hourly_cost(const VehicleLot& lot, const Hardware& hardware, int k) {
  const double growth = engine::exp(hardware.operating_cost_growth * k / 12.0);
  // A path of a scenario is of the hardware's cost, not of one that the lot states.
  return lot.operating_cost
             ? *lot.operating_cost * growth
             : hardware.operating_cost.value_or(0.0) * growth * cost_path_factor(hardware, k);
}

OfftakeMonth offtake_month(const VehicleLot& lot, const Hardware& hardware, const Offtake& offtake,
                           Date service, const TimeGrid& grid, int k) {
  const Date start = std::max(service, offtake.start.value_or(service));
  const double under = offtake.share * lot.units * kHoursPerMonth *
                       remaining_units(hardware, k / 12.0) *
                       grid.share_of_month(k, start, offtake.end);
  const double rate =
      offtake.rental_rate * offtake.take_or_pay *
      mean_growth(offtake.growth, grows_since(offtake, service, 0), grid, k, start, offtake.end);
  const double cost = offtake.net ? hourly_cost(lot, hardware, k) : 0.0;
  return {under, under * (rate + cost), under * (rate * offtake.realization + cost),
          under * rate * offtake.realization};
}

OfftakeTerm offtake_term(const Offtake& offtake, Date service, int term) {
  const bool end_of_month = ends_month(offtake.end);
  const Date start = std::max(service, offtake.start.value_or(service));
  const Date from =
      term == 0 ? start
                : add_months(offtake.end, (term - 1) * offtake.renewal_months, end_of_month);
  return {from, add_months(offtake.end, term * offtake.renewal_months, end_of_month)};
}

double agreed_rate(const Offtake& offtake, Date service, int term, Date day) {
  return first_rate(offtake, term) *
         grown(offtake.growth, whole_years(grows_since(offtake, service, term), day));
}

OfftakeMonth renewed_month(const VehicleLot& lot, const Hardware& hardware, const Offtake& offtake,
                           Date service, const TimeGrid& grid, int term, int k) {
  const OfftakeTerm dates = offtake_term(offtake, service, term);
  const Date from = std::max(service, dates.from);
  const double under = offtake.share * lot.units * kHoursPerMonth *
                       remaining_units(hardware, k / 12.0) * grid.share_of_month(k, from, dates.to);
  const Date since = grows_since(offtake, service, term);
  const double rate = first_rate(offtake, term) *
                      mean_growth(offtake.growth, since, grid, k, from, dates.to) *
                      offtake.take_or_pay;
  const bool pays_cost = offtake.net && !offtake.renews_at_market;
  const double cost = pays_cost ? hourly_cost(lot, hardware, k) : 0.0;
  return {under, under * (rate + cost), under * (rate * offtake.realization + cost),
          under * rate * offtake.realization};
}

std::vector<double> prepaid_shares(const Vehicle& vehicle, const Offtake& offtake,
                                   const Market& market, const Book& book, const TimeGrid& grid,
                                   bool by_schedule) {
  std::vector<double> shares(static_cast<std::size_t>(grid.months()) + 1, 0.0);
  if (!(offtake.prepaid > 0)) return shares;
  // What a month's rent is too small for is credited in the months after it.
  double left = offtake.prepaid, due = 0;
  const auto service_of = [&](const VehicleLot& lot) {
    return by_schedule ? scheduled_service(vehicle, lot, book) : in_service(vehicle, lot, book);
  };
  for (int k = 1, credits = 0; k <= grid.months(); ++k) {
    double rent = 0;
    for (const VehicleLot& lot : vehicle.lots)
      if (names_part(offtake.lots, lot.id))
        rent += offtake_month(lot, market.hardware[hardware_index(market, lot.hardware)], offtake,
                              service_of(lot), grid, k)
                    .rent;
    if (!(rent > 0)) continue;
    if (credits++ < offtake.prepaid_months) due += offtake.prepaid / offtake.prepaid_months;
    const double credit = std::min({rent, due, left});
    due -= credit;
    left -= credit;
    shares[static_cast<std::size_t>(k)] = credit / rent;
  }
  return shares;
}

double fee_amount(const VehicleFee& fee, int k) {
  return fee.amount.value_or(0.0) / 12 * grown(fee.growth, (k - 1) / 12);
}

}  // namespace lien::pricing
