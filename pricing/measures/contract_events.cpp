#include "pricing/measures/contract_events.hpp"

#include "pricing/actus/schedule.hpp"
#include "pricing/book/read_actus.hpp"
#include "pricing/measures/book_events.hpp"

namespace lien::pricing {
namespace {

ContractEvents events_of(const actus::Contract& contract) {
  ContractEvents all{contract.terms.id, "", contract.terms.currency, {}};
  for (const actus::Event& event : actus::schedule(contract))
    all.events.push_back({event.time, std::string(actus::acronym(event.type)), event.payoff,
                          event.notional, event.rate, event.accrued, event.exercise_amount,
                          event.exercise_date});
  return all;
}

std::vector<ContractEvents> actus_events(const std::string& file) {
  std::vector<ContractEvents> all;
  std::vector<Diagnostic> faults;
  for (const actus::Contract& contract : read_actus(file)) {
    const auto fault = [&](const std::string& term, std::string problem, std::string remedy) {
      faults.push_back({{file, contract.line, contract.column},
                        "contract " + contract.terms.id + (term.empty() ? "" : " / " + term),
                        "",
                        std::move(problem),
                        std::move(remedy),
                        false});
    };
    try {
      all.push_back(events_of(contract));
    } catch (const actus::TermError& error) {
      fault(error.term, error.what(), error.remedy);
    } catch (const std::domain_error& error) {  // a step beyond the calendar
      fault("", error.what(), "shorten the cycle that leads there");
    }
  }
  if (!faults.empty()) throw InputError(std::move(faults));
  return all;
}

}  // namespace

std::vector<ContractEvents> contract_events(const std::string& file) {
  return file.ends_with(".json") ? actus_events(file) : book_events(file);
}

}  // namespace lien::pricing
