#include "pricing/book/read_actus.hpp"

#include <algorithm>
#include <set>

#include "pricing/book/actus_terms.hpp"
#include "pricing/book/scalar.hpp"
#include "pricing/book/text_file.hpp"

namespace lien::pricing {
namespace {

using actus::Contract;

void read_series(const JsonValue& value, const std::string& code, Contract& contract,
                 const TermScope& scope) {
  const JsonValue* data = value.find("data");
  if (data == nullptr || data->kind != JsonKind::list) {
    scope.fault(value, "dataObserved / " + shown(std::string_view(code)), "", "has no list `data`",
                "write {\"data\": [{\"timestamp\": .., \"value\": ..}]}");
    return;
  }
  auto& series = contract.observed.series[code];
  const std::string term = "dataObserved / " + shown(std::string_view(code));
  for (const JsonValue& point : data->items) {
    const JsonValue* at = point.find("timestamp");
    const JsonValue* number = point.find("value");
    if (at == nullptr || number == nullptr) {
      scope.fault(point, term, "", "holds a point without timestamp or value", "add them");
      return;
    }
    const auto time = scope.time(*at, term);
    const auto x = scope.number(*number, term);
    if (time && x) series.emplace_back(*time, *x);
  }
  std::sort(series.begin(), series.end());
  const auto same = std::adjacent_find(series.begin(), series.end(),
                                       [](auto& a, auto& b) { return a.first == b.first; });
  if (same != series.end()) scope.fault(value, term, "", "has two values at one time", "keep one");
}

void read_data(const JsonValue& value, Contract& contract, const TermScope& scope) {
  if (value.kind != JsonKind::object)
    scope.fault(value, "dataObserved", shown(value), "is no object", "write series by their code");
  for (const JsonMember& member : value.members)
    read_series(member.value, member.key, contract, scope);
}

void read_event(const JsonValue& item, Contract& contract, const TermScope& scope) {
  const JsonValue* at = item.find("time");
  const JsonValue* type = item.find("type");
  if (at == nullptr || type == nullptr) {
    scope.fault(item, "eventsObserved", "", "holds an event without time or type", "add them");
    return;
  }
  actus::ObservedEvent event;
  const auto time = scope.time(*at, "eventsObserved / time");
  const auto kind = scope.choice(*type, "eventsObserved / type", "XD|PR|PI|PP|CE");
  if (!time || !kind) return;
  event.time = *time;
  event.type = type->text;
  if (const JsonValue* value = item.find("value"))
    event.value = scope.number(*value, "eventsObserved / value").value_or(0);
  if (const JsonValue* whose = item.find("contractId")) event.contract = whose->text;
  if (const JsonValue* states = item.find("states"))
    if (const JsonValue* performance = states->find("contractPerformance"))
      event.performance = performance->text;
  if (event.type == "CE" && (event.contract.empty() || event.performance.empty())) {
    scope.fault(item, "eventsObserved", "", "holds a CE without contractId or contractPerformance",
                "add whose credit changed, and to what");
    return;
  }
  contract.observed.events.push_back(std::move(event));
}

void read_events(const JsonValue& value, Contract& contract, const TermScope& scope) {
  if (value.kind != JsonKind::list)
    scope.fault(value, "eventsObserved", shown(value), "is no list", "write a list of events");
  for (const JsonValue& item : value.items) read_event(item, contract, scope);
  std::stable_sort(contract.observed.events.begin(), contract.observed.events.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
}

// A contract with what was observed beside it.
void read_case(const JsonValue& value, Contract& contract, const TermScope& scope) {
  for (const JsonMember& member : value.members) {
    if (member.key == "dataObserved")
      read_data(member.value, contract, scope);
    else if (member.key == "eventsObserved")
      read_events(member.value, contract, scope);
    else if (member.key == "to" && !member.value.text.empty())
      contract.until = scope.time(member.value, "to");
    else if (member.key != "terms" && member.key != "to" && member.key != "identifier" &&
             member.key != "results")
      scope.fault(
          member.value, shown(std::string_view(member.key)), "", "belongs to no contract",
          did_you_mean(member.key, {"terms", "to", "dataObserved", "eventsObserved"}, "remove it"));
  }
  read_actus_terms(*value.find("terms"), contract.terms, false, scope);
}

std::string label_of(const JsonValue& value, const std::string& key) {
  const JsonValue* terms = value.find("terms");
  const JsonValue* id = (terms != nullptr ? *terms : value).find("contractID");
  if (id != nullptr && id->kind == JsonKind::text)
    return "contract " + shown(std::string_view(id->text));
  return key.empty() ? "contract" : "contract " + shown(std::string_view(key));
}

class Contracts {
 public:
  Contracts(const std::string& file, std::vector<Diagnostic>& faults)
      : file_(file), faults_(faults) {}

  std::vector<Contract> read;

  void add(const JsonValue& value, const std::string& key) {
    const TermScope scope{faults_, file_, label_of(value, key)};
    Contract contract;
    if (value.find("terms") != nullptr)
      read_case(value, contract, scope);
    else
      read_actus_terms(value, contract.terms, false, scope);
    contract.line = value.line;
    contract.column = value.column;
    if (!contract.terms.id.empty() && !ids_.insert(contract.terms.id).second)
      scope.fault(value, "contractID", "", "stands twice in the file", "write an id of its own");
    read.push_back(std::move(contract));
  }

 private:
  const std::string& file_;
  std::vector<Diagnostic>& faults_;
  std::set<std::string> ids_;
};

}  // namespace

std::vector<Contract> read_actus(const std::string& file) {
  std::vector<Diagnostic> faults;
  Contracts contracts(file, faults);
  const std::optional<std::string> text = read_text_file(file, {file, 0, 0}, faults);
  const std::optional<JsonValue> root =
      text ? parse_json(file, *text, faults) : std::optional<JsonValue>();
  if (root) {
    if (root->kind == JsonKind::list)
      for (const JsonValue& item : root->items) contracts.add(item, "");
    else if (root->find("terms") != nullptr || root->find("contractType") != nullptr)
      contracts.add(*root, "");
    else
      for (const JsonMember& member : root->members) contracts.add(member.value, member.key);
    if (contracts.read.empty())
      faults.push_back({{file, 1, 1}, "", "", "holds no contract", "write one", false});
  }
  if (!faults.empty()) throw InputError(std::move(faults));
  return std::move(contracts.read);
}

}  // namespace lien::pricing
