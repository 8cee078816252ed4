// Over 400 lines on purpose: a vehicle as a person would write it, one path's months in one order.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include "tests/pricing/random_vehicle.hpp"

// Over 400 lines on purpose: one month told from top to bottom, to be held beside the model.
// The month of docs/model.md, "Vehicles", written once more: one path at a time, one account at a
// time, without survival weights spread over rows.
namespace lien::pricing {

// What one path yields, by tranche, and the vehicle's own.
struct Outcome {
  struct Part {
    double value = 0, exposure = 0, at_default = 0, peak = 0, loss = 0, sampled = 0, credit = 0,
           defaulted = 0, interest = 0, principal = 0;
    std::array<double, kSteps + 1> recovered{};  // by month
    bool floored = false;                        // some loss in the credit loss was its floor
  };
  std::array<Part, 3> parts;
  std::array<double, 5> guaranteed{};
  std::array<double, 2> hedged{};
  double equity = 0;
  double cured = 0;  // what the sponsor paid, discounted
  int cures = 0, refused = 0, prepaid = 0;
  struct Balloon {
    double refinanced = 0, extended = 0, failed = 0, prepaid = 0;
  };
  std::array<Balloon, 3> balloons;
  double defaulted = 0;                  // while somebody of the book was owed something
  std::array<bool, kMonths + 1> pays{};  // and its borrower, by the draw
  int drawn = 0, late = 0;               // months with a draw; with one that was stopped before
  int arrived = 0, partly = 0;  // draws that lots have delayed; months that serve a part of hours
  int capped = 0, own = 0;      // draws above a commitment; payments on maturities of their own
  int elsewhere = 0;            // draws that the lender makes who has prepaid the old one
  int drawn_as_it_leaves = 0;   // of them in the month of the prepayment
  int moved = 0;                // rents of a lease that a delivery has moved
  std::array<double, kMonths + 1> owed{};  // at each month's end, while it lives
  std::array<double, kMonths + 1> lent{};  // by the book, while its borrower lives by the draw
  double ended = kNever;                   // month of the sampled default with something to claim
  // By month: cash and debt service of the payment period, before the month's own default.
  std::array<double, kMonths + 1> coverage_cash{}, coverage_service{};
  std::vector<unsigned> breaches;  // [months + 1] bits by covenant
};

class PlainVehicle {
 public:
  PlainVehicle(const Case& c, std::size_t path)
      : c_(c), v_(c.vehicle), p_(path), lag_(static_cast<int>(c.lags[path])) {
    for (std::size_t t = 0; t < 3; ++t) {
      owed_[t] = c.plan.contracts[t].outstanding;
      undrawn_[t] = v_.tranches[t].undrawn;
      elapsed_[t] = v_.tranches[t].elapsed_today;
      open_[t] = v_.tranches[t].undrawn_today;
      if (c.prices) out_.parts[t].value = c.plan.contracts[t].day_zero;
    }
    reserves_ = {v_.reserves[0].initial, v_.reserves[1].initial};
    for (std::size_t g = 0; g < 5; ++g) caps_[g] = v_.guarantees[g].cap;
    out_.breaches.assign(kMonths + 1, 0);
    active_.assign(v_.covenants.size(), false);
    passes_.assign(v_.covenants.size(), 0);
    since_.assign(v_.covenants.size(), 0);
    for (const CovenantPlan& covenant : v_.covenants) {
      cure_money_.push_back(covenant.cure_limit);
      cures_left_.push_back(covenant.cures);
    }
  }

  Outcome run() {
    for (int k = 1; k <= kMonths; ++k) month(k);
    // After the last payment a path that has not defaulted owes nothing.
    for (std::size_t t = 0; t < 3; ++t) {
      EXPECT_TRUE(!alive_ || !held_[t]) << t;
      EXPECT_TRUE(!alive_ || sold_[t] || std::abs(owed_[t]) < 1e-12) << owed_[t];
      if (v_.balloons.empty())
        out_.parts[t].defaulted = 1 - (alive_ ? at(c_.survival, kMonths) : 0.0);
    }
    return out_;
  }

 private:
  [[nodiscard]] double at(const AlignedDoubles& row, int k) const {
    return row.get()[static_cast<std::size_t>(k) * kBlockPaths + p_];
  }
  [[nodiscard]] double default_month(std::size_t party) const {
    return c_.defaults.get()[party * kBlockPaths + p_];
  }
  [[nodiscard]] double accounts() const { return cash_ + trap_ + reserves_[0] + reserves_[1]; }
  [[nodiscard]] const MonthTerms& terms(std::size_t t, int k) const {
    return c_.plan.terms[c_.plan.contracts[t].first_month + static_cast<std::size_t>(k)];
  }

  [[nodiscard]] double sale_factor(std::size_t t) const {
    return c_.sale_factor.get()[t * kBlockPaths + p_];
  }
  [[nodiscard]] double recovery_factor(std::size_t t, int k) const {
    return terms(t, k).recovery_factor * sale_factor(t);
  }
  [[nodiscard]] double eir_discount_sale(std::size_t t, int k) const {
    return terms(t, k).eir_discount_sale * sale_factor(t);
  }

