#include "pricing/plan/lease_schedule.hpp"

#include <algorithm>
#include <optional>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/effective_rate.hpp"

namespace lien::pricing {

std::vector<Rent> rents_from_start(const Lease& lease) {
  const int step_months = static_cast<int>(lease.frequency);
  const std::vector<Date> dates = agreement_dates(lease.start, lease.end, step_months);
  std::vector<Rent> rents(dates.size() - 1);
  double growth = 1;
  int months = 0;  // since start
  for (std::size_t i = 0; i < rents.size(); ++i) {
    rents[i] = {lease.timing == RentTiming::advance ? dates[i] : dates[i + 1], growth};
    months += step_months;
    if (months % 12 == 0) growth *= 1 + lease.rent_growth;
  }
  // The last period may be short; a whole one would have ended on the date after the step.
  const Date begin = dates[rents.size() - 1];
  const Date whole = add_months(lease.start, months, ends_month(lease.start));
  rents.back().step *= static_cast<double>((lease.end - begin).count()) /
                       static_cast<double>((whole - begin).count());
  return rents;
}

namespace {

double assumed_residual(const Lease& lease) {
  if (lease.guaranteed_residual > 0) return lease.guaranteed_residual;
  if (lease.end_option == EndOption::fixed_price) return lease.option_price;
  return lease.end_option == EndOption::one_dollar ? 1.0 : 0.0;
}

// Flows of the lessee with model times from start, residual last.
struct Flows {
  std::vector<double> times, money;
  std::size_t first = 0;  // the first that is not past
};

Flows flows_from_start(const Lease& lease, const std::vector<Rent>& rents, const TimeGrid& grid) {
  const Date today = grid.date(0);
  Flows flows;
  for (const Rent& rent : rents) {
    const bool past = rent.date < today || (rent.date == today && lease.start < today);
    flows.first += past ? 1U : 0U;
    flows.times.push_back(grid.time_of(rent.date));
    flows.money.push_back(lease.rent * rent.step);
  }
  flows.times.push_back(grid.time_of(lease.end));
  flows.money.push_back(assumed_residual(lease));
  return flows;
}

// Continuous implicit rate, if the payments repay the cost.
std::optional<double> implicit_rate(const Lease& lease, const Flows& flows, double start) {
  if (!lease.purchase_price) return std::nullopt;
  const double cost = lease.units * *lease.purchase_price;
  double paid = 0;
  for (const double money : flows.money) paid += money;
  if (paid <= cost) return std::nullopt;
  std::vector<double> since_start = flows.times;
  for (double& t : since_start) t -= start;
  return effective_rate(since_start, flows.money, cost);
}

LeaseSchedule schedule_at(const Lease& lease, const std::vector<Rent>& rents, const Flows& flows,
                          const std::optional<double>& implicit, const Rates& rates,
                          const TimeGrid& grid) {
  LeaseSchedule schedule;
  schedule.months = std::min(grid.month_of(lease.end), grid.months());
  const auto size = static_cast<std::size_t>(schedule.months) + 1;
  schedule.rent.resize(size);
  schedule.rent_timed.resize(size);
  schedule.rent_value.resize(size);
  schedule.opening.resize(size);
  const Date today = grid.date(0);
  if (lease.end <= today) return schedule;

  const double log_growth = implicit ? engine::log1p(*implicit) : 0;
  const auto worth_of_one = [&](double t) {
    return implicit ? engine::exp(-log_growth * t) : discount_factor(rates.zero_curve, t);
  };

  const auto first = static_cast<std::ptrdiff_t>(flows.first);
  schedule.due_times.assign(flows.times.begin() + first, flows.times.end());
  schedule.due.assign(flows.money.begin() + first, flows.money.end());

  // Worth today of the flows of month k and later, from the back.
  std::vector<double> to_come(size + 1);
  for (std::size_t i = flows.first; i < flows.money.size(); ++i) {
    const Date date = i < rents.size() ? rents[i].date : lease.end;
    const auto k = std::min(static_cast<std::size_t>(grid.month_of(date)), size);
    to_come[k] += flows.money[i] * worth_of_one(flows.times[i]);
    if (i == rents.size()) break;
    schedule.annuity_timed += rents[i].step * value_discount_factor(rates, flows.times[i]);
    if (k == size) continue;
    const int month = static_cast<int>(k);
    schedule.rent[k] += flows.money[i];
    schedule.rent_timed[k] +=
        flows.money[i] * timing_in_month(rates.zero_curve, flows.times[i], month);
    schedule.rent_value[k] += flows.money[i] * value_timing_in_month(rates, flows.times[i], month);
  }
  for (std::size_t k = size; k-- > 0;) to_come[k] += to_come[k + 1];

  const auto started = static_cast<std::size_t>(std::max(grid.month_of(lease.start), 0));
  if (lease.start <= today) schedule.outstanding = to_come[0];
  schedule.opening[0] = schedule.outstanding;
  for (std::size_t k = started + 1; k < size; ++k)
    schedule.opening[k] = to_come[k] / worth_of_one(static_cast<double>(k - 1) / 12);

  if (started < size)
    schedule.owed_after = to_come[size] / worth_of_one(static_cast<double>(size - 1) / 12);

  if (implicit) {
    schedule.implicit_rate = *implicit;
  } else if (to_come[0] > 0) {
    schedule.implicit_rate = effective_rate(schedule.due_times, schedule.due, to_come[0]);
  }
  return schedule;
}

}  // namespace

LeaseSchedule schedule_lease(const Lease& lease, const Rates& rates, const TimeGrid& grid) {
  const std::vector<Rent> rents = rents_from_start(lease);
  const Flows flows = flows_from_start(lease, rents, grid);
  return schedule_at(lease, rents, flows, implicit_rate(lease, flows, grid.time_of(lease.start)),
                     rates, grid);
}

Lease extension_of(const Lease& lease) {
  Lease out = lease;
  out.start = lease.end;
  out.end = add_months(lease.end, lease.extension_months, ends_month(lease.end));
  const std::vector<Rent> rents = rents_from_start(lease);
  double growth = 1;
  const int step_months = static_cast<int>(lease.frequency);
  for (int i = 1; i < static_cast<int>(rents.size()); ++i)
    if (i * step_months % 12 == 0) growth *= 1 + lease.rent_growth;
  out.rent = lease.extension_rent.value_or(lease.rent * growth);
  out.rent_growth = 0;
  out.extension_months = 0;
  return out;
}

LeaseSchedule schedule_extension(const Lease& lease, const Rates& rates, const TimeGrid& grid) {
  const Flows agreed = flows_from_start(lease, rents_from_start(lease), grid);
  const Lease longer = extension_of(lease);
  const std::vector<Rent> rents = rents_from_start(longer);
  return schedule_at(longer, rents, flows_from_start(longer, rents, grid),
                     implicit_rate(lease, agreed, grid.time_of(lease.start)), rates, grid);
}

}  // namespace lien::pricing
