#include "pricing/measures/tail_groups.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

using IdOf = std::function<std::string(const ContractPlan&)>;

ContractGroups grouped(const std::string& by, const Plan& plan, const IdOf& id_of) {
  ContractGroups out;
  out.by = by;
  std::vector<std::string> ids;
  for (const ContractPlan& contract : plan.contracts) ids.push_back(id_of(contract));
  out.ids = ids;
  std::sort(out.ids.begin(), out.ids.end());
  out.ids.erase(std::unique(out.ids.begin(), out.ids.end()), out.ids.end());
  out.balance.assign(out.ids.size(), 0.0);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto at = std::lower_bound(out.ids.begin(), out.ids.end(), ids[i]) - out.ids.begin();
    out.of.push_back(static_cast<std::uint32_t>(at));
    out.balance[static_cast<std::size_t>(at)] +=
        plan.contracts[i].held * plan.contracts[i].outstanding;
  }
  return out;
}

const Hardware* hardware_named(const Market& market, const std::string& id) {
  for (const Hardware& hardware : market.hardware)
    if (hardware.id == id) return &hardware;
  return nullptr;
}

// What secures a contract: ids of hardware, each once.
std::set<std::string> hardware_of(const Book& book, const ContractPlan& contract) {
  std::set<std::string> ids;
  if (contract.kind == ContractKind::lease) {
    ids.insert(book.leases[contract.source].hardware);
  } else if (const Loan& loan = book.loans[contract.source]; loan.vehicle) {
    for (const VehicleLot& lot : book.vehicles[*loan.vehicle].lots) ids.insert(lot.hardware);
  } else {
    ids.insert(loan.hardware);
  }
  return ids;
}

std::string joined(const std::set<std::string>& ids) {
  std::string out;
  for (const std::string& id : ids)
    if (!id.empty()) out += (out.empty() ? "" : "+") + id;
  return out;
}

std::string party_of(const Book& book, const ContractPlan& contract) {
  return contract.kind == ContractKind::lease ? book.leases[contract.source].lessee
                                              : book.loans[contract.source].borrower;
}

std::string vintage_of(const Book& book, const ContractPlan& contract) {
  const Date date = contract.kind == ContractKind::lease ? book.leases[contract.source].start
                                                         : book.loans[contract.source].closing;
  return iso_text(date).substr(0, 4);
}

// The parties of a role, joined.
std::string joined(const std::map<std::string, double>& shares) {
  std::set<std::string> ids;
  for (const auto& [id, share] : shares) ids.insert(id);
  return joined(ids);
}

}  // namespace

std::vector<ContractGroups> contract_groups(const ScenarioRun& scenario,
                                            const std::vector<RoleShares>& roles) {
  const Book& book = *scenario.book;
  const Market& market = *scenario.market;
  const Plan& plan = scenario.any().plan;
  std::vector<ContractGroups> out;
  const auto add = [&](const char* by, const IdOf& id_of) {
    out.push_back(grouped(by, plan, id_of));
  };
  add("party", [&](const ContractPlan& c) { return party_of(book, c); });
  if (std::any_of(market.parties.begin(), market.parties.end(),
                  [](const Party& party) { return !party.group.empty(); }))
    add("group", [&](const ContractPlan& c) { return group_of(market, party_of(book, c)); });
  add("hardware", [&](const ContractPlan& c) { return joined(hardware_of(book, c)); });
  add("vendor", [&](const ContractPlan& c) {
    std::set<std::string> vendors;
    for (const std::string& id : hardware_of(book, c))
      if (const Hardware* hardware = hardware_named(market, id)) vendors.insert(hardware->vendor);
    return joined(vendors);
  });
  add("vintage", [&](const ContractPlan& c) { return vintage_of(book, c); });
  const auto add_role = [&](const char* by, Role role) {
    if (std::any_of(roles.begin(), roles.end(),
                    [&](const RoleShares& shares) { return !shares[role].empty(); }))
      add(by, [&](const ContractPlan& c) {
        return joined(roles[static_cast<std::size_t>(&c - plan.contracts.data())][role]);
      });
  };
  add_role("customer", kCustomer);
  add_role("guarantor", kGuarantor);
  return out;
}

}  // namespace lien::pricing
