#pragma once

#include "pricing/book/book_context.hpp"

// The debt of a vehicle's tranche where it is not that of a tape's loan: commitments and draws.
namespace lien::pricing {

// Commitment, principal and what goes with them. in_kind: interest is added to principal.
void check_commitment(const Loan& loan, bool in_kind, const ContractChecks& check);

// Reads one draw of a tranche, once the lots are known, into both; `draw` is its table, `lots` what
// it names of them. True if it joined them.
bool read_draw(const TomlValue& draw, const std::vector<std::string>& lots, const Vehicle& vehicle,
               Tranche& tranche, Loan& loan, const Scope& scope, BookContext& context);

// Of all draws together: at most the commitment, some of which may be drawn already. given: the
// tranche's own terms.
void check_drawn(Loan& loan, const TomlValue& terms, const Scope& scope,
                 std::optional<Date> valuation_date);

}  // namespace lien::pricing
