#include <algorithm>
#include <utility>

#include "pricing/book/market_blocks.hpp"
#include "pricing/book/market_fields.hpp"

namespace lien::pricing {
namespace {

// Two parties that a block joins: known, and not the same.
template <class T>
void check_pair(const TomlValue& table, const Market& market, const T& block,
                std::pair<std::string_view, std::string T::*> first,
                std::pair<std::string_view, std::string T::*> second, const Scope& scope) {
  std::vector<std::string> known;
  for (const Party& party : market.parties) known.push_back(party.id);
  for (const auto& [field, member] : {first, second}) {
    const TomlValue* value = table.find(field);
    if (!value || value->kind != ScalarKind::text) continue;
    const std::string& id = block.*member;
    check_name(field, id, value->scalar(), known, "party", scope);
    for (const Party& party : market.parties)
      if (party.id == id && party.count > 1)
        scope.fault(value->scalar(), field,
                    "stands for " + std::to_string(party.count) + " parties (count)",
                    "name one party: a pool has no default of its own");
  }
  const TomlValue* value = table.find(second.first);
  if (value && !(block.*second.second).empty() && block.*first.second == block.*second.second)
    scope.fault(value->scalar(), second.first, "is the same party as " + std::string(first.first));
}

void read_links(const TomlValue& root, Market& market, const Scope& top) {
  using T = ContagionLink;
  for (const TomlValue* table : tables_of(root.find("contagion"), "contagion", top)) {
    const Scope scope{top.faults, top.file, block_label("contagion", *table, "from")};
    T link;
    link.where = {top.file, table->line, table->column};
    (void)read_table(*table, contagion_fields(), link, "field of [[contagion]]", scope);
    check_pair<T>(*table, market, link, {"from", &T::from}, {"to", &T::to}, scope);
    for (const T& other : market.contagion)
      if (!link.from.empty() && other.from == link.from && other.to == link.to)
        scope.fault(table->line, table->column, "to", link.to,
                    "stands already at " + top.file + ":" + std::to_string(other.where.line),
                    "write one link from a party to another");
    market.contagion.push_back(std::move(link));
  }
}

void read_claims(const TomlValue& root, std::optional<Date> valuation_date, Market& market,
                 const Scope& top) {
  using T = Claim;
  for (const TomlValue* table : tables_of(root.find("claim"), "claim", top)) {
    const Scope scope{top.faults, top.file, block_label("claim on", *table, "debtor")};
    T claim;
    claim.where = {top.file, table->line, table->column};
    const Given given = read_table(*table, claim_fields(), claim, "field of [[claim]]", scope);
    check_pair<T>(*table, market, claim, {"debtor", &T::debtor}, {"creditor", &T::creditor}, scope);
    if (given.good("due") && valuation_date && claim.due <= *valuation_date)
      scope.fault(given.at("due"), "due", "must be after the valuation date");
    market.claims.push_back(std::move(claim));
  }
}

// The tables of [[party]], whose faults were told already.
std::vector<const TomlValue*> parties_of(const TomlValue& root) {
  std::vector<const TomlValue*> tables;
  if (const TomlValue* list = root.find("party"))
    for (const TomlValue& item : list->items)
      if (item.is_table()) tables.push_back(&item);
  return tables;
}

}  // namespace

void read_network(const TomlValue& root, std::optional<Date> valuation_date, Market& market,
                  const Scope& top) {
  read_links(root, market, top);
  read_claims(root, valuation_date, market, top);
  const Scope scope{top.faults, top.file, "clearing"};
  const TomlValue* table = table_of(root.find("clearing"), "clearing", top);
  if (table) {
    market.clearing.emplace();
    (void)read_table(*table, clearing_fields(), *market.clearing, "field of [clearing]", scope);
  }
  if (table && market.claims.empty())
    scope.fault(table->line, table->column, "", "", "has nothing to clear",
                "add [[claim]], or remove it");
  if (!table && !market.claims.empty())
    scope.fault(market.claims.front().where.line, market.claims.front().where.column, "", "",
                "is missing: claims between parties are cleared at quarter ends",
                "add [clearing]; an empty block recovers everything");
  if (table || !market.claims.empty()) return;
  for (const TomlValue* party : parties_of(root)) {
    const TomlValue* cash = party->find("cash");
    if (cash && !states_neutral(cash->scalar(), "0"))
      Scope{top.faults, top.file, block_label("party", *party, "id")}.fault(
          cash->scalar(), "cash", "is read in clearing only",
          "remove it, or add [clearing] and [[claim]]");
  }
}

}  // namespace lien::pricing
