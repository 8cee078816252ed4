#include <algorithm>
#include <cstdint>

#include "engine/kernels/random_rows.hpp"
#include "pricing/valuation/book_stages.hpp"

// When lots that may come late enter service, and which of their draws are then made. Nobody else
// has a say in it, so that it is known before any vehicle is run.
namespace lien::pricing {

using engine::kBlockPaths;

namespace {

// The month that a time in months lies in: k for (k - 1, k].
double month_of_time(double months) {
  const auto whole = static_cast<double>(static_cast<std::int64_t>(months));
  return whole < months ? whole + 1 : whole;
}

// The share of a month's rent that an advance pays, given what it pays in each month before: what a
// month's rent is too small for is left for the months after it. rows: [months + 1][paths]; work:
// three rows, for what is due, what is left and the months with rent.
void credit(const AdvancePlan& advance, int months, const double* deliveries, double* rows,
            double* work) {
  double *const due = work, *const left = work + kBlockPaths, *const count = left + kBlockPaths;
  std::fill_n(due, kBlockPaths, 0.0);
  std::fill_n(left, kBlockPaths, advance.prepaid);
  std::fill_n(count, kBlockPaths, 0.0);
  std::fill_n(rows, kBlockPaths, 0.0);
  for (int k = 1; k <= months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    double* const share = rows + at * kBlockPaths;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      double rent = 0;
      for (const AdvancePlan::Lot& lot : advance.lots) {
        double part = 1;
        if (lot.delivery != kNone)
          part = std::clamp(
              lot.served.whole[at] -
                  lot.served.lost[at] * (deliveries[lot.delivery * kBlockPaths + p] - (k - 1)),
              0.0, 1.0);
        rent += part * lot.rent[at];
      }
      share[p] = 0;
      if (!(rent > 0)) continue;
      if (count[p] < advance.months) due[p] += advance.prepaid / advance.months;
      count[p] += 1;
      const double credited = std::min({rent, due[p], left[p]});
      due[p] -= credited;
      left[p] -= credited;
      share[p] = credited / rent;
    }
  }
}

// By how many months the delivery of its lot moves a lease, and what is then paid and let.
// rows: as LeaseTermPlan lists them.
void move_lease(const LeaseTermPlan& lease, int months, const double* deliveries, double* rows) {
  const double* const delivered = deliveries + (lease.delivery + kDelivered) * kBlockPaths;
  double *const moved = rows, *const pays = rows + kBlockPaths;
  double* const let = pays + static_cast<std::size_t>(months + 1) * kBlockPaths;
  const double agreed = month_of_time(lease.start);
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    moved[p] = delivered[p] < kNever ? std::max(0.0, month_of_time(delivered[p]) - agreed) : kNever;
  for (int k = 0; k <= months; ++k) {
    const auto row = static_cast<std::size_t>(k) * kBlockPaths;
    const double hours = lease.hours[static_cast<std::size_t>(k)];
    const double cost = lease.cost[static_cast<std::size_t>(k)];
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      pays[row + p] = let[row + p] = 0;
      if (!(k - moved[p] >= 1)) continue;
      const auto at = static_cast<std::size_t>(k - moved[p]);
      const double from = std::max(lease.from[at], delivered[p] - (k - 1));
      let[row + p] = hours * std::max(0.0, lease.to[at] - from);
      pays[row + p] = lease.rent[at] + let[row + p] * cost;
    }
  }
}

}  // namespace