  // bought: what the draws of the month, already made, pay for.
  void settle(int k, double weight, bool sampled, double available, double bought = 0) {
    const double sale = std::max(0.0, at(c_.sale, k + lag_) + bought - v_.deduction);
    const double senior = owed_[0] + owed_[1];
    if (held_[0] || held_[1] || held_[2]) out_.defaulted += weight;
    if (sampled && senior + owed_[2] > 0) out_.ended = k;
    double cash = available, left = sale;
    std::array<double, 3> now{}, later{};
    for (const int rank : {1, 2}) {
      const double all = rank == 1 ? senior : owed_[2];
      const double paid = std::min(all, cash), sold = std::min(all - paid, left);
      cash -= paid;
      left -= sold;
      for (std::size_t t = 0; t < 3; ++t) {
        if (v_.tranches[t].rank != rank || all == 0) continue;
        now[t] = paid * owed_[t] / all;
        later[t] = sold * owed_[t] / all;
      }
    }
    spent_.fill(0);
    for (std::size_t t = 0; t < 3; ++t) {
      double unpaid = owed_[t] - now[t] - later[t], from_guarantors = 0;
      for (std::size_t g = 0; g < 5 && held_[t]; ++g) {
        const GuaranteePlan& guarantee = v_.guarantees[g];
        if ((g != 0 && g != 2) || !guarantee.covers[t] || k > guarantee.last_month ||
            default_month(2) <= k)
          continue;
        double limit = caps_[g];
        if (guarantee.kind == GuaranteeKind::residual_value)
          limit = std::min(
              limit, std::max(0.0, guarantee.floors[static_cast<std::size_t>(k + lag_)] - sale));
        limit = std::max(0.0, limit - spent_[g]);
        const double part = std::min(limit, guarantee.share * (unpaid - from_guarantors));
        from_guarantors += part;
        spent_[g] += part;
        out_.guaranteed[g] += weight * at(c_.discount, k + lag_) * recovery_factor(t, k) * part;
      }
      unpaid -= from_guarantors;
      if (!held_[t]) continue;  // a new lender's
      if (!v_.balloons.empty()) out_.parts[t].defaulted += weight;
      later[t] += from_guarantors + v_.recovery * unpaid;
      const double claim = owed_[t] - now[t];
      const double loss = claim - later[t] * at(c_.ratio, k);
      Outcome::Part& part = out_.parts[t];
      part.exposure += weight * owed_[t];
      part.at_default += weight * loss;
      part.loss += weight * at(c_.discount, k) * loss;
      part.recovered[static_cast<std::size_t>(k)] += weight * now[t];
      part.recovered[static_cast<std::size_t>(k + lag_)] += weight * later[t];
      if (c_.prices) {
        part.value += weight * (at(c_.discount, k + lag_) * recovery_factor(t, k) * later[t] +
                                at(c_.discount, k) * terms(t, k).present_factor * now[t]);
      } else {
        const double floor = c_.plan.contracts[t].loss_floor;
        const double least = floor * owed_[t] * terms(t, k).eir_discount;
        double credit = terms(t, k).eir_discount * claim - eir_discount_sale(t, k) * later[t];
        if (floor > 0 && least > credit) {
          credit = least;
          part.floored = part.floored || (weight > 0 && owed_[t] > 0);
        }
        part.credit += weight * credit;
        if (sampled) part.sampled += at(c_.discount, k) * loss;
      }
    }
  }

  double pay(unsigned item, double need) {
    for (double* from : {&cash_, &trap_}) {
      const double paid = std::min(need, *from);
      *from -= paid;
      need -= paid;
    }
    for (std::size_t r = 0; r < 2; ++r) {
      if ((v_.reserves[r].covers & item) == 0) continue;
      const double paid = std::min(need, reserves_[r]);
      reserves_[r] -= paid;
      need -= paid;
    }
    return need;
  }

  [[nodiscard]] double bearing(std::size_t t) const {
    return std::max(0.0, owed_[t] - elapsed_[t]);
  }

  // Of a revolving commitment what is repaid is undrawn again.
  [[nodiscard]] double unused(std::size_t t) const {
    const double commitment = v_.tranches[t].revolving;
    return commitment > 0 ? std::max(0.0, commitment - owed_[t]) : undrawn_[t];
  }

  // What the month's end pays out: its own draw and those that waited, or none.
  void draw(std::size_t t, int k, double living) {
    if (!v_.tranches[t].draws) return;
    const TrancheMonth& m = v_.tranches[t].months[static_cast<std::size_t>(k)];
    if (m.pays) elapsed_[t] = open_[t] = 0;
    double arrived = 0, elapsed = 0, undrawn = 0, timed = 0;  // with lots of this month
    for (const SlippedDraw& one : v_.tranches[t].slipped) {
      const double part = c_.deliveries.get()[one.row * kBlockPaths + p_] - (k - 1);
      if (part <= 0 || part > 1) continue;
      const SlippedMonth& own = v_.tranches[t].slipped_months[static_cast<std::size_t>(k)];
      arrived += one.amount;
      elapsed += one.amount * (own.elapsed + part * own.elapsed_slope);
      undrawn += one.amount * (own.undrawn + part * own.undrawn_slope);
      timed += one.amount * (own.timing + part * own.timing_slope);
      ++out_.arrived;
    }
    if (stopped_) {
      waiting_[t] += m.draw + arrived;
      return;
    }
    double late = 0;
    if (m.may_draw > 0) std::swap(late, waiting_[t]);
    double made = m.draw + late + arrived, part = 1;
    if (!v_.tranches[t].slipped.empty() && v_.tranches[t].revolving > 0) {
      const double most = std::max(0.0, v_.tranches[t].revolving - owed_[t]);
      if (made > most) part = most / made;
      out_.capped += made > most ? 1 : 0;
      made = std::min(made, most);
    }
    out_.drawn += made > 0 ? 1 : 0;
    out_.late += late > 0 ? 1 : 0;
    owed_[t] += made;
    undrawn_[t] = std::max(0.0, undrawn_[t] - made);
    elapsed_[t] += part * (m.draw_elapsed + late * m.late_elapsed + elapsed);
    open_[t] += part * (m.draw_undrawn + late * m.late_undrawn + undrawn);
    out_.elsewhere += made > 0 && (!held_[t] || leaves_[t] > 0) ? 1 : 0;
    out_.drawn_as_it_leaves += made > 0 && leaves_[t] > 0 ? 1 : 0;
    if (!held_[t] || leaves_[t] > 0) return;  // the new lender's
    if (alive_ && default_month(0) > k)
      out_.lent[static_cast<std::size_t>(k)] += c_.plan.contracts[t].held * made;
    const double paid_out = 1 - c_.plan.contracts[t].issue_discount;
    if (c_.prices)
      out_.parts[t].value -= living * at(c_.discount, k) * paid_out * part *
                             (m.draw * m.draw_timing + late * terms(t, k).present_factor + timed);
    out_.parts[t].principal -= living * paid_out * made;
  }

