#include <algorithm>

#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/driver_rows.hpp"
#include "pricing/valuation/market_rows.hpp"

// What customers of vehicles decide: they compare their contract with the market, whoever owns the
// vehicle by then, so that it is known before any vehicle is run.
namespace lien::pricing {

using engine::kBlockPaths;
using engine::PathBlock;

// What the hours of month k cost under the contract and on the market, into the first two rows of
// customer_work_, each lot's market rent behind them. first_day: at the rent of the term's first
// day.
void BookStages::compare_rents(PathBlock& block, const CustomerPlan& customer, std::size_t term,
                               int k, bool first_day) noexcept {
  const auto at = static_cast<std::size_t>(k);
  double *const asked = customer_work_.get(), *const market = asked + kBlockPaths;
  std::fill_n(asked, 2 * kBlockPaths, 0.0);
  for (std::size_t l = 0; l < customer.lots.size(); ++l) {
    const CustomerPlan::Lot& lot = customer.lots[l];
    double* const rent = market + (1 + l) * kBlockPaths;
    if (!plan_->hardware[lot.hardware].earns) {
      std::fill_n(rent, kBlockPaths, 0.0);
    } else if (lot.segment == kNone) {
      exponential_row(1.0, 1.0, block.row(series(log_rent_ + lot.hardware), k), rent, kBlockPaths);
    } else {
      segment_log_rent(block, lot.segment, k, work_.get());
      exponential_row(1.0, 1.0, work_.get(), rent, kBlockPaths);
    }
    const double rate = first_day ? lot.first_rates[term] : lot.rates[term][at];
    const double* const times =
        term > 0 && customer.at_market && !first_day
            ? customer_row(customer.terms[term].rent_row + static_cast<std::uint32_t>(l))
            : nullptr;
    for (std::size_t p = 0; p < kBlockPaths; ++p) {
      asked[p] += lot.hours[at] * ((times == nullptr ? rate : rate * times[p]) + lot.cost[at]);
      market[p] += lot.hours[at] * rent[p];
    }
  }
}

void BookStages::decide(PathBlock& block, const CustomerPlan& customer, int months) noexcept {
  double* const gone = customer_row(customer.first_row + kGone);
  double* const standing = customer_row(customer.first_row + kStanding);
  double* const notice = customer_row(customer.first_row + kNotice);
  std::copy_n(default_months_.get() + customer.party * kBlockPaths, kBlockPaths, gone);
  double* const fee = customer_row(customer.first_row + kFeeMonth);
  std::fill_n(notice, kBlockPaths, kNever);
  std::fill_n(fee, kBlockPaths, kNever);
  std::fill_n(customer_row(customer.first_row + kStepsIn), kBlockPaths, kNever);
  std::fill_n(customer_row(customer.first_row + kStepFee), kBlockPaths, kNever);
  for (std::size_t p = 0; customer.cancelled >= 0 && p < kBlockPaths; ++p) {
    notice[p] = customer.cancelled;
    gone[p] = std::min(gone[p], customer.cancelled + 1.0);
  }
  for (std::size_t p = 0; p < kBlockPaths; ++p) standing[p] = std::min(gone[p], notice[p]);
  const double *const asked = customer_work_.get(), *const market = asked + kBlockPaths;
  const auto dear = [&](std::size_t p) { return asked[p] > customer.stays_up_to * market[p]; };
  const double* runs = nullptr;  // rent of the term that ends, above 0 where it runs
  for (std::size_t t = 0; t < customer.terms.size(); ++t) {
    const CustomerPlan::Term& term = customer.terms[t];
    if (t > 0) {
      const int ends = customer.terms[t - 1].last;
      const auto month = static_cast<double>(ends);
      const bool same = !customer.at_market;
      compare_rents(block, customer, t, ends, true);
      for (std::size_t l = 0; l < customer.lots.size(); ++l) {
        double* const rent = customer_row(term.rent_row + static_cast<std::uint32_t>(l));
        const double* const offered = market + (1 + l) * kBlockPaths;
        for (std::size_t p = 0; p < kBlockPaths; ++p) {
          const bool stays = gone[p] > month && (runs == nullptr || runs[p] > 0);
          rent[p] = !stays || (same && dear(p)) ? 0.0 : same ? 1.0 : offered[p];
        }
      }
      runs = customer_row(term.rent_row);
    }
    // It gives notice only where that ends the contract before its term does.
    const int last = std::min(term.last - customer.notice_months - 1, months);
    for (int k = term.first; customer.may_leave && k <= last; ++k) {
      compare_rents(block, customer, t, k, false);
      const auto month = static_cast<double>(k);
      for (std::size_t p = 0; p < kBlockPaths; ++p) {
        if (!dear(p) || gone[p] <= month || notice[p] < kNever) continue;
        if (runs != nullptr && !(runs[p] > 0)) continue;
        notice[p] = month;
        standing[p] = std::min(standing[p], month);
        fee[p] = month + customer.notice_months;
        gone[p] = std::min(gone[p], fee[p] + 1);
      }
    }
  }
}

// The customer's guarantor pays its fee, or the rent while it lives if what that costs it beside
// the market's rent of today for the hours that are left, is no more.
void BookStages::call_guarantor(PathBlock& block, const CustomerPlan& customer) noexcept {
  double* const gone = customer_row(customer.first_row + kGone);
  double* const steps_in = customer_row(customer.first_row + kStepsIn);
  double* const fee = customer_row(customer.first_row + kStepFee);
  double* const ends = customer_row(customer.first_row + kFeeMonth);
  const double* const dies = default_months_.get() + customer.party * kBlockPaths;
  const double* const fails = default_months_.get() + customer.guarantor * kBlockPaths;
  for (std::size_t p = 0; p < kBlockPaths; ++p) {
    const double d = dies[p];
    if (d != gone[p] || d > customer.guaranteed_to || fails[p] <= d) continue;
    // Not after the end of a contract that notice was given of, or that a scenario took away.
    if (d > ends[p] || (customer.cancelled >= 0 && d > customer.cancelled)) continue;
    const int k = static_cast<int>(d);
    for (std::size_t t = 0; t < customer.terms.size(); ++t) {
      const CustomerPlan::Term& term = customer.terms[t];
      if (k < term.first || k > term.last) continue;
      if (t > 0 && !(customer_row(term.rent_row)[p] > 0)) continue;
      double cost = 0;
      for (std::size_t l = 0; l < customer.lots.size(); ++l) {
        const CustomerPlan::Lot& lot = customer.lots[l];
        const std::size_t month = static_cast<std::size_t>(k);
        const double rate =
            t > 0 ? customer_row(term.rent_row + static_cast<std::uint32_t>(l))[p] : 1.0;
        cost += rate * lot.rent_left[t][month] + lot.borne_left[t][month] -
                lot.hours_left[t][month] * block.row(series(spot_row_of(lot.spot)), k)[p];
      }
      if (cost <= customer.guarantors_fee) {
        steps_in[p] = d;
        gone[p] = std::min(fails[p], ends[p] + 1);
        ends[p] = kNever;  // nobody pays that fee
      } else {
        fee[p] = d;
      }
      break;
    }
  }
}

void BookStages::fill_customers(PathBlock& block) noexcept {
  for (const VehiclePlan& vehicle : plan_->vehicles)
    for (const CustomerPlan& customer : vehicle.customers) {
      decide(block, customer, vehicle.months);
      if (customer.guarantor != kNone) call_guarantor(block, customer);
    }
}

}  // namespace lien::pricing
