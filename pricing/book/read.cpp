#include "pricing/book/read.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "pricing/book/book_context.hpp"
#include "pricing/book/read_limits.hpp"
#include "pricing/book/read_market.hpp"
#include "pricing/book/read_run.hpp"
#include "pricing/book/read_scenarios.hpp"
#include "pricing/contract/tape_row.hpp"
#include "pricing/market/premia.hpp"
#include "pricing/market/scenario.hpp"

namespace lien::pricing {

Inputs::Inputs() = default;
Inputs::Inputs(const Inputs&) = default;
Inputs::Inputs(Inputs&&) noexcept = default;
Inputs& Inputs::operator=(const Inputs&) = default;
Inputs& Inputs::operator=(Inputs&&) noexcept = default;
Inputs::~Inputs() = default;
namespace {

// Scenario ids in the order of their first rows.
std::vector<std::string> ids_of(const std::vector<ScenarioRow>& rows) {
  std::vector<std::string> ids;
  for (const ScenarioRow& row : rows)
    if (std::find(ids.begin(), ids.end(), row.scenario) == ids.end()) ids.push_back(row.scenario);
  return ids;
}

// Keeps the scenarios that the command line names.
void select_scenarios(const std::vector<std::string>& wanted, std::vector<ScenarioRow>& rows,
                      std::vector<Diagnostic>& faults) {
  if (wanted.empty()) return;
  const std::vector<std::string> known = ids_of(rows);
  const Scope scope{faults, "--scenario", {}};
  std::string all = "write baseline";
  for (const std::string& id : known)
    if (&id - &known[0] < 10) all += (&id == &known.back() ? " or " : ", ") + id;
  if (known.size() > 10) all += " or another of the scenarios file";
  for (const std::string& id : wanted)
    if (id != "baseline" && std::find(known.begin(), known.end(), id) == known.end())
      scope.fault(0, 0, "", id, "is no scenario of this run", did_you_mean(id, known, all));
  const auto is_left_out = [&](const ScenarioRow& row) {
    return std::find(wanted.begin(), wanted.end(), row.scenario) == wanted.end();
  };
  // Without one of them the weights are not those of all that may happen: no sum of them is made.
  const bool weighed = std::any_of(rows.begin(), rows.end(), [&](const ScenarioRow& row) {
    return is_left_out(row) && row.weight > 0;
  });
  std::erase_if(rows, is_left_out);
  if (weighed)
    for (ScenarioRow& row : rows) row.weight = 0;
}

// What measures.csv will have rows of, by level. The portfolio's rows have ids of factors.
std::map<std::string, std::vector<std::string>> ids_by_level(const Market& market,
                                                             const Book& book) {
  std::map<std::string, std::vector<std::string>> ids;
  const auto add = [&ids](const char* level, const auto& things) {
    std::vector<std::string>& of = ids[level];
    for (const auto& thing : things) of.push_back(thing.id);
  };
  add("party", market.parties);
  add("hardware", market.hardware);
  add("vehicle", book.vehicles);
  add("contract", book.loans);
  add("contract", book.leases);
  add("contract", book.instruments);
  add("contract", book.vehicles);
  std::vector<std::string>& groups = ids["group"];
  for (const Party& party : market.parties)
    if (!party.group.empty()) groups.push_back(party.group);
  return ids;
}

// Each scenario is applied once here, so that its faults come with all the others.
void try_scenarios(const Inputs& inputs, const Market& market, const Book& book,
                   Date valuation_date, std::vector<Diagnostic>& faults) {
  for (const std::string& id : ids_of(inputs.scenarios)) {
    std::vector<ScenarioRow> rows;
    std::copy_if(inputs.scenarios.begin(), inputs.scenarios.end(), std::back_inserter(rows),
                 [&](const ScenarioRow& row) { return row.scenario == id; });
    try {
      (void)apply_scenario(market, book, rows, valuation_date);
    } catch (const InputError& error) {
      faults.insert(faults.end(), error.faults().begin(), error.faults().end());
    }
  }
}

// Runs of premium_interval stand beside the scenarios, and their markets must make sense.
void check_premium_interval(const RunFile& run, const Inputs& inputs, const Market& market,
                            std::vector<Diagnostic>& faults) {
  const Location& place = run.premium_interval_named;
  const Scope scope{faults, place.file, "results", true};
  const std::vector<std::string> ids = ids_of(inputs.scenarios);
  for (const double factor : premium_factors(inputs.settings)) {
    const std::string id = premium_scenario(factor);
    if (std::find(ids.begin(), ids.end(), id) != ids.end())
      scope.fault(place.line, place.column, "premium_interval", "",
                  "names its run " + id + ", as a scenario is named already",
                  "give the scenario another name");
    for (const std::string& field : premia_out_of_range(market, factor))
      scope.fault(place.line, place.column, "premium_interval", "",
                  "takes the hazard behind " + field + " to zero or below",
                  "write a smaller factor");
  }
}

// A book cannot hold more of a hardware than there is: its sales would press a market smaller than
// itself.
void check_installed_base(const Market& market, const Book& book, std::vector<Diagnostic>& faults) {
  if (!market.liquidation) return;
  for (const auto& base : market.liquidation->installed_base) {
    const std::string& id = base.first;
    const double installed = base.second;
    double units = 0;
    for (const Loan& loan : book.loans) units += loan.hardware == id ? loan.units : 0;
    for (const Lease& lease : book.leases) units += lease.hardware == id ? lease.units : 0;
    if (units <= installed) continue;
    const auto hardware = std::find_if(market.hardware.begin(), market.hardware.end(),
                                       [&id](const Hardware& h) { return h.id == id; });
    if (hardware == market.hardware.end()) continue;
    const auto whole = [](double x) { return std::to_string(static_cast<std::uint64_t>(x)); };
    faults.push_back({hardware->where, "liquidation / installed_base." + id, whole(installed),
                      "is less than the " + whole(units) + " units of the book",
                      "write the units in service everywhere, the book's included"});
  }
}

// A copula has one month of default: nothing can follow from a default inside it.
void check_copula(const RunSettings& settings, const Market& market, const Book& book,
                  std::vector<Diagnostic>& faults) {
  if (!settings.copula) return;
  const auto refuse = [&faults](const Location& where, const char* block) {
    faults.push_back({where, block, "", "does not go with default_method copula",
                      "remove it, or write default_method = \"sampled\""});
  };
  if (!market.contagion.empty()) refuse(market.contagion.front().where, "contagion");
  if (!market.claims.empty()) refuse(market.claims.front().where, "claim");
  for (const Vehicle& vehicle : book.vehicles)
    refuse({vehicle.source.file, vehicle.source.line, 0}, "vehicle");
}

// A vehicle that has defaulted has no waterfall any more, and its sale is under way.
void check_defaulted(const Market& market, const Book& book, std::vector<Diagnostic>& faults) {
  for (const Vehicle& vehicle : book.vehicles)
    for (const Party& party : market.parties) {
      if (party.id != vehicle.borrower || !party.default_date) continue;
      if (is_row(vehicle, book))
        faults.push_back(
            {vehicle.source.at("borrower"), "loan " + vehicle.id + " / borrower", vehicle.borrower,
             "has defaulted, and the row asks for what a vehicle's waterfall runs",
             "remove growth, net, realization, prepaid, renewals, notice, "
             "slip_months and prepayment: the claim and its collateral are what is left"});
      else
        faults.push_back({{vehicle.source.file, vehicle.source.line, 0},
                          "vehicle " + vehicle.id + " / borrower",
                          vehicle.borrower,
                          "has defaulted: a vehicle is valued while its waterfall runs",
                          "write what is left of its debt as loans of a tape"});
    }
}

// A share of nothing is no loss to look for.
void check_reverse_stress(const RunSettings& settings, const Location& named, const Book& book,
                          std::vector<Diagnostic>& faults) {
  if (!settings.reverse_stress || !settings.reverse_stress->loss_share) return;
  const bool owed =
      !book.leases.empty() || std::any_of(book.loans.begin(), book.loans.end(), [](const Loan& l) {
        return l.held > 0 && l.outstanding_principal.value_or(l.principal) > 0;
      });
  if (!owed)
    faults.push_back({named, "reverse_stress / loss_share", "",
                      "is a share of a balance of nothing: the book holds no loan or lease",
                      "write the loss in money: loss = 1e6", true});
}

[[noreturn]] void refuse(std::vector<Diagnostic> faults) {
  const auto order = [](const Diagnostic& fault) {
    return std::tie(fault.where, fault.field, fault.value, fault.problem, fault.remedy);
  };
  std::stable_sort(faults.begin(), faults.end(),
                   [&](const auto& a, const auto& b) { return order(a) < order(b); });
  faults.erase(std::unique(faults.begin(), faults.end(),
                           [&](const auto& a, const auto& b) { return order(a) == order(b); }),
               faults.end());
  throw InputError(std::move(faults));
}

}  // namespace

Inputs read_inputs(const std::string& run_file, const CommandLine& options) {
  std::vector<Diagnostic> faults;
  std::optional<RunFile> run = read_run(run_file, options, faults);
  if (!run) refuse(std::move(faults));
  Inputs inputs;
  inputs.settings = std::move(run->settings);
  const RunSettings& settings = inputs.settings;
  inputs.files.push_back(run_file);

  std::optional<Market> market;
  if (!settings.market.empty()) {
    market = read_market(settings.market, run->market_named, run->valuation_date, faults);
    inputs.files.push_back(settings.market);
  }
  BookContext context(market ? &*market : nullptr, run->valuation_date,
                      settings.skip_rejected_rows);
  for (std::size_t b = 0; b < settings.book.size(); ++b) {
    read_book_file(settings.book[b], run->book_named[b], context);
    inputs.files.push_back(settings.book[b]);
  }
  std::move(context.faults.begin(), context.faults.end(), std::back_inserter(faults));
  LimitNames known{{}, settings.confidence};
  // What could not be read is none that a limit could name.
  if (market && faults.empty() && context.rejected.empty())
    known.ids = ids_by_level(*market, context.book);
  const std::size_t before_scenarios = faults.size();
  if (!settings.scenarios.empty()) {
    inputs.scenarios = read_scenarios(settings.scenarios, run->scenarios_named, faults);
    inputs.files.push_back(settings.scenarios);
  }
  if (!settings.limits.empty()) {
    if (faults.size() == before_scenarios) {
      known.scenarios = ids_of(inputs.scenarios);
      known.scenarios.emplace_back("baseline");
      if (has_weights(inputs.scenarios)) known.scenarios.emplace_back(kWeightedScenario);
      for (const double factor : premium_factors(settings))
        known.scenarios.push_back(premium_scenario(factor));
    }
    inputs.limits = read_limits(settings.limits, run->limits_named, known, faults);
    inputs.files.push_back(settings.limits);
  }
  if (market) check_copula(settings, *market, context.book, faults);
  select_scenarios(options.scenarios, inputs.scenarios, faults);
  if (market) check_premium_interval(*run, inputs, *market, faults);
  // A contract that could not be read is none that a row could name: its faults come first.
  if (market && run->valuation_date)
    try_scenarios(inputs, *market, context.book, *run->valuation_date, faults);
  // A base that could not be read stands for any.
  if (market && faults.empty()) check_installed_base(*market, context.book, faults);
  if (market) check_defaulted(*market, context.book, faults);
  if (faults.empty()) check_reverse_stress(settings, run->loss_share_named, context.book, faults);
  inputs.book = std::move(context.book);
  if (settings.steps_per_year != 12 && !(inputs.book.loans.empty() && inputs.book.leases.empty()))
    faults.push_back({run->steps_named, "simulation / steps_per_year",
                      std::to_string(settings.steps_per_year),
                      "must be 12: loans and leases pay and are tested by month",
                      "remove it, or value the instruments in a run of their own", true});
  if (faults.empty() && inputs.book.loans.empty() && inputs.book.leases.empty() &&
      inputs.book.instruments.empty())
    faults = std::move(context.rejected);  // nothing is left: a run of nothing would look like one
  if (!faults.empty()) refuse(std::move(faults));
  inputs.market = std::move(*market);
  inputs.rejected = std::move(context.rejected);
  inputs.rows_read = context.rows_read;
  return inputs;
}

Market read_market_at(const Inputs& inputs, Date valuation_date) {
  std::vector<Diagnostic> faults;
  const std::string& file = inputs.settings.market;
  std::optional<Market> market = read_market(file, {file, 0, 0}, valuation_date, faults);
  if (!faults.empty()) refuse(std::move(faults));
  return std::move(*market);
}

Inputs with_market(const Inputs& inputs, Market market) {
  Inputs out = inputs;
  out.market = std::move(market);
  out.scenarios.clear();
  const RunSettings& settings = out.settings;
  BookContext context(&out.market, settings.valuation_date, settings.skip_rejected_rows);
  for (const std::string& file : settings.book) read_book_file(file, {file, 0, 0}, context);
  std::vector<Diagnostic> faults = std::move(context.faults);
  // A row that this market alone makes faulty would silently leave the book.
  if (context.rejected.size() != inputs.rejected.size())
    faults.insert(faults.end(), context.rejected.begin(), context.rejected.end());
  check_copula(settings, out.market, context.book, faults);
  if (faults.empty()) check_installed_base(out.market, context.book, faults);
  check_defaulted(out.market, context.book, faults);
  if (!faults.empty()) refuse(std::move(faults));
  out.book = std::move(context.book);
  return out;
}

}  // namespace lien::pricing