  // The share of what is owed that the month repays: by month, or draw by draw.
  [[nodiscard]] double repaid(std::size_t t, int k) {
    const TranchePlan& tranche = v_.tranches[t];
    const auto at_k = static_cast<std::size_t>(k);
    if (tranche.others_opening.empty() || tranche.months[at_k].repaid == 0)
      return tranche.months[at_k].repaid;
    double owed = tranche.others_opening[at_k], due = tranche.others_principal[at_k];
    for (const SlippedDraw& draw : tranche.slipped)
      for (int i = 1; i < k; ++i) {  // made in month i
        const double made = c_.deliveries.get()[draw.row * kBlockPaths + p_];
        if (made <= i - 1 || made > i) continue;
        const std::size_t cell = at_k * draw.repayment.width + static_cast<std::size_t>(i);
        owed += draw.amount * draw.repayment.opening[cell];
        due += draw.amount * draw.repayment.principal[cell];
        ++out_.own;
      }
    return owed > 0 ? due / owed : 1;
  }
  // What the customer has paid of a month's agreed rent before today.
  [[nodiscard]] double in_advance(const OfftakePlan& offtake, int k) const {
    if (offtake.advance == kNone) return 0;
    const auto month = static_cast<std::size_t>(k);
    return offtake.advanced_rent[month] *
           c_.deliveries.get()[(offtake.advance + month) * kBlockPaths + p_];
  }

  // What an offtake owes for a month, and its hours, as far as the lot's delivery leaves them: of a
  // lease that the delivery has moved as its rows say.
  [[nodiscard]] double of_term(const OfftakePlan& offtake, std::size_t row) const {
    return c_.deliveries.get()[(offtake.term + row) * kBlockPaths + p_];
  }
  [[nodiscard]] double owes(const OfftakePlan& offtake, int k) const {
    const auto month = static_cast<std::size_t>(k);
    if (offtake.term != kNone) return of_term(offtake, month);
    return part(offtake.served, k) * offtake.revenue[month];
  }
  [[nodiscard]] double hours_of(const OfftakePlan& offtake, int k) const {
    const auto month = static_cast<std::size_t>(k);
    if (offtake.term != kNone) return of_term(offtake, kMonths + 1 + month);
    return part(offtake.served, k) * offtake.lost_hours[month];
  }
  // The part of an agreed month that the lot's delivery leaves.
  [[nodiscard]] double part(const ServedShare& served, int k) const {
    if (v_.deliveries.empty()) return 1;
    const auto month = static_cast<std::size_t>(k);
    const double gone = c_.deliveries.get()[kDelivered * kBlockPaths + p_] - (k - 1);
    return std::clamp(served.whole[month] - served.lost[month] * gone, 0.0, 1.0);
  }
  [[nodiscard]] double free_hours(int k) const {
    const auto month = static_cast<std::size_t>(k);
    const VehicleLotPlan& lot = v_.lots[0];
    if (v_.deliveries.empty()) return lot.free_hours[month];
    double hours = lot.hours[month] * part(lot.served, k);
    for (const OfftakePlan& offtake : v_.offtakes) hours -= hours_of(offtake, k);
    return std::max(0.0, hours);
  }

  // Received from a hedge in the month, or paid on it.
  [[nodiscard]] double settled(std::size_t h, int k) const {
    const auto month = static_cast<std::size_t>(k);
    if (v_.hedges[h].timing[month] == 0) return 0;
    return c_.hedges.get()[h * Case::rows() + month * kBlockPaths + p_];
  }

  double revenue(int k, double& contracted) {
    double out = owned(k) * free_hours(k) * at(c_.spot, k) + for_the_lot(k);
    contracted = 0;
    const double there = part(v_.offtakes[0].served, k);
    out_.partly += there > 0 && there < 1 ? 1 : 0;
    if (k < default_month(1)) {
      contracted = owes(v_.offtakes[0], k);
      out_.moved += v_.offtakes[0].term != kNone && contracted > 0 ? 1 : 0;
      out += contracted - there * in_advance(v_.offtakes[0], k);
    } else if (k >= default_month(1) + v_.offtakes[0].relet_months) {
      out += hours_of(v_.offtakes[0], k) * at(c_.spot, k);
    }
    out += of_the_leaving(k, contracted);
    const GuaranteePlan& backstop = v_.guarantees[1];
    if (k <= backstop.last_month && default_month(2) > k) {
      const double bought = std::min(
          caps_[1], owned(k) * backstop.price * free_hours(k) * (1 - at(c_.utilization, k)));
      caps_[1] -= bought;
      out += bought;
      count_paid(1, k, bought);
    }
    const double taken = k <= v_.guarantees[3].last_month && default_month(2) > k
                             ? std::min(caps_[3], lost_to_the_last_lessee(k))
                             : 0;
    caps_[3] -= taken;
    count_paid(3, k, taken);
    const double fee = k == decision(kStepFee) ? 7 : 0;
    const double rent = k >= decision(kStepsIn) ? stepped_into(k) : 0;
    count_paid(4, k, fee + rent);
    return out + taken + fee;
  }

