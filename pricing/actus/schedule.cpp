#include "pricing/actus/schedule.hpp"

#include <algorithm>

#include "pricing/actus/machine.hpp"

namespace lien::pricing::actus {
namespace {

// A call that falls within the time asked for is followed to its payment.
std::optional<Time> last_wanted(const Contract& contract, const Plan& plan) {
  std::optional<Time> last = contract.until;
  for (const Planned& event : plan.events)
    if (last && event.type == EventType::settlement && *plan.maturity <= *last)
      last = std::max(*last, event.time);
  return last;
}

std::vector<Event> schedule_single(const Contract& contract) {
  const Plan plan = plan_events(contract);
  const std::optional<Time> last = last_wanted(contract, plan);
  State state = initial_state(contract, plan);
  std::vector<Event> events;
  for (const Planned& event : plan.events) {
    if (last && event.time > *last) break;
    // What happened before the contract was bought belongs to the seller.
    if (event.type == EventType::purchase) events.clear();
    const double payoff = carry_out(state, event, contract, plan);
    events.push_back({event.time, event.type, payoff, state.notional, state.rate, state.accrued,
                      std::nullopt, std::nullopt});
  }
  return events;
}

}  // namespace

std::string_view acronym(EventType type) {
  constexpr std::string_view names[] = {"IED", "FP",   "PR",   "PI", "PP",  "XD",
                                        "IP",  "IPCI", "RRF",  "RR", "PRF", "PRD",
                                        "TD",  "SC",   "IPCB", "MD", "STD"};
  return names[static_cast<std::size_t>(type)];
}

std::vector<Event> schedule(const Contract& contract) {
  switch (contract.terms.type) {
    case ContractType::capfl:
      return schedule_cap_floor(contract);
    case ContractType::ceg:
    case ContractType::cec:
      return schedule_enhancement(contract);
    default:
      return schedule_single(contract);
  }
}

}  // namespace lien::pricing::actus
