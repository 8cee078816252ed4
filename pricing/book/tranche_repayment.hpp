#pragma once

#include "pricing/book/book_context.hpp"

// How a vehicle's tranche is repaid where a tape's loan cannot be: by a stated schedule, as its
// hardware loses its cost, or from contracted cash.
namespace lien::pricing {

// Reads `schedule` and checks what goes with the amortization. in_kind: interest is added to
// principal.
void read_repayment(const TomlValue& terms, bool in_kind, Loan& loan, const ContractChecks& check,
                    const Scope& scope, std::optional<Date> valuation_date);

// Of the whole vehicle, once its lots and customers are read: lots that depreciate have a cost and
// sculpted tranches one form. Fills Loan::financed. table: the vehicle's own.
void finish_repayments(const Vehicle& vehicle, const TomlValue& table, const Scope& scope,
                       std::vector<Loan>& loans);

}  // namespace lien::pricing