  // Of the lot, if it is let: 1 while it is the vehicle's, and what is paid for what becomes of it.
  [[nodiscard]] double lease(LeaseRow row) const { return c_.leased.get()[row * kBlockPaths + p_]; }
  [[nodiscard]] double owned(int k) const {
    return v_.leases.empty() || k <= lease(kLeaves) ? 1 : 0;
  }
  [[nodiscard]] double for_the_lot(int k) const {
    return !v_.leases.empty() && k == lease(kPaidIn) ? lease(kPaid) : 0;
  }
  // All lots' cost, without that lot's once a lease has parted with it.
  [[nodiscard]] double tested_cost(const CovenantPlan& covenant, int k) const {
    const VehicleLotPlan& lot = v_.lots[0];
    const bool gone = !v_.leases.empty() && k >= lease(kLeaves) && k >= lot.bought;
    const bool joined =
        !v_.deliveries.empty() && k >= c_.deliveries.get()[kPaidFor * kBlockPaths + p_];
    // A lot that comes late may be gone before the draw that pays for it.
    if (!v_.deliveries.empty())
      return covenant.cost[static_cast<std::size_t>(k)] +
             (joined && (v_.leases.empty() || k < lease(kLeaves)) ? lot.price : 0);
    return covenant.cost[static_cast<std::size_t>(k)] - (gone ? lot.price : 0);
  }
  [[nodiscard]] double decision(std::size_t row) const {
    return c_.customers.get()[row * kBlockPaths + p_];
  }
  void count_paid(std::size_t g, int k, double paid) {
    out_.guaranteed[g] += (alive_ ? 1 : 0) * at(c_.survival, k) * at(c_.discount, k) *
                          terms(0, k).present_factor * paid;
  }
  // By what hours of lost customers earn less than the price of the lessee of last resort.
  [[nodiscard]] double lost_to_the_last_lessee(int k) const {
    const unsigned triggers = v_.guarantees[3].triggers;
    double sum = 0;
    for (std::size_t o = 0; o < 3; ++o) {
      const OfftakePlan& offtake = v_.offtakes[o];
      const double gone = o == 0 ? default_month(1) : decision(kGone);
      const bool refused = o == 2 && decision(kCustomerRows) == 0;
      if (k < gone && !refused) continue;
      // It is lost by what came first; a renewal is refused at the end of month 9.
      const double lost = refused ? std::min(gone, 9.0) : gone;
      const bool left = o > 0 && decision(kFeeMonth) < gone;
      const bool by_default = !left && default_month(1) <= lost;
      if ((triggers & (by_default ? kLesseeDefault : kEndOfTerm)) == 0) continue;
      const bool relet = refused || k >= gone + offtake.relet_months;
      const double hours = hours_of(offtake, k);
      const double earned = relet ? hours * at(c_.spot, k) : 0;
      sum += 0.8 * std::max(0.0, 1.5 * hours - earned);
    }
    return sum;
  }
  // What the guarantor pays that has taken the second customer's contract over.
  [[nodiscard]] double stepped_into(int k) const {
    const auto month = static_cast<std::size_t>(k);
    const OfftakePlan& offtake = v_.offtakes[k > 9 ? 2 : 1];
    const double rate = k > 9 ? decision(kCustomerRows) : 1;
    if (k >= decision(kGone) || rate == 0) return 0;
    return part(offtake.served, k) *
           (rate * offtake.revenue[month] + (offtake.borne.empty() ? 0 : offtake.borne[month]) -
            in_advance(offtake, k));
  }
  // The second customer's rent, its fee, and what its hours earn without it.
  double of_the_leaving(int k, double& contracted) {
    const auto month = static_cast<std::size_t>(k);
    const OfftakePlan& offtake = v_.offtakes[k > 9 ? 2 : 1];
    const double rate = k > 9 ? decision(kCustomerRows) : 1;
    const double there = part(offtake.served, k);
    const double spot = there * offtake.lost_hours[month] * at(c_.spot, k);
    const double gone = decision(kGone), fee = v_.customers[0].fee;
    double paid = 0;
    if (k < gone && k == decision(kNotice) + v_.customers[0].notice_months) paid += fee;
    if (rate == 0 || k >= gone + 3) return paid + spot;
    if (k >= gone) return paid;
    double rent = rate * offtake.revenue[month];
    if (!offtake.borne.empty()) rent += offtake.borne[month];
    contracted += there * (rent + (offtake.credited.empty() ? 0 : offtake.credited[month]));
    return paid + there * (rent - in_advance(offtake, k));
  }
  [[nodiscard]] double agreed(int k) const {
    const auto month = static_cast<std::size_t>(k);
    const OfftakePlan& first = v_.offtakes[0];
    double sum = first.term != kNone ? owes(first, k) : part(first.served, k) * first.agreed[month];
    sum += part(v_.offtakes[1].served, k) * v_.offtakes[1].agreed[month];
    const double rate = decision(kCustomerRows), there = part(v_.offtakes[2].served, k);
    if (rate > 0) sum += there * rate * v_.offtakes[2].agreed[month];
    if (rate > 0 && !v_.offtakes[2].borne.empty()) sum += there * v_.offtakes[2].borne[month];
    return sum;
  }

