#include "pricing/market/scenario.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pricing/book/vehicle_checks.hpp"
#include "pricing/market/contract_inputs.hpp"
#include "pricing/market/correlation.hpp"
#include "pricing/market/forward_path.hpp"
#include "pricing/market/market_inputs.hpp"

namespace lien::pricing {
namespace {

// A row on its way into the market, with its own wording of faults.
struct RowChange {
  const ScenarioRow& row;
  std::vector<Diagnostic>& faults;

  void fault(const std::string& field, std::string value, std::string problem,
             std::string remedy = {}) const {
    faults.push_back({row.where.at(field), "scenario " + row.scenario + " / " + field,
                      std::move(value), std::move(problem), std::move(remedy), false});
  }
  void unknown_input(const Market& market, const std::vector<std::string>& known) const;
};

bool names_block(const std::string& input, const std::string& block) {
  return input == block || input.starts_with(block + '.');
}

void RowChange::unknown_input(const Market& market, const std::vector<std::string>& known) const {
  const std::pair<const char*, bool> blocks[] = {
      {"scarcity", market.scarcity.has_value()}, {"frontier", market.frontier.has_value()},
      {"power", market.power.has_value()},       {"liquidation", market.liquidation.has_value()},
      {"clearing", market.clearing.has_value()}, {"refinancing", market.refinancing.has_value()},
      {"credit", market.credit.has_value()}};
  for (const auto& [block, present] : blocks)
    if (!present && names_block(row.input, block))
      return fault("input", row.input, "is of a block that " + market.file + " does not have",
                   std::string("add [") + block + "] there");
  fault("input", row.input, "is no input of " + market.file,
        did_you_mean(row.input, known, "write block.field or block.id.field, * for every id"));
}

double shocked(double x, Shock shock, double value) {
  if (shock == Shock::relative) return x * (1 + value);
  return shock == Shock::absolute ? x + value : value;
}

void shift_date(const std::string& path, Date& date, Date valuation_date, const RowChange& change) {
  const double months = *change.row.value;
  if (change.row.shock != Shock::absolute)
    return change.fault("shock", "", "must be absolute: a date moves by whole months");
  if (months != std::floor(months) || std::abs(months) > 1200)
    return change.fault("value", "", "must be a whole number of months");
  using namespace std::chrono;
  year_month_day moved = year_month_day(date) + std::chrono::months(static_cast<int>(months));
  if (!moved.ok()) moved = moved.year() / moved.month() / last;
  if (sys_days(moved) <= valuation_date)
    return change.fault("value", "", "moves " + path + " to or before the valuation date");
  date = moved;
}

void change_number(const std::string& path, Range range, double& x, const RowChange& change) {
  const double y = shocked(x, change.row.shock, *change.row.value);
  if (!range.holds(y) || !std::isfinite(y))
    return change.fault("value", "", "moves " + path + " out of its range",
                        "it " + must_lie_in(range));
  x = y;
}

void change_choice(const std::string& path, Range range, int& choice, const RowChange& change) {
  double x = choice;
  change_number(path, range, x, change);
  if (x != std::floor(x))
    return change.fault("value", "", "must leave " + path + " a whole number");
  choice = static_cast<int>(x);
}

template <class Target>
void change_target(const std::string& path, Range range, const Target& target, Date valuation_date,
                   const RowChange& change) {
  if (Date* const* date = std::get_if<Date*>(&target))
    return shift_date(path, **date, valuation_date, change);
  if (double* const* number = std::get_if<double*>(&target))
    return change_number(path, range, **number, change);
  if (int* const* choice = std::get_if<int*>(&target))
    return change_choice(path, range, **choice, change);
  for (double& value : std::get<Curve*>(target)->values) change_number(path, range, value, change);
}

void change_input(const MarketInput& input, Date valuation_date, const RowChange& change) {
  if (change.row.month) {
    const bool level = change.row.shock == Shock::level && input.levels != nullptr;
    MonthPath& path = level ? *input.levels : *input.months;
    if (MonthPath* const other = level ? input.months : input.levels; other && !other->empty())
      return change.fault("shock", "",
                          "is of another kind than the months before of " + input.path(),
                          "write all rows of a path as level, or none");
    const auto same = [&](const auto& point) { return point.first == *change.row.month; };
    if (std::any_of(path.begin(), path.end(), same))
      return change.fault("month", "", "stands twice in the path of " + input.path());
    path.emplace_back(*change.row.month, *change.row.value);
    std::sort(path.begin(), path.end());
    return;
  }
  change_target(input.path(), input.range, input.target, valuation_date, change);
}

const char* name_of(Shock shock) {
  return shock == Shock::relative ? "relative" : shock == Shock::absolute ? "absolute" : "level";
}

// True if the row may have a month as it stands.
bool month_is_possible(const std::vector<const MarketInput*>& inputs, const RowChange& change) {
  if (!change.row.month) return true;
  for (const MarketInput* input : inputs) {
    const bool level = change.row.shock == Shock::level && input->levels != nullptr;
    if (level && *change.row.month < 1) {
      change.fault("month", "", "must be at least 1 for a level of " + input->path(),
                   "today's is the input itself: a row without a month sets it");
      return false;
    }
    if (!level && (input->months == nullptr || change.row.shock != input->months_shock)) {
      change.fault("month", "",
                   input->months == nullptr
                       ? "does not go with " + input->path() + ", which is no series by month"
                       : "goes with " + std::string(name_of(input->months_shock)) +
                             (input->levels != nullptr ? " and level" : "") + " shocks of " +
                             input->path() + " only" +
                             (change.row.shock == Shock::level ? ": it has no level today" : ""),
                   change.row.shock == Shock::level
                       ? "write the ids that have one in the place of *, or a relative shock"
                       : "leave it blank: the shock then holds from the valuation date on");
      return false;
    }
    const Range range = level ? input->levels_range : input->months_range;
    if (!range.holds(*change.row.value)) {
      change.fault("value", "", "is no point of a path of " + input->path(),
                   "it " + must_lie_in(range));
      return false;
    }
  }
  return true;
}

void apply_to_contracts(Book& book, Date valuation_date, const RowChange& change) {
  const ContractMatch match = contract_inputs(book, change.row.input, valuation_date);
  if (match.inputs.empty())
    return change.fault("input", change.row.input, "is no input of the book's contracts",
                        did_you_mean(change.row.input, match.known,
                                     "write loan.ID.field, lease.ID.field, vehicle.ID.field or "
                                     "vehicle.ID.KIND.PART.field, * for every id"));
  if (change.row.month)
    return change.fault("month", "", "does not go with a term of a contract",
                        "leave it blank: the shock then holds from the valuation date on");
  for (const ContractInput& input : match.inputs)
    change_target(input.path, input.range, input.target, valuation_date, change);
}

void apply_change(Stressed& stressed, Date valuation_date, const RowChange& change) {
  if (names_contract(change.row.input))
    return apply_to_contracts(stressed.book, valuation_date, change);
  std::vector<MarketInput> all = market_inputs(stressed.market);
  std::vector<const MarketInput*> matching;
  for (const MarketInput& input : all)
    if (input.matches(change.row.input)) matching.push_back(&input);
  if (matching.empty()) {
    std::vector<std::string> known;
    for (const MarketInput& input : all) known.push_back(input.path());
    return change.unknown_input(stressed.market, known);
  }
  if (!month_is_possible(matching, change)) return;
  for (const MarketInput* input : matching) {
    change_input(*input, valuation_date, change);
    if (!input->credit_curve_of) continue;
    auto& changed = stressed.changed_credit_curves;
    const std::string& id = input->credit_curve_of->id;
    if (std::find(changed.begin(), changed.end(), id) == changed.end()) changed.push_back(id);
  }
}

// A default of a party or a launch of a line on every path.
void apply_event(Market& market, const RowChange& change) {
  const ScenarioRow& row = change.row;
  const bool launch = row.shock == Shock::launch;
  const std::string block = launch ? "launches." : "party.";
  std::vector<std::string> known;
  bool found = false;
  if (*row.month < 1)
    return change.fault("month", "", "must be at least 1: an event comes after the valuation date");
  const auto named = [&](const std::string& id) {
    known.push_back(block + id);
    const bool match = row.input == block + id || row.input == block + '*';
    found = found || match;
    return match;
  };
  if (launch) {
    for (LaunchLine& line : market.launches)
      if (named(line.line)) line.forced.push_back({*row.month, *row.value});
  } else {
    for (Party& party : market.parties)
      if (named(party.id))
        party.forced_default_month =
            std::min(party.forced_default_month.value_or(*row.month), *row.month);
  }
  if (!found)
    change.fault("input", row.input,
                 launch ? "is no line of launches" : "is no party that could default",
                 did_you_mean(row.input, known, "write " + block + "ID"));
}

// The end of month k of the run, as on its grid: the last of its month where the valuation date is.
Date grid_date(Date valuation_date, int k) {
  using namespace std::chrono;
  const year_month_day today(valuation_date);
  const year_month_day moved = today + months(k);
  const bool ends = today == year_month_day(today.year() / today.month() / last);
  return ends || !moved.ok() ? sys_days(moved.year() / moved.month() / last) : sys_days(moved);
}

// A guarantee, a hedge, a customer or a commitment that falls away after the row's month, or at
// once.
void apply_withdrawal(Book& book, Date valuation_date, const RowChange& change) {
  const ScenarioRow& row = change.row;
  std::optional<Date> last;
  if (row.month) {
    if (*row.month < 1)
      return change.fault("month", "",
                          "must be at least 1, or blank: it then falls away on the valuation date");
    last = grid_date(valuation_date, *row.month - 1);
  }
  std::vector<std::string> known;
  const Cancelled done = cancel_promises(book, row.input, last, valuation_date, known);
  if (done.changed > 0) return;
  if (done.named > 0)
    return change.fault("input", row.input, "has nothing to lose from that month on",
                        "write an earlier month, or remove the row");
  change.fault("input", row.input, "is no guarantee, hedge, offtake or commitment of the book",
               did_you_mean(row.input, known,
                            "write vehicle.ID.guarantee.PART, vehicle.ID.hedge.PART, "
                            "vehicle.ID.offtake.PART, vehicle.ID.tranche.PART or "
                            "lease.ID.residual_guarantor"));
}

// Everyone draws: what is undrawn of a commitment is drawn at the end of a month.
void apply_draw(Book& book, Date valuation_date, const RowChange& change) {
  const ScenarioRow& row = change.row;
  if (*row.month < 1)
    return change.fault("month", "", "must be at least 1: an event comes after the valuation date");
  std::vector<std::string> known;
  const Cancelled done = draw_commitments(book, row.input, grid_date(valuation_date, *row.month),
                                          valuation_date, known);
  if (done.changed > 0) return;
  if (done.named > 0)
    return change.fault("input", row.input, "has nothing to draw in that month",
                        "write an earlier month, or remove the row");
  change.fault("input", row.input, "is no tranche with a commitment",
               did_you_mean(row.input, known, "write vehicle.ID.tranche.PART"));
}

// A scheduled launch that will not come: known from the valuation date on.
void apply_cancel(Market& market, const RowChange& change) {
  const ScenarioRow& row = change.row;
  if (row.month)
    return change.fault("month", "", "does not go with the cancellation of a launch",
                        "leave it blank: every path knows from the valuation date on");
  std::vector<std::string> known;
  bool found = false;
  for (LaunchLine& line : market.launches) {
    const bool any = !line.scheduled.empty();
    std::erase_if(line.scheduled, [&](const ScheduledLaunch& launch) {
      known.push_back("launches." + line.line + '.' + launch.name);
      const bool match = row.input == known.back();
      found = found || match;
      return match;
    });
    const bool remembers = line.law == LaunchLaw::weibull || line.law == LaunchLaw::gamma;
    if (found && any && line.scheduled.empty() && remembers && !line.age_is_known)
      return change.fault("input", row.input,
                          "leaves nothing scheduled and the law of " + line.line +
                              " without the age of its last launch",
                          "add years_since_last to the line in " + market.file);
  }
  if (!found)
    change.fault("input", row.input, "is no scheduled launch",
                 did_you_mean(row.input, known, "write launches.LINE.NAME"));
}

// What one field cannot tell: values that exclude each other once all rows are applied.
void check_vehicles(const Book& book, Date valuation_date, const RowChange& last) {
  for (const Vehicle& vehicle : book.vehicles) {
    if (const auto fault = fault_of_shares(vehicle))
      last.fault(
          "value", "",
          "leaves vehicle " + vehicle.id + " with an " + fault->field + " that " + fault->problem,
          fault->remedy);
    for (const SlipFault& fault : faults_of_slips(vehicle, valuation_date))
      last.fault("value", "",
                 "leaves lot " + vehicle.lots[fault.lot].id + " of vehicle " + vehicle.id +
                     " with slip_months, and it " + fault.problem,
                 fault.remedy);
    Date maturity{};
    for (const Tranche& tranche : vehicle.tranches)
      if (tranche.loan) maturity = std::max(maturity, book.loans[*tranche.loan].maturity);
    for (const VehicleLot& lot : vehicle.lots)
      if (lot.in_service && maturity > Date{} && *lot.in_service >= maturity)
        last.fault("value", "",
                   "leaves lot " + lot.id + " of vehicle " + vehicle.id +
                       " in service after the last maturity of its debt",
                   "write fewer months");
  }
}

void check_together(const Market& market, const RowChange& last) {
  for (const Hardware& hardware : market.hardware) {
    if (!hardware.utilization) continue;
    const Utilization& u = *hardware.utilization;
    if (!u.moves && u.noise.volatility == 0) continue;
    if (!(u.min < u.mean && u.mean < u.max))
      last.fault("value", "", "leaves utilization of " + hardware.id + " without min < mean < max");
  }
  for (const Party& party : market.parties) {
    if (party.credit_loading != 0 && !market.credit)
      last.fault("value", "",
                 "loads party " + party.id + " on the credit factor, and " + market.file +
                     " has no [credit]");
    if (party.hazard_volatility > 0 && (party.hazard_mean_reversion == 0 || party.count > 1))
      last.fault(
          "value", "",
          "leaves party " + party.id +
              " with a hazard_volatility and a hazard_mean_reversion of 0 or a count above 1");
  }
  if (!consistent(market.correlation))
    last.fault("value", "", "leaves correlations that contradict each other");
}

}  // namespace

bool has_weights(std::span<const ScenarioRow> rows) {
  return std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.weight > 0; });
}

