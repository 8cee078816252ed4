#include <algorithm>

#include "pricing/book/actus_terms.hpp"

namespace lien::pricing {
namespace {

using actus::Reference;
using actus::Role;
using actus::Step;

// A term that is a list, or stands for a list of one.
std::vector<const JsonValue*> items(const JsonValue& object, std::string_view term) {
  const JsonValue* value = object.find(term);
  if (value == nullptr) return {};
  if (value->kind != JsonKind::list) return {value};
  std::vector<const JsonValue*> all;
  for (const JsonValue& item : value->items) all.push_back(&item);
  return all;
}

bool same_length(const JsonValue& object, std::string_view term, std::size_t found,
                 std::size_t wanted, const TermScope& scope) {
  if (found == wanted) return true;
  const JsonValue* at = object.find(term);
  scope.fault(at != nullptr ? *at : object, term, std::to_string(found) + " long",
              "must have one value for each of the " + std::to_string(wanted) + " anchor dates",
              "add or remove values");
  return false;
}

// Anchors with their cycles: one cycle each, one for all, or none.
std::vector<Step> dated_steps(const JsonValue& object, std::string_view anchor_term,
                              std::string_view cycle_term, const TermScope& scope) {
  std::vector<Step> steps;
  for (const JsonValue* anchor : items(object, anchor_term)) {
    Step step;
    step.repeats.anchor = scope.time(*anchor, anchor_term);
    if (!step.repeats.anchor) return {};
    if (!steps.empty() && *step.repeats.anchor <= *steps.back().repeats.anchor) {
      scope.fault(*anchor, anchor_term, shown(*anchor), "does not come after the one before it",
                  "put the dates in order");
      return {};
    }
    steps.push_back(step);
  }
  const std::vector<const JsonValue*> cycles = items(object, cycle_term);
  if (cycles.empty()) return steps;
  if (cycles.size() != 1 && !same_length(object, cycle_term, cycles.size(), steps.size(), scope))
    return {};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const JsonValue& cycle = *cycles[cycles.size() == 1 ? 0 : i];
    steps[i].repeats.cycle = scope.cycle(cycle, cycle_term);
    if (!steps[i].repeats.cycle) return {};
  }
  return steps;
}

void read_values(const JsonValue& object, std::vector<Step>& steps, std::string_view value_term,
                 std::optional<double> least, std::string_view kind_term, std::string_view kinds,
                 const TermScope& scope) {
  const auto values = items(object, value_term), chosen = items(object, kind_term);
  if (!same_length(object, value_term, values.size(), steps.size(), scope)) return;
  if (!same_length(object, kind_term, chosen.size(), steps.size(), scope)) return;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto value =
        least ? scope.number(*values[i], value_term, *least) : scope.rate(*values[i], value_term);
    const auto kind = scope.choice(*chosen[i], kind_term, kinds);
    if (!value || !kind) return;
    steps[i].value = *value;
    steps[i].increases = *kind == 1;
  }
}

const JsonValue* text_member(const JsonValue& object, std::string_view key) {
  const JsonValue* value = object.find(key);
  return value != nullptr && value->kind == JsonKind::text && !value->text.empty() ? value
                                                                                   : nullptr;
}

// A commodity or a share: known by its price series and how much of it there is.
void read_thing(const JsonValue& object, Reference& part, const TermScope& scope) {
  const JsonValue* code = text_member(object, "marketObjectCode");
  if (code == nullptr) {
    scope.fault(object, "contractStructure / marketObjectCode", "", "is missing",
                "name the series that gives its price");
    return;
  }
  part.market_object = code->text;
  if (const JsonValue* quantity = object.find("quantity"))
    part.quantity = scope.number(*quantity, "contractStructure / quantity", 0).value_or(1);
}

void read_object(const JsonValue& object, Reference& part, const TermScope& scope) {
  if (const JsonValue* id = text_member(object, "contractIdentifier")) {
    part.id = id->text;
    return;
  }
  if (const JsonValue* code = text_member(object, "marketObjectCode");
      code != nullptr && object.find("contractType") == nullptr) {
    part.market_object = code->text;
    return;
  }
  if (const JsonValue* id = text_member(object, "contractID")) part.id = id->text;
  const JsonValue* type = object.find("contractType");
  if (type != nullptr && (type->text == "COM" || type->text == "STK")) {
    read_thing(object, part, scope);
    return;
  }
  TermScope inner = scope;
  inner.label += " / contractStructure";
  actus::Terms terms;
  if (read_actus_terms(object, terms, true, inner)) part.contract = std::move(terms);
}

}  // namespace

void read_actus_steps(const JsonValue& object, actus::Terms& terms, const TermScope& scope) {
  terms.interest_steps = dated_steps(object, "arrayCycleAnchorDateOfInterestPayment",
                                     "arrayCycleOfInterestPayment", scope);
  terms.principal_steps = dated_steps(object, "arrayCycleAnchorDateOfPrincipalRedemption",
                                      "arrayCycleOfPrincipalRedemption", scope);
  if (!terms.principal_steps.empty())
    read_values(object, terms.principal_steps, "arrayNextPrincipalRedemptionPayment", 0,
                "arrayIncreaseDecrease", "DEC|INC", scope);
  terms.rate_steps =
      dated_steps(object, "arrayCycleAnchorDateOfRateReset", "arrayCycleOfRateReset", scope);
  if (!terms.rate_steps.empty())
    read_values(object, terms.rate_steps, "arrayRate", std::nullopt, "arrayFixedVariable",
                "FIX/F|VAR/V", scope);
}

void read_actus_structure(const JsonValue& list, actus::Terms& terms, const TermScope& scope) {
  if (list.kind != JsonKind::list) {
    scope.fault(list, "contractStructure", shown(list), "is no list",
                "write a list of objects with object, referenceType and referenceRole");
    return;
  }
  for (const JsonValue& item : list.items) {
    const JsonValue* object = item.find("object");
    const JsonValue* role = item.find("referenceRole");
    if (object == nullptr || object->kind != JsonKind::object || role == nullptr) {
      scope.fault(item, "contractStructure", "", "holds an entry without object or referenceRole",
                  "add them");
      continue;
    }
    const auto k = scope.choice(*role, "contractStructure / referenceRole", "UDL|COVE|COVI");
    if (!k) continue;
    Reference part;
    part.role = static_cast<Role>(*k);
    read_object(*object, part, scope);
    terms.structure.push_back(std::move(part));
  }
}

}  // namespace lien::pricing