  void month(int k) {
    const auto at_k = static_cast<std::size_t>(k);
    const double opening_cash = accounts();
    if (alive_)
      settle(k, at(c_.survival, k - 1) - at(c_.survival, k), default_month(0) == k,
             opening_cash + for_the_lot(k));
    // Accounts at interest: the gross rate of the month that begins where the last ended.
    double opening_pot = opening_cash;
    if (v_.reserves[0].earns) {
      const double interest = reserves_[0] * (at(c_.gross, k - 1) - 1);
      reserves_[0] += interest;
      opening_pot += interest;
    }
    double contracted = 0;
    const double earned =
        revenue(k, contracted) + std::max(0.0, settled(0, k)) + std::max(0.0, settled(1, k));
    cash_ += earned;
    std::array<double, 3> interest{}, floating{}, in_kind{}, principal{}, swept{};
    for (std::size_t t = 0; t < 3; ++t) {
      const TrancheMonth& m = v_.tranches[t].months[at_k];
      double share = m.fixed_interest + (step_ - cheaper_[t]) * m.accrual;
      if (m.floating_base > 0)
        floating[t] =
            std::min(
                std::max(m.gross_ratio * at(c_.gross, static_cast<int>(m.fixing)) - 1, m.floor),
                m.cap) +
            margin(t, k, m);
      share += floating[t];
      in_kind[t] = bearing(t) * share * v_.tranches[t].months[at_k].in_kind;
      interest[t] = bearing(t) * share - in_kind[t] + m.fee;
      if (v_.tranches[t].draws) interest[t] += m.undrawn_rate * (unused(t) + open_[t]);
      principal[t] = owed_[t] * repaid(t, k);
    }
    const double debt_before = owed_[0] + owed_[1] + owed_[2];
    const std::array<double, 3> opening = owed_;
    std::array<double, 3> refinanced{}, extended{};
    refinance(k, principal, refinanced);
    double unpaid = 0, operating = 0, service = 0, distributed = 0;
    const auto spend = [&] {
      unpaid = operating = service = distributed = 0;
      swept.fill(0);
      double ask = asked(k, principal, in_kind);
      const auto due = [&](unsigned item, double amount) { unpaid += pay(item, amount); };
      const bool fills = v_.pays[at_k] != 0;
      const auto fill = [&](std::size_t r) {
        if (!fills) return;
        const double both = reserves_[r] + cash_;
        reserves_[r] = std::min(v_.reserves[r].target[at_k], both);
        cash_ = both - reserves_[r];
      };
      const auto serve = [&](std::size_t t) {
        due(kDebtServiceItem, interest[t]);
        service += interest[t];
      };
      const auto repay = [&](std::size_t t) {
        due(kDebtServiceItem, principal[t]);
        service += principal[t];
      };
      const double fee = v_.fees[0].amount[at_k] + v_.fees[0].rate_per_month * debt_before;
      const double cost = owned(k) * part(v_.lots[0].served, k) * v_.lots[0].operating_cost[at_k] *
                          (c_.seed % 3 == 0 ? at(c_.gross, k) : 1.0);
      due(kOperatingCostItem, cost);
      due(kFeeItem, fee);
      const auto hedge = [&](std::size_t h) {
        const double owes = std::max(0.0, -settled(h, k));
        due(kHedgeItem, owes);
        operating += owes;
      };
      operating = cost + fee;
      hedge(0);
      serve(0), serve(1), repay(0), repay(1);
      fill(0);
      serve(2), repay(2);
      hedge(1);
      fill(1);
      if (!fills) return;
      const double both = trap_ + cash_;
      trap_ = trapped_ ? both : 0;
      cash_ = trapped_ ? 0 : both;
      for (const std::size_t t : {std::size_t{0}, std::size_t{2}}) {
        const double share = std::max(sweep_, v_.tranches[t].cash_sweep);
        swept[t] = std::min(std::max(share * cash_, std::min(ask, cash_)),
                            owed_[t] - principal[t] - refinanced[t]);
        if (ask > 0 && alive_ && swept[t] > share * cash_) ++out_.prepaid;
        ask = std::max(0.0, ask - swept[t]);
        cash_ -= swept[t];
      }
      distributed = cash_;
      cash_ = 0;
    };
    const auto cash_then = cash_, trap_then = trap_;
    const auto reserves_then = reserves_;
    spend();
    if (unpaid > 0 && extend(k, principal, interest, extended)) {
      cash_ = cash_then, trap_ = trap_then, reserves_ = reserves_then;
      spend();
    }
    if (k == kMonths) {
      distributed += accounts();
      cash_ = trap_ = reserves_[0] = reserves_[1] = 0;
    }
    coverage_cash_[k] = earned - operating;
    coverage_service_[k] = service;
    for (std::size_t t = 0; t < 3; ++t)
      coverage_service_[k] -= v_.tranches[t].months[at_k].balloon * principal[t];
    if (alive_ && v_.covered[at_k] != 0)
      for (int i = k - v_.coverage_months + 1; i <= k; ++i) {
        out_.coverage_cash[at_k] += at(c_.survival, k) * coverage_cash_[i];
        out_.coverage_service[at_k] += at(c_.survival, k) * coverage_service_[i];
      }
    if (alive_ && v_.default_on_shortfall && unpaid > 0) {
      alive_ = false;
      settle(k, at(c_.survival, k), default_month(0) > k,
             opening_pot + std::max(0.0, earned - operating));
      for (std::size_t t = 0; t < 3; ++t)
        if (date_of(t, k) && principal[t] + refinanced[t] + extended[t] > 0)
          out_.balloons[t].failed += at(c_.survival, k);
    }
    const double all_living = alive_ ? at(c_.survival, k) : 0;
    for (std::size_t t = 0; t < 3; ++t) {
      Outcome::Part& part = out_.parts[t];
      const double living = held_[t] ? all_living : 0;
      const double paid = interest[t] + principal[t] + swept[t] + refinanced[t];
      if (c_.prices) {
        const TrancheMonth& m = v_.tranches[t].months[at_k];
        const double at_forward =
            bearing(t) * floating[t] * (1 - v_.tranches[t].months[at_k].in_kind);
        part.value += living * at(c_.discount, k) *
                      (m.timing * (paid - at_forward) + m.floating_timing * at_forward);
      }
      const TrancheMonth& m = v_.tranches[t].months[at_k];
      part.interest += living * (interest[t] - m.fee - m.undrawn_fee);
      part.principal += living * (principal[t] + swept[t] + refinanced[t]);
      // In this order: what is left of a tranche that is swept whole is the rounding of the sum.
      owed_[t] = std::max(0.0, owed_[t] - (principal[t] + swept[t]) + in_kind[t]);
    }
    out_.equity += all_living * at(c_.discount, k) * terms(0, k).present_factor * distributed;
    for (std::size_t h = 0; h < 2; ++h)
      if (c_.prices)
        out_.hedged[h] +=
            all_living * at(c_.discount, k) * v_.hedges[h].timing[at_k] * settled(h, k);
    // Decided before this month's draws, which are then the new lender's.
    for (std::size_t t = 0; t < 3; ++t) leaves_[t] = prepaid_now(t, k);
    for (std::size_t t = 0; t < 3; ++t) draw(t, k, all_living);
    out_.pays[at_k] = alive_ && default_month(0) > k && (held_[0] || held_[1] || held_[2]);
    peak(k, opening);
    for (std::size_t t = 0; t < 3; ++t) prepay(t, k, all_living);
    close(k, refinanced, extended);
    test(k, contracted, debt_before);
  }