Stressed apply_scenario(const Market& market, const Book& book, std::span<const ScenarioRow> rows,
                        Date valuation_date) {
  Stressed stressed{market, book, {}};
  std::vector<Diagnostic> faults;
  for (const ScenarioRow& row : rows) {
    const RowChange change{row, faults};
    if (row.shock == Shock::default_event || row.shock == Shock::launch)
      apply_event(stressed.market, change);
    else if (row.shock == Shock::draw)
      apply_draw(stressed.book, valuation_date, change);
    else if (row.shock == Shock::cancel && names_contract(row.input))
      apply_withdrawal(stressed.book, valuation_date, change);
    else if (row.shock == Shock::cancel)
      apply_cancel(stressed.market, change);
    else
      apply_change(stressed, valuation_date, change);
  }
  if (faults.empty() && !rows.empty()) {
    check_together(stressed.market, {rows.back(), faults});
    check_vehicles(stressed.book, valuation_date, {rows.back(), faults});
  }
  if (!faults.empty()) throw InputError(std::move(faults));
  Rates& rates = stressed.market.rates;
  if (!rates.forward_path.empty())
    rates.zero_curve = with_forward_path(rates.zero_curve, rates.forward_path);
  date_draws(stressed.book);
  return stressed;
}

}  // namespace lien::pricing