void BookStages::draw_deliveries() noexcept {
  double* const delay = work_.get();
  for (const VehiclePlan& vehicle : plan_->vehicles) {
    if (vehicle.deliveries.empty()) continue;
    double* const lots = deliveries_.get() + vehicle.first_delivery * kBlockPaths;
    double* const draws = lots + kDeliveryRows * vehicle.deliveries.size() * kBlockPaths;
    for (std::size_t l = 0; l < vehicle.deliveries.size(); ++l) {
      const DeliveryPlan& delivery = vehicle.deliveries[l];
      double* const delivered = lots + (kDeliveryRows * l + kDelivered) * kBlockPaths;
      std::fill_n(delivered, kBlockPaths, delivery.month);
      if (!(delivery.mean > 0)) continue;
      engine::exponential_row(delivery.key, paths_, delay, kBlockPaths);
      for (std::size_t p = 0; p < kBlockPaths; ++p) delivered[p] += delivery.mean * delay[p];
    }
    for (std::size_t d = 0; d < vehicle.delivery_draws.size(); ++d) {
      const DeliveryDrawPlan& draw = vehicle.delivery_draws[d];
      double* const made = draws + d * kBlockPaths;
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        double last = lots[kDeliveryRows * draw.lots[0] * kBlockPaths + p];
        for (const std::uint32_t lot : draw.lots)
          last = std::max(last, lots[kDeliveryRows * lot * kBlockPaths + p]);
        last = std::min(last, draw.latest);
        made[p] = last <= draw.last ? last : kNever;
      }
    }
    for (std::size_t l = 0; l < vehicle.deliveries.size(); ++l) {
      const DeliveryPlan& delivery = vehicle.deliveries[l];
      double* const delivered = lots + (kDeliveryRows * l + kDelivered) * kBlockPaths;
      double* const paid_for = lots + (kDeliveryRows * l + kPaidFor) * kBlockPaths;
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        double first = delivery.draws.empty() ? 0.0 : kNever;
        for (const std::uint32_t draw : delivery.draws)
          first = std::min(first, draws[draw * kBlockPaths + p]);
        paid_for[p] = first < kNever ? std::max(0.0, month_of_time(first)) : kNever;
        // Nobody pays for a lot whose draws have all lapsed: it never joins.
        if (!(first < kNever)) delivered[p] = kNever;
      }
    }
    for (const AdvancePlan& advance : vehicle.advances)
      credit(advance, vehicle.months, deliveries_.get(),
             deliveries_.get() + advance.first_row * kBlockPaths, work_.get());
    for (const LeaseTermPlan& lease : vehicle.lease_terms)
      move_lease(lease, vehicle.months, deliveries_.get(),
                 deliveries_.get() + lease.first_row * kBlockPaths);
  }
}

// The month from whose end on the lot can be sold: it is there, and paid for.
double BookStages::joins(const VehicleLotPlan& own, std::size_t path) const noexcept {
  return std::max(month_of_time(delivery_row(own.delivery + kDelivered)[path]),
                  delivery_row(own.delivery + kPaidFor)[path]);
}

// What a draw of this path's own month pays for: as drop_unbought, keep_bought and charge_keep.
void BookStages::drop_undelivered(const VehicleLotPlan& own, int k, double* row) const noexcept {
  const double* const paid_for = delivery_row(own.delivery + kPaidFor);
  for (std::size_t p = 0; p < kBlockPaths; ++p)
    if (k < paid_for[p]) row[p] = 0;
}

void BookStages::sell_delivered(std::size_t vehicle, std::uint32_t delivery, int k,
                                const SoldUnits& sold, double* row) noexcept {
  const double* const paid_for = delivery_row(delivery + kPaidFor);
  const std::size_t* const lags = vehicle_lags_.data() + vehicle * kBlockPaths;
  const int months = plan_->vehicles[vehicle].months;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    if (!(paid_for[p] > 0)) continue;
    const double lag = static_cast<double>(lags[p]), sale = paid_for[p] + lag;
    if (k == sale && paid_for[p] <= months)
      after_draw(vehicle, static_cast<int>(paid_for[p]))[p] +=
          sold.units * row[p] - sold.holding_cost * lag;
    if (k <= sale) row[p] = 0;
  }
}

void BookStages::charge_delivered(const VehicleLotPlan& own, std::size_t vehicle, int k,
                                  double* brings) const noexcept {
  const double* const paid_for = delivery_row(own.delivery + kPaidFor);
  const std::size_t* const lags = vehicle_lags_.data() + vehicle * kBlockPaths;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const double lag = static_cast<double>(lags[p]);
    if (k > paid_for[p] + lag) brings[p] -= own.holding_cost * lag;
  }
}

}  // namespace lien::pricing