  [[nodiscard]] const BalloonDate* date_of(std::size_t t, int k) const {
    for (const BalloonDate& date : v_.tranches[t].balloon.dates)
      if (date.month == k) return &date;
    return nullptr;
  }

  // A new lender takes over what fits; what another has taken over before is not due again.
  void refinance(int k, std::array<double, 3>& principal, std::array<double, 3>& refinanced) {
    for (std::size_t t = 0; t < 3; ++t) {
      const BalloonDate* const date = date_of(t, k);
      if (!date) continue;
      if (!held_[t]) principal[t] = 0;
      const BalloonPlan& plan = v_.tranches[t].balloon;
      double through = 0;
      for (std::size_t other = 0; other < 3; ++other)
        if (v_.tranches[other].rank <= v_.tranches[t].rank) through += owed_[other];
      const bool open = c_.open.get()[date->market * kBlockPaths + p_] > 0;
      if (!plan.refinances || !open || through > plan.max_loan_to_value * at(c_.tested, k))
        continue;
      std::swap(principal[t], refinanced[t]);
    }
  }

  // True if some balloon is put off.
  bool extend(int k, std::array<double, 3>& principal, std::array<double, 3>& interest,
              std::array<double, 3>& extended) {
    bool any = false;
    for (std::size_t t = 0; t < 3; ++t) {
      const BalloonDate* const date = date_of(t, k);
      if (!date || !date->extends) continue;
      any = true;
      std::swap(principal[t], extended[t]);
      interest[t] += v_.tranches[t].balloon.extension_fee * extended[t];
    }
    return any;
  }

  void close(int k, const std::array<double, 3>& refinanced,
             const std::array<double, 3>& extended) {
    const double living = alive_ ? at(c_.survival, k) : 0;
    for (std::size_t t = 0; t < 3; ++t) {
      const BalloonDate* const date = date_of(t, k);
      if (refinanced[t] > 0) out_.balloons[t].refinanced += living;
      if (extended[t] > 0 && date == &v_.tranches[t].balloon.dates.front())
        out_.balloons[t].extended += living;
      if (refinanced[t] > 0) sold_[t] = true;
      if (date ? extended[t] == 0 : k == kMonths) held_[t] = false;
    }
  }

  void peak(int k, const std::array<double, 3>& opening) {
    for (std::size_t t = 0; t < 3; ++t) {
      if (!held_[t]) continue;
      double through = 0;
      for (std::size_t other = 0; other < 3; ++other)
        if (v_.tranches[other].rank <= v_.tranches[t].rank)
          through += k == kMonths ? opening[other] : owed_[other];
      out_.parts[t].peak = std::max(out_.parts[t].peak, through / at(c_.tested, k));
    }
  }

  // The margin of a grid is the highest of those of the customers who pay.
  [[nodiscard]] double grid_margin(std::size_t t, int k) const {
    const TranchePlan& tranche = v_.tranches[t];
    double margin = -1;
    for (std::size_t o = 0; o < 3; ++o)
      if (rents(o, k)) margin = std::max(margin, tranche.grid[o]);
    return margin < 0 ? tranche.grid_without : margin;
  }
  [[nodiscard]] double margin(std::size_t t, int k, const TrancheMonth& m) const {
    return v_.tranches[t].grid.empty() ? m.margin : m.floating_accrual * grid_margin(t, k);
  }

