#include "pricing/plan/compile_lease_end.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/pilot.hpp"
#include "pricing/plan/segments.hpp"

namespace lien::pricing {
namespace {

constexpr double kHoursPerMonth = 730;

// Decisions are made on the days of the agreement: each step of the frequency from start, in
// arrears after its rent and in advance before it, and in an extension the same from `end`. The day
// of the start itself counts where it is today: later the lease has not begun, before it is past.
template <class Visit>
void each_decision(const Lease& lease, const TimeGrid& grid, const Visit& visit) {
  const Date today = grid.date(0);
  const auto over = [&](const Lease& part, bool begins) {
    const std::vector<Date> dates =
        agreement_dates(part.start, part.end, static_cast<int>(part.frequency));
    const int last = grid.month_of(part.end);
    for (std::size_t i = 0; i + 1 < dates.size(); ++i) {
      const bool first = i == 0 && !(begins && dates[i] == today);
      const int k = grid.month_of(dates[i]);
      if (!first && dates[i] >= today && k < last) visit(dates[i], k);
    }
  };
  over(lease, true);
  if (lease.extension_months > 0) over(extension_of(lease), false);
}

void set_options(const Lease& lease, const TimeGrid& grid, LeaseEndPlan& end) {
  each_decision(lease, grid, [&](Date date, int k) {
    const auto at = static_cast<std::size_t>(k);
    if (lease.buyout_start && date >= *lease.buyout_start) {
      end.buys[at] = 1;
      end.buyout_price[at] = interpolate(lease.buyout_price, k / 12.0 - grid.time_of(lease.start));
    }
    if (lease.termination_start && date >= *lease.termination_start) end.terminates[at] = 1;
  });
  for (std::size_t k = 0; k < end.open.size(); ++k)
    end.open[k] = end.buys[k] != 0 || end.terminates[k] != 0 ? 1 : 0;
  if (end.extends) end.open[static_cast<std::size_t>(end.end)] = 1;
}

// Rents in advance that an ending in their month saves. What is due today is paid.
void set_saved(const Lease& lease, const LeaseTerm& term, const LeaseEndOf& of, LeaseEndPlan& end) {
  if (lease.timing != RentTiming::advance) return;
  const auto agreed = static_cast<std::size_t>(term.agreed);
  for (std::size_t k = 1; k < term.rent.size(); ++k) {
    if (k == agreed && end.extends && of.rent[k] != 0)
      throw std::domain_error(
          "its last rent in advance falls into the month of its end, as the first of the extension "
          "would; end it a month later or earlier, or remove extension_months");
    end.saved[k] = term.rent[k];
    end.saved_due[k] = term.rent_timed[k];
    end.saved_value[k] = term.rent_value[k] * of.present_factor[k];
  }
  // At an end that cannot be put off nothing is left to save.
  const std::size_t last = static_cast<std::size_t>(term.months);
  end.saved[last] = end.saved_due[last] = end.saved_value[last] = 0;
}

void set_deposit(const Lease& lease, const Rates& rates, const TimeGrid& grid, LeaseEndPlan& end,
                 ContractPlan& contract, ContractColumns& columns) {
  if (!(lease.deposit > 0)) return;
  const int start = grid.month_of(lease.start);
  if (lease.start == grid.date(0)) contract.day_zero += lease.deposit;
  if (start > 0 && start <= contract.months) {
    const auto at = static_cast<std::size_t>(start);
    end.deposit_month = start;
    columns.flow[at] += lease.deposit *
                        value_timing_in_month(rates, grid.time_of(lease.start), start) *
                        columns.present_factor[at];
    columns.principal[at] += lease.deposit;
  }
  for (int k = start + 1; k <= contract.months; ++k) {
    if (k < 1) continue;
    const auto at = static_cast<std::size_t>(k);
    end.returned[at] = std::max(0.0, lease.deposit - columns.opening[at]);
    end.returned_value[at] = end.returned[at] * columns.present_factor[at];
    columns.opening[at] = std::max(0.0, columns.opening[at] - lease.deposit);
  }
  if (contract.outlives_horizon) return;
  columns.principal[static_cast<std::size_t>(end.end)] -= lease.deposit;
  if (lease.start >= grid.date(0)) {
    contract.schedule_times.insert(contract.schedule_times.begin(), grid.time_of(lease.start));
    contract.schedule_flows.insert(contract.schedule_flows.begin(), lease.deposit);
  }
  // Before the residual, which stays the last.
  contract.schedule_times.insert(contract.schedule_times.end() - 1, grid.time_of(lease.end));
  contract.schedule_flows.insert(contract.schedule_flows.end() - 1, -lease.deposit);
}

void set_states(const Lease& lease, const Plan& plan, const HardwarePlan& hardware,
                LeaseEndPlan& end) {
  end.states = exercise_states(plan, hardware, end.segment);
  const auto add = [&end](std::size_t series) {
    if (std::find(end.states.begin(), end.states.end(), series) == end.states.end())
      end.states.push_back(series);
  };
  if (hardware.utilization_noise != kNone)
    add(engine::noise_series(plan.factors, hardware.utilization_noise));
  if (lease.net && hardware.cost_row != kNone && plan.power.noise != kNone)
    add(engine::noise_series(plan.factors, plan.power.noise));
}

// What the lessee sees of its own: use, rents, the cost where it is its own to pay.
void set_lessee(const CompileInput& input, const Lease& lease, const LeaseTerm& term,
                const TimeGrid& grid, Plan& plan, const LeaseEndOf& of, LeaseEndPlan& end) {
  const std::uint32_t index = plan.lots[of.lot].hardware;
  const Hardware& hardware = input.market->hardware[index];
  end.decides = true;
  end.segment = segment_row(input, index, lease.segment, plan);
  set_states(lease, plan, plan.hardware[index], end);
  end.due = term.rent_timed;
  end.due[0] = 0;
  end.hours.assign(term.rent.size(), 0.0);
  end.cost = end.hours;
  for (int k = 1; k <= term.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    end.hours[at] = lease.units * kHoursPerMonth * grid.share_of_month(k, lease.start, term.end) *
                    remaining_units(hardware, k / 12.0);
    // A path of a scenario is of the hardware's cost, not of one that is stated.
    if (lease.net)
      end.cost[at] = end.hours[at] *
                     of.operating_cost.value_or(hardware.operating_cost.value_or(0.0)) *
                     engine::exp(hardware.operating_cost_growth * k / 12.0) *
                     (of.operating_cost ? 1.0 : cost_path_factor(hardware, k));
  }
  end.rule = {1.0, kNoBound, std::vector<engine::StoppingDate>(term.rent.size())};
  if (pilot_paths(term.rent.size(), kOwnVariables + end.states.size()) == 0)
    throw std::domain_error("its lessee may decide in " + std::to_string(term.months) +
                            " months and looks at more numbers than a pilot has room for");
}

}  // namespace

LeaseTerm term_of(const Lease& lease, const LeaseSchedule& schedule, const Rates& rates,
                  const TimeGrid& grid) {
  LeaseTerm term{schedule.months,     schedule.months,     lease.end,       schedule.rent,
                 schedule.rent_timed, schedule.rent_value, schedule.opening};
  if (!lease.has_options()) return term;
  const Lease longer = lease.extension_months > 0 ? extension_of(lease) : lease;
  if (grid.month_of(longer.end) > grid.months())
    throw std::domain_error(
        "its lessee has options, and it may last beyond [simulation] horizon_months: what it would "
        "do depends on all of it");
  if (lease.extension_months == 0) return term;
  const LeaseSchedule extension = schedule_extension(lease, rates, grid);
  term.months = extension.months;
  term.end = longer.end;
  const auto size = static_cast<std::size_t>(term.months) + 1;
  for (std::vector<double>* column :
       {&term.rent, &term.rent_timed, &term.rent_value, &term.opening})
    column->resize(size);
  for (std::size_t k = 0; k < size; ++k) {
    term.rent[k] += extension.rent[k];
    term.rent_timed[k] += extension.rent_timed[k];
    term.rent_value[k] += extension.rent_value[k];
    term.opening[k] += extension.opening[k];
  }
  return term;
}

LeaseEndPlan lease_end_of(const CompileInput& input, const Lease& lease, const LeaseTerm& term,
                          const TimeGrid& grid, Plan& plan, const LeaseEndOf& of) {
  const Market& market = *input.market;
  const Hardware& hardware = market.hardware[plan.lots[of.lot].hardware];
  LeaseEndPlan end;
  end.lot = of.lot;
  end.units = lease.units;
  end.last = term.months;
  end.end = term.agreed;
  end.extends = term.months > term.agreed;
  end.residual = of.residual;
  end.option_price = of.residual == ResidualRule::one_dollar ? 1.0 : lease.option_price;
  end.guaranteed_residual = lease.guarantee_withdrawn ? 0.0 : lease.guaranteed_residual;
  end.deposit = lease.deposit;
  end.lessee_guarantees = lease.residual_guarantor.empty();
  end.rent = term.rent;
  end.termination_fee = lease.termination_fee;
  const std::size_t size = term.rent.size();
  for (std::vector<char>* column : {&end.buys, &end.terminates, &end.open}) column->assign(size, 0);
  for (std::vector<double>* column :
       {&end.buyout_price, &end.return_cost, &end.saved, &end.saved_value, &end.saved_due,
        &end.timing, &end.valued, &end.returned, &end.returned_value})
    column->assign(size, 0.0);
  for (std::size_t k = 0; k < size; ++k) {
    end.return_cost[k] =
        lease.return_cost * lease.units * remaining_units(hardware, static_cast<double>(k) / 12.0);
    end.timing[k] = 1;
    end.valued[k] = of.present_factor[k];
  }
  const auto set_end = [&](int month, Date date) {
    const auto at = static_cast<std::size_t>(month);
    const double t = grid.time_of(date);
    const Curve& curve = market.rates.zero_curve;
    end.timing[at] = discount_factor(curve, t) / discount_factor(curve, month / 12.0);
    end.valued[at] = end.timing[at] * engine::exp(-market.rates.liquidity_spread * t);
  };
  if (!of.outlives_horizon) set_end(term.agreed, lease.end);
  if (end.extends) set_end(term.months, term.end);
  set_options(lease, grid, end);
  set_saved(lease, term, of, end);
  if (lease.has_options()) set_lessee(input, lease, term, grid, plan, of, end);
  return end;
}

void add_lease_end(const CompileInput& input, const Lease& lease, const LeaseTerm& term,
                   const TimeGrid& grid, Plan& plan, ContractPlan& contract,
                   ContractColumns& columns) {
  LeaseEndPlan end = lease_end_of(input, lease, term, grid, plan,
                                  {contract.lot,
                                   contract.residual,
                                   contract.outlives_horizon,
                                   {},
                                   columns.rent,
                                   columns.present_factor});
  contract.residual = ResidualRule::none;  // settled path by path, with the rest of the end
  set_deposit(lease, input.market->rates, grid, end, contract, columns);
  contract.lease_end = static_cast<std::uint32_t>(plan.lease_ends.size());
  plan.lease_ends.push_back(std::move(end));
}

}  // namespace lien::pricing
