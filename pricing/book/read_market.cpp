#include "pricing/book/read_market.hpp"

#include <algorithm>
#include <utility>

#include "pricing/book/market_blocks.hpp"
#include "pricing/book/market_fields.hpp"
#include "pricing/book/text_file.hpp"
#include "pricing/market/correlation.hpp"

namespace lien::pricing {
namespace {

void check_currency(const TomlValue& root, const Market& market, const Scope& top) {
  const bool capitals =
      market.currency.size() == 3 && std::all_of(market.currency.begin(), market.currency.end(),
                                                 [](char c) { return c >= 'A' && c <= 'Z'; });
  const TomlValue* value = root.find("currency");
  if (value && value->kind == ScalarKind::text && !capitals)
    top.fault(value->scalar(), "currency", "must be three capitals (ISO 4217)", "write \"USD\"");
}

void read_rates(const TomlValue& table, Rates& rates, const Scope& top) {
  const Scope scope{top.faults, top.file, "rates"};
  (void)read_table(table, rates_fields(), rates, "field of [rates]", scope);
  if (const TomlValue* curve = table.find("zero_curve"))
    rates.zero_curve = read_curve(
        *curve, "zero_curve",
        {{"years", "rates", kZeroRates, Unit::rate}, {"months", "values", kZeroRates, Unit::rate}},
        scope);
  if (const TomlValue* model = table_of(table.find("hull_white"), "hull_white", scope)) {
    rates.hull_white.emplace();
    (void)read_table(*model, hull_white_fields(), *rates.hull_white, "part of hull_white",
                     scope.part("hull_white"));
  }
}

// A joint law exists only if the matrix of correlations has no negative eigenvalue.
void check_correlation(const TomlValue& table, const Correlation& c, const Scope& scope) {
  if (consistent(c)) return;
  scope.fault(table.line, table.column, "", "",
              "has correlations that contradict each other (not positive semidefinite)",
              !consistent_factors(c) ? "move one of the three towards the product of the two others"
              : consistent_power(c)
                  ? "move scarcity_credit, frontier_credit and rate_credit towards 0"
                  : "move scarcity_power towards 0");
}

void read_regime(const TomlValue* block, std::optional<Scarcity>& scarcity, const Scope& top) {
  const Scope scope{top.faults, top.file, "scarcity"};
  if (!block || !block->is_table()) return;
  const TomlValue* table = table_of(block->find("regime"), "regime", scope);
  if (!table) return;
  const Scope part = scope.part("regime");
  Regime& regime = scarcity->regime.emplace();
  (void)read_table(*table, regime_fields(), regime, "part of regime", part);
  if (const TomlValue* means = table->find("means"))
    regime.means = read_pair(*means, "means", between(-10, 10), part);
  if (const TomlValue* rates = table->find("rates"))
    regime.rates = read_pair(*rates, "rates", above(0), part);
  if (scarcity->mean_reversion == 0)
    scope.fault(table->line, table->column, "regime", "",
                "has no effect where mean_reversion is 0: nothing pulls scarcity to either mean",
                "give scarcity a mean_reversion above 0, or remove regime");
}

// The tables of a list that was found sound or told about already.
std::vector<const TomlValue*> tables_of(const TomlValue* list) {
  std::vector<const TomlValue*> tables;
  if (!list) return tables;
  for (const TomlValue& item : list->items)
    if (item.is_table()) tables.push_back(&item);
  return tables;
}

template <class T>
void read_block(const TomlValue& root, std::string_view name, std::span<const Field<T>> fields,
                std::optional<T>& block, const Scope& top) {
  const TomlValue* table = table_of(root.find(name), name, top);
  if (!table) return;
  const Scope scope{top.faults, top.file, std::string(name)};
  block.emplace();
  (void)read_table(*table, fields, *block, "field of [" + std::string(name) + "]", scope);
}

void read_liquidation(const TomlValue& root, std::optional<Liquidation>& block, const Scope& top) {
  read_block(root, "liquidation", liquidation_fields(), block, top);
  if (!block) return;
  const TomlValue& table = *root.find("liquidation");
  const Scope scope{top.faults, top.file, "liquidation"};
  const TomlValue* stdev = table.find("lag_stdev_months");
  if (stdev && table.find("lag_months") && block->lag_stdev_months > 0 && block->lag_months == 0)
    scope.fault(stdev->scalar(), "lag_stdev_months", "needs lag_months above 0, its mean");
  const TomlValue* base = table_of(table.find("installed_base"), "installed_base", scope);
  for (const std::string_view field : {"depth", "price_impact"})
    if (const TomlValue* given = table.find(field); given && !base)
      scope.fault(given->scalar(), field, "needs installed_base, which is not given",
                  "add installed_base = { hardware = units }, or remove it");
  if (!base) return;
  for (const TomlEntry& entry : base->entries)
    block->installed_base[entry.key] =
        read_number(entry.value.scalar(), "installed_base." + entry.key, above(0), Unit::plain,
                    scope)
            .value_or(1.0);
}

void read_refinancing(const TomlValue& root, std::optional<Refinancing>& block, const Scope& top) {
  read_block(root, "refinancing", refinancing_fields(), block, top);
  if (!block) return;
  if (const TomlValue* share = root.find("refinancing")->find("open_probability"))
    block->open_probability =
        read_curve(*share, "open_probability", {{"months", "values", between(0, 1), Unit::share}},
                   {top.faults, top.file, "refinancing"});
}

// Two blocks of one name would be told apart by chance: both places stand in the message.
template <class T>
void check_unique(const std::vector<T>& blocks, std::string T::*name, const std::string& noun,
                  const Scope& top) {
  for (std::size_t i = 0; i < blocks.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if ((blocks[i].*name).empty() || blocks[i].*name != blocks[j].*name) continue;
      top.fault(blocks[i].where.line, blocks[i].where.column, noun + ' ' + blocks[i].*name, "",
                "stands already at " + top.file + ":" + std::to_string(blocks[j].where.line),
                "give each its own name");
      break;
    }
}

void check_names(const TomlValue& root, const Market& market, const Scope& top) {
  std::vector<std::string> lines, parties;
  for (const LaunchLine& line : market.launches) lines.push_back(line.line);
  for (const Party& party : market.parties) parties.push_back(party.id);
  std::vector<std::string> hardware;
  for (const Hardware& h : market.hardware) hardware.push_back(h.id);
  if (market.liquidation && !market.liquidation->installed_base.empty())
    for (const TomlEntry& entry : root.find("liquidation")->find("installed_base")->entries)
      check_name("installed_base." + entry.key, entry.key, entry.value.scalar(), hardware,
                 "hardware", {top.faults, top.file, "liquidation"});
  for (const TomlValue* table : tables_of(root.find("hardware"))) {
    const Scope scope{top.faults, top.file, block_label("hardware", *table, "id")};
    for (const TomlEntry& entry : table->entries) {
      const Scalar value = entry.value.scalar();
      if (entry.key == "line" && value.kind == ScalarKind::text)
        check_name("line", entry.value.text, value, lines, "launches", scope);
      if (entry.key == "vendor" && value.kind == ScalarKind::text)
        check_name("vendor", entry.value.text, value, parties, "party", scope);
      if (entry.key != "launch_loadings") continue;
      for (const TomlEntry& loading : entry.value.entries)
        check_name("launch_loadings." + loading.key, loading.key, loading.value.scalar(), lines,
                   "launches", scope);
    }
  }
}

}  // namespace

void check_name(std::string_view field, const std::string& name, const Scalar& value,
                const std::vector<std::string>& known, const std::string& block,
                const Scope& scope) {
  if (name.empty() || std::find(known.begin(), known.end(), name) != known.end()) return;
  scope.fault(value, field, "is no [[" + block + "]] of this file",
              did_you_mean(name, known, "add [[" + block + "]] " + name));
}

std::vector<const TomlValue*> tables_of(const TomlValue* list, std::string_view field,
                                        const Scope& scope) {
  std::vector<const TomlValue*> tables;
  if (!list) return tables;
  if (!list->is_list()) {
    scope.fault(list->scalar(), field, "must be a list of tables");
    return tables;
  }
  for (const TomlValue& item : list->items)
    if (const TomlValue* table = table_of(&item, field, scope)) tables.push_back(table);
  return tables;
}

const TomlValue* table_of(const TomlValue* value, std::string_view field, const Scope& scope) {
  if (!value || value->is_table()) return value;
  scope.fault(value->scalar(), field, "must be a table");
  return nullptr;
}

std::string block_label(std::string_view noun, const TomlValue& table, std::string_view key) {
  const TomlValue* name = table.find(key);
  if (!name || name->kind != ScalarKind::text) return std::string(noun);
  return std::string(noun) + ' ' + shown(name->text);
}

void check_defaults(const Market& market, Date valuation_date, const Scope& top) {
  for (const Party& party : market.parties) {
    if (!party.default_date) continue;
    const Scope scope{top.faults, top.file, "party " + party.id};
    const auto fault = [&](std::string problem, std::string remedy) {
      scope.fault(party.where.line, party.where.column, "default_date", "", std::move(problem),
                  std::move(remedy));
    };
    if (*party.default_date > valuation_date)
      fault("is after the valuation date",
            "remove it; a scenario with shock default lets a party default later");
    if (party.count > 1)
      fault("does not go with count: some of a pool may still pay",
            "write the defaulted ones as a party of their own");
    if (market.liquidation && market.liquidation->lag_stdev_months > 0)
      fault("does not go with a drawn lag: how much of it has passed says what is left",
            "remove lag_stdev_months from [liquidation]");
  }
}

std::optional<Market> read_market(const std::string& file, const Location& named,
                                  std::optional<Date> valuation_date,
                                  std::vector<Diagnostic>& faults) {
  const std::optional<std::string> text = read_text_file(file, named, faults);
  if (!text) return std::nullopt;
  std::optional<TomlValue> root = parse_toml(file, *text, faults);
  if (!root) return std::nullopt;
  const Scope top{faults, file, {}};
  Market market;
  market.file = file;
  (void)read_table(*root, market_fields(), market, "block of a market file", top);
  check_currency(*root, market, top);
  if (const TomlValue* rates = table_of(root->find("rates"), "rates", top))
    read_rates(*rates, market.rates, top);
  read_block(*root, "scarcity", scarcity_fields(), market.scarcity, top);
  read_regime(root->find("scarcity"), market.scarcity, top);
  read_block(*root, "frontier", frontier_fields(), market.frontier, top);
  read_block(*root, "power", power_fields(), market.power, top);
  read_block(*root, "credit", credit_fields(), market.credit, top);
  read_liquidation(*root, market.liquidation, top);
  read_refinancing(*root, market.refinancing, top);
  std::optional<Correlation> correlation;
  read_block(*root, "correlation", correlation_fields(), correlation, top);
  market.correlation = correlation.value_or(Correlation{});
  if (correlation)
    check_correlation(*root->find("correlation"), *correlation,
                      {top.faults, top.file, "correlation"});
  for (const TomlValue* table : tables_of(root->find("launches"), "launches", top))
    market.launches.push_back(read_launch_line(*table, valuation_date, top));
  for (const TomlValue* table : tables_of(root->find("hardware"), "hardware", top))
    market.hardware.push_back(read_hardware(*table, top));
  for (const TomlValue* table : tables_of(root->find("party"), "party", top))
    market.parties.push_back(read_party(*table, root->find("credit") != nullptr, top));
  if (valuation_date) check_defaults(market, *valuation_date, top);
  check_unique(market.launches, &LaunchLine::line, "launches", top);
  check_unique(market.hardware, &Hardware::id, "hardware", top);
  check_unique(market.parties, &Party::id, "party", top);
  read_network(*root, valuation_date, market, top);
  check_names(*root, market, top);
  return market;
}

}  // namespace lien::pricing