  [[nodiscard]] double saved(std::size_t t, int k) const {
    const TranchePlan& tranche = v_.tranches[t];
    const double own = tranche.grid.empty() ? tranche.prepayment.own : grid_margin(t, k);
    const std::size_t row = t * Case::rows() + static_cast<std::size_t>(k) * kBlockPaths;
    return own - c_.market_rates.get()[row + p_];
  }
  // The borrower repays what it owes where the market asks less by the spread: the debt is then
  // another lender's, at the market's rate, and the penalty is the owner's.
  [[nodiscard]] double prepaid_now(std::size_t t, int k) const {
    const PrepaymentPlan& plan = v_.tranches[t].prepayment;
    if (plan.may.empty() || !plan.may[static_cast<std::size_t>(k)] || !held_[t]) return 0;
    return saved(t, k) > plan.spread ? owed_[t] : 0;
  }
  void prepay(std::size_t t, int k, double living) {
    const TranchePlan& tranche = v_.tranches[t];
    const PrepaymentPlan& plan = tranche.prepayment;
    const auto month = static_cast<std::size_t>(k);
    if (leaves_[t] <= 0) return;
    held_[t] = false;
    sold_[t] = true;
    cheaper_[t] = saved(t, k);
    Outcome::Part& part = out_.parts[t];
    part.principal += living * leaves_[t];
    part.interest += living * plan.penalty * leaves_[t];
    const double now = living * at(c_.discount, k);
    if (c_.prices)
      part.value += now * tranche.months[month].timing * (1 + plan.penalty) * leaves_[t];
    out_.equity -= now * terms(0, k).present_factor * plan.penalty * leaves_[t];
    out_.balloons[t].prepaid += living;
  }
  // What a test of loan to value takes the lots for.
  [[nodiscard]] double worth(const CovenantPlan& covenant, int k) const {
    if (covenant.mark == kNone) return at(c_.tested, k);
    const std::size_t row = covenant.mark * Case::rows();
    return c_.covenant_worth.get()[row + static_cast<std::size_t>(k) * kBlockPaths + p_];
  }
  // True where the customer of an offtake is under contract in month k, and pays.
  [[nodiscard]] bool rents(std::size_t o, int k) const {
    const OfftakePlan& offtake = v_.offtakes[o];
    if (offtake.term != kNone && !(std::max(owes(offtake, k), hours_of(offtake, k)) > 0))
      return false;
    if (!(part(offtake.served, k) > 0)) return false;
    if (o == 0) return k < default_month(1);
    if ((o == 1) != (k <= 9) || k >= decision(kGone)) return false;
    return o == 1 || decision(kCustomerRows) > 0;
  }
  [[nodiscard]] double rent_of(std::size_t payer, int k) const {
    const auto month = static_cast<std::size_t>(k);
    double sum = 0;
    for (std::size_t o = 0; o < 3; ++o) {
      const OfftakePlan& offtake = v_.offtakes[o];
      if (offtake.payer != payer || !rents(o, k)) continue;
      if (offtake.term != kNone) {
        sum += owes(offtake, k);
        continue;
      }
      double rent = (o == 2 ? decision(kCustomerRows) : 1) * offtake.revenue[month];
      if (!offtake.borne.empty()) rent += offtake.borne[month];
      if (!offtake.credited.empty()) rent += offtake.credited[month];
      sum += part(offtake.served, k) * rent;
    }
    return sum;
  }

  // What tests in breach ask to be prepaid.
  [[nodiscard]] double asked(int k, const std::array<double, 3>& principal,
                             const std::array<double, 3>& in_kind) const {
    double most = 0, left = 0;
    for (std::size_t t = 0; t < 3; ++t) left += owed_[t] - principal[t] + in_kind[t];
    for (std::size_t c = 0; c < v_.covenants.size(); ++c) {
      const CovenantPlan& covenant = v_.covenants[c];
      if ((covenant.consequences & kMandatoryPrepayment) == 0 || !active_[c]) continue;
      double ask = 1e300;
      if (covenant.test == CovenantTest::loan_to_value)
        ask = left - covenant.reached * worth(covenant, k);
      if (covenant.test == CovenantTest::loan_to_cost)
        ask = left - covenant.reached * tested_cost(covenant, k);
      most = std::max(most, ask);
    }
    return most;
  }

  // Cash and debt service of the months ahead: what stands in the agreements, at today's rents.
  std::array<double, 2> ahead(const CovenantPlan& covenant, int k, double debt) const {
    double cash = 0, service = 0;
    const double power = c_.seed % 3 == 0 ? at(c_.gross, k) : 1.0;
    for (int j = k + 1; j <= std::min(kMonths, k + covenant.ahead); ++j) {
      const auto month = static_cast<std::size_t>(j);
      cash += v_.lots[0].free_hours[month] * at(c_.spot, k);
      cash -= v_.lots[0].operating_cost[month] * power + v_.fees[0].amount[month];
      for (std::size_t o = 0; o < 3; ++o) {
        const OfftakePlan& offtake = v_.offtakes[o];
        const double gone = o == 0 ? default_month(1) : decision(kGone);
        if (k < gone)
          cash += offtake.revenue[month];
        else if (j >= gone + offtake.relet_months)
          cash += scheduled_hours(offtake)[month] * at(c_.spot, k);
      }
      service += Case::service_on_one(j) * debt;
    }
    return {cash, service};
  }

  // The sponsor pays what is missing, if it can: as cash, or to the lenders by rank.
  bool cure(std::size_t c, int k, double& debt) {
    const CovenantPlan& covenant = v_.covenants[c];
    if (!(covenant.cures > 0) || k == kMonths || !alive_) return false;
    double missing = covenant.reached - accounts();
    if (covenant.test == CovenantTest::debt_service_coverage_ratio) {
      missing = 0;
      for (int i = k - 2; i <= k; ++i)
        missing += covenant.reached * coverage_service_[i] - coverage_cash_[i];
    }
    const bool repays =
        covenant.test == CovenantTest::loan_to_value || covenant.test == CovenantTest::loan_to_cost;
    if (covenant.test == CovenantTest::loan_to_value)
      missing = debt - covenant.reached * worth(covenant, k);
    if (covenant.test == CovenantTest::loan_to_cost)
      missing = debt - covenant.reached * tested_cost(covenant, k);
    if (default_month(2) <= k || cures_left_[c] == 0 || missing > cure_money_[c]) {
      ++out_.refused;
      return false;
    }
    cures_left_[c] -= 1;
    cure_money_[c] -= missing;
    const double factor = at(c_.discount, k) * terms(0, k).present_factor;
    out_.cured += at(c_.survival, k) * factor * missing;
    ++out_.cures;
    if (!repays) {
      cash_ += missing;
      coverage_cash_[k] += missing;
      return true;
    }
    debt -= missing;
    const double senior = std::min(missing, owed_[0] + owed_[1]), both = owed_[0] + owed_[1];
    const std::array<double, 3> paid = {both > 0 ? senior * owed_[0] / both : 0,
                                        both > 0 ? senior * owed_[1] / both : 0, missing - senior};
    for (std::size_t t = 0; t < 3; ++t) {
      owed_[t] -= paid[t];
      if (!held_[t]) continue;
      out_.parts[t].principal += at(c_.survival, k) * paid[t];
      if (c_.prices)
        out_.parts[t].value +=
            at(c_.survival, k) * at(c_.discount, k) * terms(t, k).present_factor * paid[t];
    }
    return true;
  }

