#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <tuple>

#include "engine/elementary/elementary.hpp"
#include "pricing/plan/compile.hpp"
#include "pricing/plan/compile_vehicles.hpp"
#include "pricing/plan/contract_columns.hpp"
#include "pricing/plan/discount_curve.hpp"
#include "pricing/plan/expected_rent.hpp"
#include "pricing/plan/step_in.hpp"
#include "pricing/plan/strip.hpp"

namespace lien::pricing {
namespace {

// What the lots of one hardware with law income have in common.
struct IncomeLaw {
  StripLaw law;
  StripWeights weights;
  StripState today;  // for the longest life; a shorter one reads its beginning
};

// Launches as strips see them today are the same for hardware with equal lines, drifts and life.
class StatesToday {
 public:
  const StripState& of(const CompileInput& input, const Hardware& hardware, MeasureBasis drifts,
                       int life) {
    auto key = std::make_tuple(line_loadings(*input.market, hardware), drifts, life);
    auto found = known_.find(key);
    if (found == known_.end())
      found = known_
                  .emplace(std::move(key), strip_state_today(*input.market, hardware, drifts,
                                                             input.settings->valuation_date, life))
                  .first;
    return found->second;
  }

 private:
  using Key = std::tuple<std::vector<std::pair<std::size_t, double>>, MeasureBasis, int>;
  std::map<Key, StripState> known_;
};

IncomeLaw income_law(const CompileInput& input, const std::vector<StripNodes>& nodes,
                     const Plan& plan, std::uint32_t hardware_index, StatesToday& states) {
  const Hardware& hardware = input.market->hardware[hardware_index];
  const HardwarePlan& compiled = plan.hardware[hardware_index];
  const MeasureBasis drifts =
      hardware.resale->risk_neutral_drifts ? MeasureBasis::risk_neutral : MeasureBasis::real_world;
  const StripLaw law{drifts, input.market, &hardware, input.settings->valuation_date};
  const int life = life_months(hardware);
  IncomeLaw income{law, StripWeights(law, nodes, life, plan.steps_per_year),
                   states.of(input, hardware, drifts, life)};
  income.today.log_moneyness =
      engine::log(compiled.mean_utilization(0) * rent_today(hardware) / compiled.operating_cost[0]);
  // A forward curve moves every month's rent, as launches do.
  if (!compiled.forward_shift.empty())
    for (std::size_t h = 0; h < income.today.launch_mean.size(); ++h)
      income.today.launch_mean[h] += compiled.forward_shift[h + 1];
  return income;
}

// W_j of a lot at step k. Between month ends the life left is no whole number of months: weights,
// and with them the value, run linearly from one to the next.
void add_weights(const Plan& plan, const Hardware& hardware, const IncomeLaw& income, int age,
                 int k, LotPlan& lot) {
  const int month = month_of_step(k, plan.steps_per_year);
  const auto weights = income.weights.at(k, life_left(hardware, age, month));
  lot.weights.insert(lot.weights.end(), weights.begin(), weights.end());
  const int past = month * plan.steps_per_year - k * 12;  // 1 / steps_per_year of a month to go
  if (past == 0) return;
  const double share = past / static_cast<double>(plan.steps_per_year);
  const auto before = income.weights.at(k, life_left(hardware, age, month - 1));
  double* const out = lot.weights.data() + lot.weights.size() - before.size();
  for (std::size_t j = 0; j < before.size(); ++j) out[j] += share * (before[j] - out[j]);
}

LotPlan make_lot(const CompileInput& input, const Plan& plan, std::uint32_t hardware_index, int age,
                 const IncomeLaw* income) {
  const Hardware& hardware = input.market->hardware[hardware_index];
  const HardwarePlan& compiled = plan.hardware[hardware_index];
  LotPlan lot;
  lot.hardware = hardware_index;
  lot.age_months = age;
  lot.scheduled_units.assign(static_cast<std::size_t>(plan.steps) + 1, 0.0);
  if (hardware.attrition > 0)
    for (int k = 0; k <= plan.steps; ++k)
      lot.remaining.push_back(remaining_units(hardware, plan.years(k)));
  switch (compiled.law) {
    case ValueLaw::rental_multiple:
      lot.value_today = compiled.multiple * rent_today(hardware);
      break;
    case ValueLaw::curve:
      lot.value_today =
          compiled.curve_scale.empty() ? 0 : compiled.curve_scale[0] * rent_today(hardware);
      break;
    case ValueLaw::income:
      for (int k = 0; k <= plan.steps; ++k) add_weights(plan, hardware, *income, age, k, lot);
      lot.value_today = exact_strip(income->law, income->today, compiled.operating_cost[0],
                                    compiled.scrap, 0, life_left(hardware, age, 0));
      break;
  }
  return lot;
}

// Lots by (hardware, age), in that order: the order in which the path loop runs.
class Lots {
 public:
  void want(std::uint32_t hardware, int age) { wanted_[{hardware, age}] = 0; }
  void build(const CompileInput& input, const std::vector<StripNodes>& nodes, Plan& plan) {
    StatesToday states;
    std::optional<IncomeLaw> income;
    std::uint32_t of = kNone;
    for (auto& [key, row] : wanted_) {
      const auto [hardware, age] = key;
      if (hardware != of && plan.hardware[hardware].law == ValueLaw::income)
        income.emplace(income_law(input, nodes, plan, hardware, states));
      of = hardware;
      row = static_cast<std::uint32_t>(plan.lots.size());
      plan.lots.push_back(make_lot(input, plan, hardware, age, income ? &*income : nullptr));
    }
  }
  [[nodiscard]] std::uint32_t at(std::uint32_t hardware, int age) const {
    return wanted_.at({hardware, age});
  }

