#include "pricing/plan/vehicle_cash.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/elementary/elementary.hpp"
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

int whole_years(Date from, Date to) {
  const std::chrono::year_month_day a(from), b(to);
  const int years = static_cast<int>(b.year()) - static_cast<int>(a.year());
  const bool before = std::make_pair(b.month(), b.day()) < std::make_pair(a.month(), a.day());
  return std::max(0, years - (before ? 1 : 0));
}

}  // namespace

bool names_part(const std::vector<std::string>& ids, const std::string& id) {
  return ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
}

double lot_hours(const VehicleLot& lot, const Hardware& hardware, Date service,
                 const TimeGrid& grid, int k) {
  return lot.units * kHoursPerMonth * remaining_units(hardware, k / 12.0) *
         grid.share_of_month(k, service, grid.date(k));
}

double hourly_cost(const VehicleLot& lot, const Hardware& hardware, int k) {
  return lot.operating_cost.value_or(hardware.operating_cost.value_or(0.0)) *
         engine::exp(hardware.operating_cost_growth * k / 12.0);
}

OfftakeMonth offtake_month(const VehicleLot& lot, const Hardware& hardware, const Offtake& offtake,
                           Date service, const TimeGrid& grid, int k) {
  const Date start = std::max(service, offtake.start.value_or(service));
  const double under = offtake.share * lot.units * kHoursPerMonth *
                       remaining_units(hardware, k / 12.0) *
                       grid.share_of_month(k, start, offtake.end);
  const double rate = offtake.rental_rate * offtake.take_or_pay *
                      grown(offtake.growth, whole_years(start, grid.date(k)));
  const double cost = offtake.net ? hourly_cost(lot, hardware, k) : 0.0;
  return {under, under * (rate + cost), under * (rate * offtake.realization + cost)};
}

double fee_amount(const VehicleFee& fee, int k) {
  return fee.amount.value_or(0.0) / 12 * grown(fee.growth, (k - 1) / 12);
}

}  // namespace lien::pricing
