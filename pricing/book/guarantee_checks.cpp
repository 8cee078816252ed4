#include <algorithm>
#include <string>

#include "pricing/book/vehicle_checks.hpp"

namespace lien::pricing {
namespace {

// One contract: its fee is one, and so is its guarantor.
void check_backing(const Vehicle& vehicle, const Guarantee& guarantee,
                   const ContractChecks& check) {
  const auto backed =
      std::count_if(vehicle.offtakes.begin(), vehicle.offtakes.end(),
                    [&](const Offtake& offtake) { return backs(vehicle, guarantee, offtake); });
  if (backed != 1)
    return check.wrong("kind", "backs " + std::to_string(backed) + " contracts, not one",
                       "name the lots of the one offtake that it backs");
  for (const Offtake& offtake : vehicle.offtakes) {
    if (!backs(vehicle, guarantee, offtake)) continue;
    for (const Guarantee& other : vehicle.guarantees)
      if (other.kind == GuaranteeKind::pay_or_step_in && other.id != guarantee.id &&
          backs(vehicle, other, offtake))
        return check.wrong("kind", "backs offtake " + offtake.id + " as " + other.id + " does",
                           "keep one of the two");
    if (offtake.customer == guarantee.guarantor)
      check.wrong("guarantor", "is the customer that it backs", "name another party");
  }
}

void check_last_lessee(const Vehicle& vehicle, const Guarantee& guarantee,
                       const ContractChecks& check) {
  bool leased = false;
  for (const VehicleLease& lease : vehicle.leases)
    for (const VehicleLot& lot : vehicle.lots) {
      if (!names_part(lease.lots, lot.id) || !names_part(guarantee.lots, lot.id)) continue;
      leased = true;
      if (may_part(lease))
        return check.wrong("kind",
                           "takes lot " + lot.id + ", which lease " + lease.id + " may part with",
                           "name other lots");
      if (lease.has_options())
        return check.wrong("kind",
                           "takes lot " + lot.id + ", whose lessee of lease " + lease.id +
                               " has options: they do not go together in this version",
                           "name other lots, or remove one of them");
    }
  if (!leased &&
      std::none_of(vehicle.offtakes.begin(), vehicle.offtakes.end(),
                   [&](const Offtake& offtake) { return backs(vehicle, guarantee, offtake); }))
    check.wrong("kind", "takes the hours of lost customers, and its lots have none",
                "add [[vehicle.offtake]], or choose capacity");
}

}  // namespace

void check_guarantee(const Vehicle& vehicle, const Guarantee& guarantee,
                     const ContractChecks& check) {
  check.one_party("guarantor", check.party("guarantor", guarantee.guarantor));
  not_the_borrower(vehicle, "guarantor", guarantee.guarantor, check);
  if (guarantee.expiry) check.not_past("expiry", *guarantee.expiry);
  if (!check.good("kind")) return;
  const bool residual = guarantee.kind == GuaranteeKind::residual_value;
  const bool last = guarantee.kind == GuaranteeKind::last_lessee;
  const bool backing = guarantee.kind == GuaranteeKind::pay_or_step_in;
  const bool priced = guarantee.kind == GuaranteeKind::capacity || last;
  if (residual && !check.has("floors")) check.missing("floors", "they are what is guaranteed");
  if (!residual) check.useless({"floors"}, "goes with kind residual_value only");
  if (priced && !check.has("price"))
    check.missing("price", last ? "the hours of lost customers are taken at it"
                                : "unsold hours are bought at it");
  if (!priced) check.useless({"price"}, "goes with kinds capacity and last_lessee only");
  if (!priced && !backing)
    check.useless({"lots"}, "goes with kinds capacity, last_lessee and pay_or_step_in only");
  if (priced || backing)
    check.useless({"covers"}, "goes with kinds residual_value and payment only");
  if (!last) check.useless({"trigger"}, "goes with kind last_lessee only");
  if (!backing) check.useless({"termination_fee"}, "goes with kind pay_or_step_in only");
  if (backing && !check.has("termination_fee"))
    check.missing("termination_fee", "the guarantor pays it unless the contract is cheaper");
  if (backing) check.useless({"cap", "share"}, "does not go with kind pay_or_step_in");
  if (backing) check_backing(vehicle, guarantee, check);
  if (last) check_last_lessee(vehicle, guarantee, check);
}

}  // namespace lien::pricing
