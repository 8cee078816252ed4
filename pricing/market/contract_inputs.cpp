#include "pricing/market/contract_inputs.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "pricing/book/book_context.hpp"
#include "pricing/book/vehicle_fields.hpp"

namespace lien::pricing {
namespace {

using Names = std::span<const std::string_view>;

// What may be shocked of a loan of a tape. Customer terms only where there is a customer.
constexpr std::array<std::string_view, 7> kLoanTerms = {
    "operating_cost",   "liquidation_haircut", "liquidation_lag_months",
    "reserve_initial",  "reserve_target",      "min_debt_service_coverage_ratio",
    "max_loan_to_value"};
constexpr std::array<std::string_view, 4> kCustomerTerms = {"contract_share", "contract_rate",
                                                            "take_or_pay", "relet_months"};
constexpr std::array<std::string_view, 2> kLeaseTerms = {"guaranteed_residual", "return_cost"};
constexpr std::array<std::string_view, 2> kVehicleTerms = {"liquidation_haircut",
                                                           "liquidation_lag_months"};
// The last two of a lot to come.
constexpr std::array<std::string_view, 3> kLotTerms = {"operating_cost", "in_service",
                                                       "slip_months"};
// The fee last: nobody pays it who may not leave.
constexpr std::array<std::string_view, 7> kOfftakeTerms = {
    "share",        "rental_rate",     "take_or_pay",    "realization",
    "relet_months", "walk_away_ratio", "termination_fee"};
constexpr std::array<std::string_view, 1> kPrepaid = {"prepaid"};
// Of leases of vehicles; the cost only where returned units are sold.
constexpr std::array<std::string_view, 2> kVehicleLeaseTerms = {"guaranteed_residual",
                                                                "return_cost"};
constexpr std::array<std::string_view, 2> kFeeTerms = {"amount", "rate"};
constexpr std::array<std::string_view, 3> kReserveTerms = {"initial", "target", "target_months"};
constexpr std::array<std::string_view, 2> kCovenantTerms = {"min", "max"};
constexpr std::array<std::string_view, 3> kGuaranteeTerms = {"cap", "share", "price"};
constexpr std::array<std::string_view, 1> kBackingTerms = {"termination_fee"};
// The size by share first: a hedge has one of the two.
constexpr std::array<std::string_view, 3> kHedgeTerms = {"strike", "ratio", "quantity"};
constexpr std::array<std::string_view, 2> kTrancheTerms = {"refinancing_max_loan_to_value",
                                                           "cash_sweep"};

bool has(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Collects what a path names. Ids may hold dots, so a path is compared and never cut.
class Collector {
 public:
  explicit Collector(const std::string& path) : path_(path) {}

  // prefix: the path up to its field, with the ids; any: the ways to write it with `*`.
  template <class T>
  void add(const std::string& prefix, std::span<const std::string> any,
           std::span<const Field<T>> fields, Names names, T& values) {
    for (const Field<T>& field : fields) {
      if (!has(names, field.name)) continue;
      ContractInput input{prefix + std::string(field.name), {}, field.range};
      if (!point(field, values, input)) continue;
      take(std::move(input), std::string(field.name), any);
    }
  }
  void add_curve(const std::string& prefix, std::span<const std::string> any,
                 const std::string& field, Curve& curve, Range range) {
    if (!curve.empty()) take({prefix + field, &curve, range}, field, any);
  }

  // One field of a part that a row of a tape calls `as`.
  template <class T>
  void add_as(const std::string& prefix, std::span<const std::string> any,
              std::span<const Field<T>> fields, std::string_view name, const std::string& as,
              T& values) {
    for (const Field<T>& field : fields) {
      if (field.name != name) continue;
      ContractInput input{prefix + as, {}, field.range};
      if (point(field, values, input)) take(std::move(input), as, any);
    }
  }

  // Names to choose a suggestion from: a book of 100,000 loans has a million.
  [[nodiscard]] bool knows_enough() const { return match.known.size() >= 4096; }

  ContractMatch match;

 private:
  template <class T>
  static bool point(const Field<T>& field, T& values, ContractInput& input) {
    if (const auto* plain = std::get_if<double T::*>(&field.target)) {
      input.target = &(values.**plain);
    } else if (const auto* whole = std::get_if<int T::*>(&field.target)) {
      input.target = &(values.**whole);
    } else if (const auto* maybe = std::get_if<std::optional<double> T::*>(&field.target)) {
      if (!(values.**maybe)) return false;
      input.target = &*(values.**maybe);
    } else if (const auto* date = std::get_if<std::optional<Date> T::*>(&field.target)) {
      if (!(values.**date)) return false;
      input.target = &*(values.**date);
    } else {
      return false;
    }
    return true;
  }

  void take(ContractInput input, const std::string& field, std::span<const std::string> any) {
    const bool named =
        input.path == path_ || std::any_of(any.begin(), any.end(), [&](const std::string& pattern) {
          return pattern + field == path_;
        });
    if (named)
      match.inputs.push_back(std::move(input));
    else if (match.inputs.empty() && !knows_enough())
      match.known.push_back(std::move(input.path));
  }

  const std::string& path_;
};

// names: of one part.
template <class T, class Parts, class Fields, class NamesOf>
void add_parts_by(Collector& to, const std::string& vehicle, const char* kind, Parts& parts,
                  const Fields& fields, const NamesOf& names) {
  for (T& part : parts) {
    const std::string in = std::string(".") + kind + '.';
    const std::array any = {"vehicle." + vehicle + in + "*.", "vehicle.*" + in + part.id + '.',
                            "vehicle.*" + in + "*."};
    to.add<T>("vehicle." + vehicle + in + part.id + '.', any, fields, names(part), part);
  }
}
template <class T, class Parts, class Fields>
void add_parts(Collector& to, const std::string& vehicle, const char* kind, Parts& parts,
               const Fields& fields, Names names) {
  add_parts_by<T>(to, vehicle, kind, parts, fields, [&](const T&) { return names; });
}

void add_vehicle(Collector& to, Vehicle& vehicle, Date today) {
  const std::array any = {std::string("vehicle.*.")};
  to.add<Vehicle>("vehicle." + vehicle.id + '.', any, vehicle_fields(), kVehicleTerms, vehicle);
  add_parts_by<VehicleLot>(to, vehicle.id, "lot", vehicle.lots, lot_fields(),
                           [&](const VehicleLot& lot) {
                             const bool delivered = !lot.in_service || *lot.in_service <= today;
                             return Names(kLotTerms).first(delivered ? 1 : 3);
                           });
  add_parts_by<Offtake>(to, vehicle.id, "offtake", vehicle.offtakes, offtake_fields(),
                        [](const Offtake& offtake) {
                          return Names(kOfftakeTerms).first(offtake.notice_months ? 7 : 6);
                        });
  add_parts_by<Offtake>(
      to, vehicle.id, "offtake", vehicle.offtakes, offtake_fields(),
      [](const Offtake& offtake) { return Names(kPrepaid).first(offtake.prepaid > 0 ? 1 : 0); });
  add_parts_by<VehicleLease>(to, vehicle.id, "lease", vehicle.leases, vehicle_lease_fields(),
                             [](const VehicleLease& lease) {
                               return Names(kVehicleLeaseTerms).first(lease.relets ? 1 : 2);
                             });
  add_parts<VehicleFee>(to, vehicle.id, "fee", vehicle.fees, fee_fields(), kFeeTerms);
  add_parts<ReserveAccount>(to, vehicle.id, "reserve", vehicle.reserves, reserve_fields(),
                            kReserveTerms);
  add_parts<Covenant>(to, vehicle.id, "covenant", vehicle.covenants, covenant_fields(),
                      kCovenantTerms);
  // A sweep that the file has is a step of its waterfall; a new one might be none.
  add_parts_by<Tranche>(to, vehicle.id, "tranche", vehicle.tranches, tranche_fields(),
                        [](const Tranche& tranche) {
                          return Names(kTrancheTerms).first(tranche.cash_sweep > 0 ? 2 : 1);
                        });
  add_parts_by<Guarantee>(to, vehicle.id, "guarantee", vehicle.guarantees, guarantee_fields(),
                          [](const Guarantee& guarantee) {
                            return guarantee.kind == GuaranteeKind::pay_or_step_in
                                       ? Names(kBackingTerms)
                                       : Names(kGuaranteeTerms);
                          });
  add_parts_by<Instrument>(
      to, vehicle.id, "hedge", vehicle.hedges, instrument_fields(),
      [](const Instrument& hedge) { return Names(kHedgeTerms).first(hedge.ratio ? 2 : 3); });
  for (Guarantee& guarantee : vehicle.guarantees) {
    const std::array patterns = {"vehicle." + vehicle.id + ".guarantee.*.",
                                 "vehicle.*.guarantee." + guarantee.id + '.',
                                 std::string("vehicle.*.guarantee.*.")};
    to.add_curve("vehicle." + vehicle.id + ".guarantee." + guarantee.id + '.', patterns, "floors",
                 guarantee.floors, at_least(0));
  }
}

// Drops the parts of one kind that `path` names, or ends them after `last`.
template <class Part, class End>
void cancel_parts(const std::string& path, const Vehicle& vehicle, const char* kind,
                  std::vector<Part>& parts, std::optional<Date> last,
                  std::vector<std::string>& known, Cancelled& done, const End& end_after) {
  const std::string in = std::string(".") + kind + '.';
  std::erase_if(parts, [&](Part& part) {
    known.push_back("vehicle." + vehicle.id + in + part.id);
    const bool named = path == known.back() || path == "vehicle.*" + in + part.id ||
                       path == "vehicle." + vehicle.id + in + '*' || path == "vehicle.*" + in + '*';
    if (!named) return false;
    ++done.named;
    if (last && !end_after(part, *last)) return false;
    ++done.changed;
    return !last.has_value();
  });
}

bool end_guarantee(Guarantee& guarantee, Date last) {
  if (guarantee.expiry && *guarantee.expiry <= last) return false;
  guarantee.expiry = last;
  return true;
}

// Periods keep their dates: what is paid later falls away.
bool end_hedge(Instrument& hedge, Date last) {
  if (std::min(hedge.expiry, hedge.last.value_or(hedge.expiry)) <= last) return false;
  hedge.last = last;
  return true;
}

// Its customer is gone after `last`, or from the first month on.
void cancel_offtakes(const std::string& path, Vehicle& vehicle, std::optional<Date> last,
                     std::vector<std::string>& known, Cancelled& done) {
  for (Offtake& offtake : vehicle.offtakes) {
    known.push_back("vehicle." + vehicle.id + ".offtake." + offtake.id);
    if (path != known.back() && path != "vehicle.*.offtake." + offtake.id &&
        path != "vehicle." + vehicle.id + ".offtake.*" && path != "vehicle.*.offtake.*")
      continue;
    ++done.named;
    if (last && offtake.end <= *last && offtake.renewal_count == 0) continue;
    offtake.cancelled = last.value_or(Date{});
    ++done.changed;
  }
}

// It pays at the end of the lease only.
bool cancel_residual(Lease& lease, std::optional<Date> last) {
  if (last && lease.end <= *last) return false;
  lease.guarantee_withdrawn = true;
  return true;
}

// Moves later draws to the day and adds what no draw asks for. Tells whether something changed.
bool draw_now(const Vehicle& vehicle, Tranche& tranche, const Loan& loan, Date day, Date today) {
  double all = loan.principal, to_come = loan.outstanding_principal.value_or(0.0);
  for (const LoanDraw& draw : loan.draws) {
    all += draw.amount;
    if (draw.date > today) to_come += draw.amount;
  }
  const double rest = *loan.commitment - std::max(all, to_come);
  bool changed = false;
  for (TrancheDraw& draw : tranche.draws) {
    Date date = draw.date.value_or(Date{});
    if (!draw.date)
      for (const VehicleLot& lot : vehicle.lots)
        if (std::find(draw.lots.begin(), draw.lots.end(), lot.id) != draw.lots.end())
          date = std::max(date, expected_service(lot, loan.closing));
    if (date <= day) {  // by schedule; a path on which its lots come later has it by the day too
      if (!slips(vehicle, draw)) continue;
      draw.latest = day;
    } else {
      draw.date = day;
    }
    changed = true;
  }
  // Less than rounding of the commitment is nothing.
  if (!(rest > 1e-9 * *loan.commitment)) return changed;
  TrancheDraw more;
  more.date = day;
  more.amount = rest;
  tranche.draws.push_back(std::move(more));
  return true;
}

bool names_tranche(const std::string& path, const Vehicle& vehicle, const Tranche& tranche) {
  const std::string of_vehicle = "vehicle." + vehicle.id + ".tranche.";
  return path == of_vehicle + tranche.id || path == "vehicle.*.tranche." + tranche.id ||
         path == of_vehicle + '*' || path == "vehicle.*.tranche.*";
}

// What is undrawn after the day lapses. today: where nothing is drawn any more.
void cancel_commitments(const std::string& path, Book& book, const Vehicle& vehicle,
                        std::optional<Date> last, Date today, std::vector<std::string>& known,
                        Cancelled& done) {
  for (const Tranche& tranche : vehicle.tranches) {
    if (!tranche.loan || !book.loans[*tranche.loan].commitment) continue;
    Loan& loan = book.loans[*tranche.loan];
    known.push_back("vehicle." + vehicle.id + ".tranche." + tranche.id);
    if (!names_tranche(path, vehicle, tranche)) continue;
    ++done.named;
    // Where nothing is lent yet nothing would be left to value.
    if (!(loan.outstanding_principal.value_or(loan.principal) > 0)) continue;
    const Date end = std::max(last.value_or(today), today);
    if (loan.draw_end.value_or(loan.maturity) <= end) continue;
    loan.draw_end = end;
    ++done.changed;
  }
}

// The terms of a row that is run as a vehicle, under the names that a row has for them.
void add_row(Collector& to, Vehicle& vehicle) {
  const std::string prefix = "loan." + vehicle.id + '.';
  const std::array any = {std::string("loan.*.")};
  for (const std::string_view name : kVehicleTerms)
    to.add_as<Vehicle>(prefix, any, vehicle_fields(), name, std::string(name), vehicle);
  for (VehicleLot& lot : vehicle.lots)
    to.add_as<VehicleLot>(prefix, any, lot_fields(), "operating_cost", "operating_cost", lot);
  for (ReserveAccount& reserve : vehicle.reserves)
    for (const char* name : {"initial", "target"})
      to.add_as<ReserveAccount>(prefix, any, reserve_fields(), name, std::string("reserve_") + name,
                                reserve);
  for (Covenant& covenant : vehicle.covenants) {
    const bool least = covenant.min.has_value();
    to.add_as<Covenant>(prefix, any, covenant_fields(), least ? "min" : "max",
                        (least ? "min_" : "max_") + covenant.id, covenant);
  }
  for (Offtake& offtake : vehicle.offtakes) {
    for (const char* name : {"share", "rental_rate"})
      to.add_as<Offtake>(prefix, any, offtake_fields(), name,
                         std::string("contract_") + (name[0] == 's' ? "share" : "rate"), offtake);
    for (const char* name : {"take_or_pay", "relet_months"})
      to.add_as<Offtake>(prefix, any, offtake_fields(), name, name, offtake);
  }
}

}  // namespace

bool names_contract(const std::string& path) {
  return path.starts_with("loan.") || path.starts_with("lease.") || path.starts_with("vehicle.");
}

ContractMatch contract_inputs(Book& book, const std::string& path, Date today) {
  Collector to(path);
  if (path.starts_with("loan.")) {
    const std::array any = {std::string("loan.*.")};
    for (Loan& loan : book.loans) {
      if (loan.vehicle) {  // a tranche: its vehicle's inputs, or a row that became one
        Vehicle& vehicle = book.vehicles[*loan.vehicle];
        if (vehicle.id == loan.id) add_row(to, vehicle);
        continue;
      }
      const std::string prefix = "loan." + loan.id + '.';
      if (!path.starts_with("loan.*.") && !path.starts_with(prefix) && to.knows_enough()) continue;
      to.add<Loan>(prefix, any, loan_fields(), kLoanTerms, loan);
      if (!loan.customer.empty()) to.add<Loan>(prefix, any, loan_fields(), kCustomerTerms, loan);
    }
  } else if (path.starts_with("lease.")) {
    const std::array any = {std::string("lease.*.")};
    for (Lease& lease : book.leases)
      to.add<Lease>("lease." + lease.id + '.', any, lease_fields(), kLeaseTerms, lease);
  } else {
    for (Vehicle& vehicle : book.vehicles) add_vehicle(to, vehicle, today);
  }
  return std::move(to.match);
}

Cancelled cancel_promises(Book& book, const std::string& path, std::optional<Date> last, Date today,
                          std::vector<std::string>& known) {
  Cancelled done;
  for (Lease& lease : book.leases) {
    if (lease.residual_guarantor.empty()) continue;
    known.push_back("lease." + lease.id + ".residual_guarantor");
    if (path != known.back() && path != "lease.*.residual_guarantor") continue;
    ++done.named;
    done.changed += cancel_residual(lease, last) ? 1 : 0;
  }
  for (Vehicle& vehicle : book.vehicles) {
    cancel_parts(path, vehicle, "guarantee", vehicle.guarantees, last, known, done, end_guarantee);
    cancel_offtakes(path, vehicle, last, known, done);
    cancel_parts(path, vehicle, "hedge", vehicle.hedges, last, known, done, end_hedge);
    cancel_commitments(path, book, vehicle, last, today, known, done);
  }
  return done;
}

Cancelled draw_commitments(Book& book, const std::string& path, Date day, Date today,
                           std::vector<std::string>& known) {
  Cancelled done;
  for (Vehicle& vehicle : book.vehicles)
    for (Tranche& tranche : vehicle.tranches) {
      if (!tranche.loan || !book.loans[*tranche.loan].commitment) continue;
      const Loan& loan = book.loans[*tranche.loan];
      known.push_back("vehicle." + vehicle.id + ".tranche." + tranche.id);
      if (!names_tranche(path, vehicle, tranche)) continue;
      ++done.named;
      if (day > loan.draw_end.value_or(loan.maturity) || day >= loan.maturity) continue;
      done.changed += draw_now(vehicle, tranche, loan, day, today) ? 1 : 0;
    }
  return done;
}

}  // namespace lien::pricing
