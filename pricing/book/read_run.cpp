#include "pricing/book/read_run.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "pricing/book/fields.hpp"
#include "pricing/book/kept_inputs.hpp"
#include "pricing/book/market_blocks.hpp"
#include "pricing/book/read_reverse_stress.hpp"
#include "pricing/book/text_file.hpp"
#include "pricing/plan/sampling.hpp"

namespace lien::pricing {
namespace {

constexpr Range kPaths{1, 1e9};
// Replicates of Sobol points: fewer than two show no error.
constexpr Range kReplicates{2, 1024};

std::span<const Field<RunSettings>> run_fields() {
  using T = RunSettings;
  static constexpr std::array fields = {
      id("name", &T::name).required(),
      date("valuation_date", &T::valuation_date).required(),
      text("market", &T::market).required(),
      apart<T>("book").required(),
      text("scenarios", &T::scenarios),
      text("limits", &T::limits),
      choice<&T::skip_rejected_rows>("on_reject", "stop|skip"),
      apart<T>("simulation"),
      apart<T>("results"),
      apart<T>("provisions"),
      apart<T>("capital"),
      apart<T>("reverse_stress"),
  };
  return fields;
}

std::span<const Field<RunSettings>> simulation_fields() {
  using T = RunSettings;
  static constexpr std::array fields = {
      integer<T>(
          "paths", +[](T& s, std::int64_t n) { s.paths = static_cast<std::uint64_t>(n); }, kPaths),
      // Up to 2^63 - 1: the range is that of the type, less the sign.
      integer<T>(
          "seed", +[](T& s, std::int64_t n) { s.seed = static_cast<std::uint64_t>(n); },
          between(0, 9.3e18)),
      choice<T>(
          "sampling", +[](T& s, std::int64_t k) { s.sobol = k == 0; }, "sobol|philox"),
      integer<T>(
          "replicates", +[](T& s, std::int64_t n) { s.replicates = static_cast<std::uint64_t>(n); },
          kReplicates),
      apart<T>("measure_basis"),
      integer("horizon_months", &T::horizon_months, between(0, 600)),
      integer("steps_per_year", &T::steps_per_year, between(1, 366)),
      choice<T>(
          "default_method",
          +[](T& s, std::int64_t k) {
            s.sample_values = k == 1;
            s.copula = k == 2;
          },
          "survival_weighted|sampled|copula"),
      flag("importance_sampling", &T::importance_sampling),
      flag("control_variates", &T::control_variates),
      choice<T>(
          "precision", +[](T& s, std::int64_t k) { s.single_precision = k == 1; }, "double|single"),
      number("target_error", &T::target_error, above(0)),
      integer<T>(
          "threads", +[](T& s, std::int64_t n) { s.threads = static_cast<unsigned>(n); },
          between(0, 65536)),
  };
  return fields;
}

std::span<const Field<RunSettings>> results_fields() {
  using T = RunSettings;
  static constexpr std::array fields = {
      apart<T>("confidence"),
      apart<T>("loss_horizon_months"),
      apart<T>("sensitivities"),
      apart<T>("premium_interval"),
      flag("contract_months", &T::contract_months),
      flag("cecl", &T::cecl),
      flag("look_through", &T::look_through),
  };
  return fields;
}

std::span<const Field<Provisions>> provisions_fields() {
  using T = Provisions;
  static constexpr std::array fields = {
      number("significant_increase_ratio", &T::significant_increase_ratio, above(1)).required(),
      integer("days_past_due_backstop", &T::days_past_due_backstop, between(0, 90)),
      share("loss_given_default_floor", &T::loss_given_default_floor),
  };
  return fields;
}

std::span<const Field<CapitalRule>> capital_fields() {
  using T = CapitalRule;
  static constexpr std::array fields = {
      choice<&T::slotting>("approach", "irb|slotting").required(),
      share("loss_given_default", &T::loss_given_default),
      number("effective_maturity_years", &T::effective_maturity_years, between(1, 5)),
  };
  return fields;
}

// The items of a list of values; one fault and none if it is something else or empty.
std::vector<Scalar> items_of(const TomlValue& list, std::string_view field, const Scope& scope) {
  std::vector<Scalar> items;
  if (!list.is_list() || list.items.empty())
    scope.fault(list.scalar(), field, list.is_list() ? "is empty" : "must be a list",
                "write it in square brackets, with at least one value");
  for (const TomlValue& item : list.items) items.push_back(item.scalar());
  return items;
}

void read_measure_basis(const TomlValue& list, RunSettings& settings, const Scope& scope) {
  settings.risk_neutral = settings.real_world = false;
  for (const Scalar& item : items_of(list, "measure_basis", scope)) {
    const auto k = read_choice(item, "measure_basis", "risk_neutral|real_world", "", scope);
    settings.risk_neutral = settings.risk_neutral || k == 0;
    settings.real_world = settings.real_world || k == 1;
  }
}

void read_simulation(const TomlValue* table, RunFile& run, const Scope& top) {
  RunSettings& settings = run.settings;
  const Scope scope{top.faults, top.file, "simulation", true};
  settings.sobol = true;  // the default of a file that says nothing
  if (!table) return;
  if (const TomlValue* steps = table->find("steps_per_year"))
    run.steps_named = {settings.file, steps->line, steps->column};
  (void)read_table(*table, simulation_fields(), settings, "field of [simulation]", scope);
  if (const TomlValue* list = table->find("measure_basis"))
    read_measure_basis(*list, settings, scope);
  const TomlValue* replicates = table->find("replicates");
  if (replicates && !settings.sobol)
    scope.fault(replicates->line, replicates->column, "replicates", "",
                "goes with sampling sobol only", "remove it");
  const TomlValue* controls = table->find("control_variates");
  if (!controls || !settings.control_variates) return;
  if (settings.sobol && settings.replicates < kFewestControlledReplicates)
    scope.fault(controls->line, controls->column, "control_variates", "",
                "takes " + std::to_string(kFewestControlledReplicates) +
                    " replicates at least, and replicates is " +
                    std::to_string(settings.replicates),
                "set replicates to " + std::to_string(kFewestControlledReplicates) +
                    " or more, or remove control_variates");
  if (settings.steps_per_year != 12)
    scope.fault(
        controls->line, controls->column, "control_variates", "",
        "knows months only, and steps_per_year is " + std::to_string(settings.steps_per_year),
        "remove one of them");
}

// [low, high], factors on every risk premium.
void read_premium_interval(const TomlValue& list, RunSettings& settings, const Scope& scope) {
  constexpr std::string_view field = "premium_interval";
  std::vector<double> factors;
  for (const Scalar& item : items_of(list, field, scope))
    if (const auto x = read_number(item, field, between(0, 10), Unit::plain, scope))
      factors.push_back(*x);
  if (!list.is_list() || factors.size() != list.items.size() || factors.empty()) return;
  if (factors.size() != 2 || factors[0] >= factors[1]) {
    scope.fault(list.line, list.column, field, "",
                factors.size() != 2        ? "must hold two factors"
                : factors[0] == factors[1] ? "has no width: both factors are the same"
                                           : "falls",
                "write the smaller factor on every risk premium, then the larger: [0, 2]");
    return;
  }
  if (!settings.risk_neutral)
    scope.fault(list.line, list.column, field, "", "scales what only a risk-neutral run has",
                "add \"risk_neutral\" to measure_basis, or remove it");
  settings.premium_interval = {factors[0], factors[1]};
}

void read_results(const TomlValue& table, RunSettings& settings, const Scope& top) {
  const Scope scope{top.faults, top.file, "results", true};
  (void)read_table(table, results_fields(), settings, "field of [results]", scope);
  if (const TomlValue* list = table.find("confidence")) {
    settings.confidence.clear();
    for (const Scalar& item : items_of(*list, "confidence", scope))
      if (const auto x =
              read_number(item, "confidence", Range{0.5, 1, true, true}, Unit::share, scope))
        settings.confidence.push_back(*x);
  }
  if (const TomlValue* list = table.find("loss_horizon_months")) {
    settings.loss_horizon_months.clear();
    for (const Scalar& item : items_of(*list, "loss_horizon_months", scope))
      if (const auto n = read_integer(item, "loss_horizon_months", between(0, 600), scope))
        settings.loss_horizon_months.push_back(static_cast<int>(*n));
  }
  if (const TomlValue* list = table.find("premium_interval"))
    read_premium_interval(*list, settings, scope);
  for (const TomlEntry& entry : table.entries)
    if (entry.key == "sensitivities" && !(entry.value.is_list() && entry.value.items.empty()))
      scope.fault(entry.line, entry.column, entry.key, "", std::string(kNotInThisVersion),
                  "remove it");
}

// A block whose presence switches it on.
template <class T>
void read_block(const TomlValue& root, std::string_view name, std::span<const Field<T>> fields,
                std::optional<T>& out, const Scope& top) {
  const TomlValue* table = table_of(root.find(name), name, top);
  if (!table) return;
  const Scope scope{top.faults, top.file, std::string(name), true};
  out.emplace();
  (void)read_table(*table, fields, *out, "field of [" + std::string(name) + "]", scope);
}

// What a way of sampling cannot give; the target may come from the command line.
void refuse_useless_sampling(const TomlValue& root, const RunSettings& settings, const Scope& top) {
  const auto refuse = [&](const char* block, std::string_view field, const char* why,
                          const char* remedy) {
    const TomlValue* const table = root.find(block);
    const TomlValue* const written = table && !field.empty() ? table->find(field) : table;
    const TomlValue& place = written ? *written : table ? *table : root;
    Scope{top.faults, top.file, block, true}.fault(place.line, place.column, field, "", why,
                                                   remedy);
  };
  if (settings.target_error && !settings.risk_neutral)
    refuse("simulation", "target_error",
           "is an error of present_value, which needs a basis that measure_basis leaves out",
           "add \"risk_neutral\" to measure_basis, or state paths instead");
  if (settings.reverse_stress && settings.sobol)
    refuse("reverse_stress", "",
           "compares paths that are drawn independently, which those of sampling sobol are not",
           "write sampling = \"philox\", or remove the block");
}

std::string resolve(const std::string& run_file, const std::string& path, const std::string& kept) {
  if (!kept.empty()) return (std::filesystem::path(kept) / kept_name(path)).string();
  const std::filesystem::path folder = std::filesystem::path(run_file).parent_path();
  return (folder / path).lexically_normal().string();
}

Location place_of(const std::string& file, const TomlValue* value) {
  return value ? Location{file, value->line, value->column} : Location{file, 0, 0};
}

void read_paths(const TomlValue& root, const std::string& kept, RunFile& run, const Scope& top) {
  RunSettings& settings = run.settings;
  run.market_named = place_of(settings.file, root.find("market"));
  run.scenarios_named = place_of(settings.file, root.find("scenarios"));
  run.limits_named = place_of(settings.file, root.find("limits"));
  const auto names_no_file = [&](std::string_view field, const std::string& path,
                                 const Location& place, const char* remedy) {
    const TomlValue* value = root.find(field);
    if (value != nullptr && value->kind == ScalarKind::text && path.empty())
      top.fault(place.line, place.column, field, "", "names no file", remedy);
  };
  names_no_file("market", settings.market, run.market_named, "write the path of the market file");
  names_no_file("scenarios", settings.scenarios, run.scenarios_named,
                "write the path of the scenarios file, or remove the line");
  names_no_file(
      "limits", settings.limits, run.limits_named,
      "write the path of the limits file, or remove the line: without one no limit holds");
  if (!settings.market.empty()) settings.market = resolve(settings.file, settings.market, kept);
  if (!settings.scenarios.empty())
    settings.scenarios = resolve(settings.file, settings.scenarios, kept);
  if (!settings.limits.empty()) settings.limits = resolve(settings.file, settings.limits, kept);
  const TomlValue* list = root.find("book");
  if (!list) return;
  for (const Scalar& item : items_of(*list, "book", top)) {
    const std::optional<std::string> path = read_text(item, "book", top);
    if (!path) continue;
    const std::string resolved = resolve(settings.file, *path, kept);
    if (std::find(settings.book.begin(), settings.book.end(), resolved) != settings.book.end()) {
      top.fault(item, "book", "is listed twice", "list each file once");
      continue;
    }
    settings.book.push_back(resolved);
    run.book_named.push_back({settings.file, item.line, item.column});
  }
}

}  // namespace

std::optional<RunFile> read_run(const std::string& file, const CommandLine& options,
                                std::vector<Diagnostic>& faults) {
  const std::optional<std::string> text = read_text_file(file, {file, 0, 0}, faults);
  if (!text) return std::nullopt;
  const std::size_t before = faults.size();
  const std::optional<TomlValue> root = parse_toml(file, *text, faults);
  for (std::size_t i = before; i < faults.size(); ++i) faults[i].configuration = true;
  if (!root) return std::nullopt;
  const Scope top{faults, file, {}, true};
  RunFile run;
  run.settings.file = file;
  const Given given = read_table(*root, run_fields(), run.settings, "field of a run file", top);
  if (given.good("valuation_date")) run.valuation_date = run.settings.valuation_date;
  read_paths(*root, options.kept_inputs, run, top);
  read_simulation(table_of(root->find("simulation"), "simulation", top), run, top);
  if (const TomlValue* results = table_of(root->find("results"), "results", top)) {
    read_results(*results, run.settings, top);
    run.premium_interval_named = place_of(file, results->find("premium_interval"));
  }
  read_block(*root, "provisions", provisions_fields(), run.settings.provisions, top);
  read_block(*root, "capital", capital_fields(), run.settings.capital, top);
  read_reverse_stress(*root, run.settings, top);
  if (const TomlValue* asked = root->find("reverse_stress"))
    run.loss_share_named = place_of(file, asked->find("loss_share"));
  const auto useless = [&](std::string_view block, std::string_view field, std::string why,
                           std::string remedy) {
    const TomlValue* table = root->find(block);
    const TomlValue* at = field.empty() ? table : table->find(field);
    const Scope scope{faults, file, std::string(block), true};
    scope.fault(at->line, at->column, field, "", std::move(why), std::move(remedy));
  };
  const RunSettings& s = run.settings;
  if (s.cecl && !s.real_world)
    useless("results", "cecl",
            "is computed on the real-world basis, which measure_basis leaves out",
            "add \"real_world\" to measure_basis, or remove it");
  for (const auto& [block, on] : {std::pair{"provisions", s.provisions.has_value()},
                                  std::pair{"capital", s.capital.has_value()}})
    if (on && !s.real_world)
      useless(block, "", "is computed on the real-world basis, which measure_basis leaves out",
              "add \"real_world\" to measure_basis, or remove the block");
  if (s.capital && s.capital->slotting)
    for (const char* field : {"loss_given_default", "effective_maturity_years"})
      if (root->find("capital")->find(field))
        useless("capital", field, "goes with approach irb only", "remove it");
  run.settings.paths = options.paths.value_or(run.settings.paths);
  run.settings.seed = options.seed.value_or(run.settings.seed);
  run.settings.threads = options.threads.value_or(run.settings.threads);
  if (options.target_error) run.settings.target_error = options.target_error;
  refuse_useless_sampling(*root, run.settings, top);
  return run;
}

}  // namespace lien::pricing
