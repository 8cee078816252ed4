#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pricing/book/book_context.hpp"

// What the parts of a vehicle must say to make sense together. Each tells its faults through
// `check` or `scope`; a part that could not be read is left alone.
namespace lien::pricing {

void check_lot(const Vehicle& vehicle, const VehicleLot& lot, std::optional<Date> last_maturity,
               const ContractChecks& check);
void check_offtake(const Vehicle& vehicle, const Offtake& offtake, const ContractChecks& check,
                   const BookContext& context);
// The part of it that is of the customer's advance and of what it may choose.
void check_choices(const Vehicle& vehicle, const Offtake& offtake, const ContractChecks& check,
                   const BookContext& context);
void check_covenant(const Vehicle& vehicle, const Covenant& covenant, const ContractChecks& check,
                    const BookContext& context);
void check_guarantee(const Vehicle& vehicle, const Guarantee& guarantee,
                     const ContractChecks& check);
// Of a hedge, which check_instrument has seen; the vehicle's tranches and lots are read.
void check_hedge(const Vehicle& vehicle, const Instrument& hedge, std::optional<Date> last_maturity,
                 const ContractChecks& check, const BookContext& context);
// Values weigh the borrower's default by its survival and sample everybody else's: one party
// cannot be on both sides of one path.
void not_the_borrower(const Vehicle& vehicle, std::string_view field, const std::string& id,
                      const ContractChecks& check);
void check_equity(const Vehicle& vehicle, const Tranche& tranche, const ContractChecks& check);
void check_vehicle_lease(const Vehicle& vehicle, const VehicleLease& lease,
                         const ContractChecks& check, const BookContext& context);
// What is wrong with the shares of a vehicle's offtakes and capacity guarantees, if anything.
struct ShareFault {
  std::string field, problem, remedy;
};
[[nodiscard]] std::optional<ShareFault> fault_of_shares(const Vehicle& vehicle);
// Of the whole, once all parts are read. table: the vehicle's own.
void check_shares(const Vehicle& vehicle, const TomlValue& table, const Scope& scope);
// What does not go with lots whose day the path decides. today: the valuation date, where known.
struct SlipFault {
  std::size_t lot = 0;  // into vehicle.lots
  std::string problem, remedy;
};
[[nodiscard]] std::vector<SlipFault> faults_of_slips(const Vehicle& vehicle,
                                                     std::optional<Date> today);
void check_slips(const Vehicle& vehicle, const TomlValue& table, const Scope& scope,
                 std::optional<Date> today);
// The sponsor and the cures that it pays go together, or it is whose credit the market sees.
void check_sponsor(const Vehicle& vehicle, const Book& book, const TomlValue& table,
                   const Scope& scope);
// Of what a borrower's option to prepay needs: a tranche's terms, then who the vehicle's credit is.
void check_prepayment(const Loan& loan, const ContractChecks& check);
void check_credit(const Vehicle& vehicle, const Book& book, const TomlValue& table,
                  const Scope& scope);
void check_waterfall(const Vehicle& vehicle, const TomlValue& table, const Scope& scope);

}  // namespace lien::pricing