  void test(int k, double contracted, double debt_before) {
    double debt = owed_[0] + owed_[1] + owed_[2];
    step_ = sweep_ = 0;
    trapped_ = stopped_ = false;
    bool ends = false;
    for (std::size_t c = 0; c < v_.covenants.size(); ++c) {
      const CovenantPlan& covenant = v_.covenants[c];
      if (covenant.tested[static_cast<std::size_t>(k)] != 0) {
        const bool breach =
            breached(covenant, k, contracted, debt, debt_before) && !cure(c, k, debt);
        if (breach) out_.breaches[static_cast<std::size_t>(k)] |= 1U << c;
        if (breach && !active_[c]) since_[c] = k;
        passes_[c] = breach ? 0 : passes_[c] + 1;
        if (breach) active_[c] = true;
        if (!breach && passes_[c] >= covenant.release_tests) active_[c] = false;
      }
      if (!active_[c]) continue;
      if ((covenant.consequences & kCashTrap) != 0) trapped_ = true;
      if ((covenant.consequences & kDrawStop) != 0) stopped_ = true;
      if ((covenant.consequences & kMarginStepUp) != 0) step_ += covenant.step_up;
      if ((covenant.consequences & kCashSweep) != 0)
        sweep_ = std::max(sweep_, covenant.sweep_share);
      if ((covenant.consequences & kEventOfDefault) != 0 && k - since_[c] >= covenant.cure_months)
        ends = true;
    }
    out_.owed[static_cast<std::size_t>(k)] = alive_ ? debt : 0;
    if (!alive_ || !ends || !(debt > 0)) return;
    alive_ = false;
    settle(k, at(c_.survival, k), default_month(0) > k, accounts(), at(c_.after_draw, k));
  }

  bool breached(const CovenantPlan& covenant, int k, double contracted, double debt,
                double debt_before) {
    const auto month = static_cast<std::size_t>(k);
    switch (covenant.test) {
      case CovenantTest::debt_service_coverage_ratio: {
        double cash = 0, service = 0;
        for (int i = k - 2; i <= k && covenant.ahead == 0; ++i) {
          cash += coverage_cash_[i];
          service += coverage_service_[i];
        }
        if (covenant.ahead > 0) {
          const auto sums = ahead(covenant, k, debt);
          cash = sums[0], service = sums[1];
        }
        return service > 0 && cash < covenant.limit * service;
      }
      case CovenantTest::loan_to_value:
        return (k == kMonths ? debt_before : debt) >
               covenant.limit * (covenant.pressed ? at(c_.pressed, k) : worth(covenant, k));
      case CovenantTest::loan_to_cost:
        return debt > covenant.limit * tested_cost(covenant, k);
      case CovenantTest::contract_realization:
        return contracted < covenant.limit * agreed(k);
      case CovenantTest::liquidity:
        return accounts() < covenant.limit;
      case CovenantTest::hedge_ratio: {
        double floats = 0;
        for (std::size_t t = 0; t < 3; ++t) {
          const TranchePlan& tranche = v_.tranches[t];
          if (!tranche.floating || k >= tranche.last_payment) continue;
          floats +=
              tranche.hedgeable.empty() ? owed_[t] : std::min(owed_[t], tranche.hedgeable[month]);
        }
        return covenant.hedged[month] < covenant.limit * floats;
      }
      case CovenantTest::party_default:
        return default_month(1) <= k;
      case CovenantTest::offtake_termination:
        return decision(kNotice) <= k;
      case CovenantTest::customer_concentration: {
        // Of the first offtake, and of the two that follow it.
        const double one = rent_of(0, k), two = rent_of(1, k);
        return std::max(one, two) > covenant.limit * (one + two);
      }
    }
    return false;
  }

  const Case& c_;
  const VehiclePlan& v_;
  std::size_t p_;
  int lag_;
  Outcome out_;
  bool alive_ = true, trapped_ = false, stopped_ = false;
  double cash_ = 0, trap_ = 0, step_ = 0, sweep_ = 0;
  std::array<double, 3> owed_{};
  std::array<double, 5> caps_{}, spent_{};
  // Of commitments: undrawn; what new draws leave without interest, and with the fee on the
  // undrawn; and what was stopped.
  std::array<double, 3> undrawn_{}, elapsed_{}, open_{}, waiting_{};
  std::array<double, 2> reserves_{};
  std::array<bool, 3> held_{true, true, true}, sold_{};  // by the book; to a new lender
  std::array<double, 3> cheaper_{};                      // what he asks less, a year
  std::array<double, 3> leaves_{};                       // what is prepaid this month
  std::vector<bool> active_;
  std::vector<double> passes_;
  std::vector<int> since_;
  std::vector<double> cure_money_, cures_left_;
  std::map<int, double> coverage_cash_, coverage_service_;
};

}  // namespace lien::pricing