 private:
  std::map<std::pair<std::uint32_t, int>, std::uint32_t> wanted_;
};

Date in_service(const Loan& loan) { return loan.in_service.value_or(loan.closing); }

// A contract before it is sorted into the plan; its months stand there already.
struct Draft {
  ContractPlan contract;
  std::string_view id;                   // of the book
  std::unique_ptr<TranchePlan> tranche;  // of a vehicle
};

// Months of all contracts, about: their columns should not have to grow.
std::size_t months_of_book(const Book& book, const TimeGrid& grid) {
  const auto up_to = [&grid](Date date) {
    return static_cast<std::size_t>(std::min(grid.month_of(date), grid.months())) + 1;
  };
  const Date end = grid.date(grid.months());
  std::size_t months = 0;
  for (const Loan& loan : book.loans) months += up_to(loan.vehicle ? end : loan.maturity);
  for (const Lease& lease : book.leases)
    months += up_to(lease.extension_months > 0 ? end : lease.end);
  return months;
}

// The tranche that a loan of the book is.
const Tranche& tranche_terms(const Book& book, std::size_t loan) {
  const std::vector<Tranche>& all = book.vehicles[*book.loans[loan].vehicle].tranches;
  return *std::find_if(all.begin(), all.end(), [&](const Tranche& t) { return t.loan == loan; });
}

void report(std::vector<Diagnostic>& faults, const RowSource& source, const std::string& what,
            const char* problem) {
  faults.push_back({{source.file, source.line, 0},
                    what,
                    "",
                    problem,
                    "check the contract's dates, rates and amounts"});
}

void add_to_book_totals(const ContractPlan& contract, Plan& plan) {
  if (contract.kind != ContractKind::loan || !contract.value_observed) return;
  for (int k = 0; k <= contract.months; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const double closing = plan.columns.closing[contract.first_month + at];
    if (!(closing > 0)) continue;
    plan.book_balance[at] += contract.held * closing;
    auto& units = contract.mark == kNone ? plan.lots[contract.lot].scheduled_units
                                         : plan.marks[contract.mark].scheduled_units;
    // A mark's row is of what is left of a unit, the resale value's of a whole one.
    const auto& left = plan.lots[contract.lot].remaining;
    const bool whole = contract.mark == kNone && !left.empty();
    units[at] += contract.held * contract.mark_units * (whole ? left[at] : 1.0);
  }
}

}  // namespace

void compile_contracts(const CompileInput& input, const TimeGrid& grid, Plan& plan,
                       std::vector<Diagnostic>& faults) {
  const Market& market = *input.market;
  const Book& book = *input.book;
  Lots lots;
  for (const auto& loan : book.loans)
    if (!loan.hardware.empty())
      lots.want(hardware_index(market, loan.hardware), age_months(grid, in_service(loan)));
  for (const auto& lease : book.leases)
    lots.want(hardware_index(market, lease.hardware), age_months(grid, lease.start));
  for (const auto& vehicle : book.vehicles)
    for (const auto& lot : vehicle.lots)
      lots.want(hardware_index(market, lot.hardware),
                age_months(grid, expected_service(vehicle, lot, book)));
  // A unit that enters service today is what the fans and the instruments show.
  for (std::uint32_t g = 0; g < plan.hardware.size(); ++g)
    if (plan.hardware[g].valued) lots.want(g, 0);
  const auto start = std::chrono::steady_clock::now();
  const auto nodes =
      plan.strips.empty() ? std::vector<StripNodes>() : strip_nodes_by_step(input, grid, plan);
  lots.build(input, nodes, plan);
  plan.collateral_seconds +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  static_cast<void>(lag_row(plan.rates, 0));  // contracts without collateral

  StepIns step_ins(input, nodes, plan);
  std::vector<Draft> drafts;
  drafts.reserve(book.loans.size() + book.leases.size());
  reserve_months(months_of_book(book, grid), plan);
  ContractColumns columns;  // of one contract after the other
  const auto compile_one = [&](const auto& terms, std::size_t source, auto&& make,
                               const char* kind) {
    Draft draft;
    draft.id = terms.id;
    draft.contract.source = static_cast<std::uint32_t>(source);
    try {
      make(draft);
    } catch (const std::domain_error& error) {
      return report(faults, terms.source, std::string(kind) + " " + terms.id, error.what());
    }
    append(columns, plan, draft.contract);
    drafts.push_back(std::move(draft));
  };
  for (std::size_t i = 0; i < book.loans.size(); ++i) {
    const Loan& loan = book.loans[i];
    const auto make = [&](Draft& draft) {
      if (loan.vehicle) {
        draft.tranche = std::make_unique<TranchePlan>(compile_tranche(
            input, loan, tranche_terms(book, i), grid, plan, draft.contract, columns));
        return;
      }
      if (!loan.hardware.empty())
        draft.contract.lot =
            lots.at(hardware_index(market, loan.hardware), age_months(grid, in_service(loan)));
      compile_loan(input, loan, grid, plan, draft.contract, columns);
      step_ins.add(loan, StepIns::Seller::contract, draft.contract);
    };
    compile_one(loan, i, make, "loan");
  }
  for (std::size_t i = 0; i < book.leases.size(); ++i) {
    const Lease& lease = book.leases[i];
    const auto make = [&](Draft& draft) {
      draft.contract.lot =
          lots.at(hardware_index(market, lease.hardware), age_months(grid, lease.start));
      compile_lease(input, lease, grid, plan, draft.contract, columns);
    };
    compile_one(lease, i, make, "lease");
  }

  // The canonical order: results of a permuted book are permuted results, and a lot's row is filled
  // once.
  const auto order = [&plan](const ContractPlan& c) {
    const Mark mark = c.mark == kNone ? Mark::by_law : plan.marks[c.mark].of;
    return std::make_tuple(c.lot, mark, c.party, c.variant.code());
  };
  std::vector<std::uint32_t> sorted(drafts.size());
  std::iota(sorted.begin(), sorted.end(), 0U);
  std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto x = order(drafts[a].contract), y = order(drafts[b].contract);
    return x != y ? x < y : drafts[a].id < drafts[b].id;
  });
  // A unit that entered service today is seen by fans and instruments to the end.
  for (auto& lot : plan.lots)
    if (lot.age_months == 0) lot.last_month = plan.steps;
  plan.book_balance.assign(static_cast<std::size_t>(plan.steps) + 1, 0.0);
  plan.contracts.reserve(drafts.size());
  for (const std::uint32_t place : sorted) {
    ContractPlan& contract = drafts[place].contract;
    if (contract.min_coverage > 0)
      contract.coverage_test = static_cast<std::uint32_t>(plan.tests++);
    if (contract.max_loan_to_value > 0)
      contract.value_test_slot = static_cast<std::uint32_t>(plan.tests++);
    if (contract.lot != kNone) {
      LotPlan& lot = plan.lots[contract.lot];
      lot.last_month = std::max(lot.last_month, contract.months + contract.lag);
    }
    // How much is sold depends on who defaulted: weights would put the mean into an exponent.
    if (contract.depth != kNone && contract.party != kNone)
      plan.parties[contract.party].sampled_value = true;
    if (contract.mark != kNone) {
      int& last = plan.marks[contract.mark].last_month;
      last = std::max(last, contract.months);
    }
    if (input.settings->provisions)
      contract.loss_floor = input.settings->provisions->loss_given_default_floor;
    add_to_book_totals(contract, plan);
    plan.contracts.push_back(std::move(contract));
  }
  sort_months(plan);
  if (!faults.empty()) return;  // a vehicle may lack a tranche
  compile_vehicles(
      input, grid,
      [&](std::uint32_t hardware, Date service) {
        return lots.at(hardware, age_months(grid, service));
      },
      [&](std::size_t loan) {
        std::uint32_t contract = 0;
        while (plan.contracts[contract].kind != ContractKind::loan ||
               plan.contracts[contract].source != loan)
          ++contract;
        TranchePlan tranche = std::move(*drafts[sorted[contract]].tranche);
        tranche.contract = contract;
        return tranche;
      },
      step_ins, plan, faults);
}

}  // namespace lien::pricing
